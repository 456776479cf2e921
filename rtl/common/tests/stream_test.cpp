// SPDX-License-Identifier: Apache-2.0
// eddy_fifo and eddy_slice: order, capacity, throughput, and what their handshakes may depend on.
#include <gtest/gtest.h>

#include <deque>

#include "Vstream_probe.h"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

struct Lane {
  const char* name;
  unsigned index;
  unsigned capacity;
};

class Stream : public testing::TestWithParam<Lane> {
 protected:
  Stream() {
    dut.rst_ni = 1;
    dut.eval();
    dut.rst_ni = 0;
    dut.valid_i = dut.ready_i = 0;
    clock();
    dut.rst_ni = 1;
  }

  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  /// Inputs of one cycle; then what the lane says in it, before the clock edge.
  void drive(bool valid, std::uint16_t data, bool ready) {
    dut.valid_i = static_cast<std::uint8_t>(valid << lane);
    dut.data_i[lane] = data;
    dut.ready_i = static_cast<std::uint8_t>(ready << lane);
    dut.clk_i = 0;
    dut.eval();
  }
  [[nodiscard]] bool takes() const { return dut.ready_o >> lane & 1; }
  [[nodiscard]] bool gives() const { return dut.valid_o >> lane & 1; }
  [[nodiscard]] std::uint16_t data() const { return dut.data_o[lane]; }

  const unsigned lane = GetParam().index;
  const unsigned capacity = GetParam().capacity;
  Vstream_probe dut;
  std::mt19937 rng = make_rng();
};

TEST_P(Stream, KeepsOrderUnderRandomStalls) {
  std::deque<std::uint16_t> inside;
  std::uint16_t next = 0;
  bool offered = false;
  for (int i = 0; i < 4000; ++i) {
    // Phases in which one side is mostly fast and the other mostly slow: full and empty are both reached.
    const unsigned fast = i / 200 % 3;
    offered = offered || rng() % 4 < (fast == 0 ? 3 : 1);
    const bool ready = rng() % 4 < (fast == 1 ? 3 : 1);
    drive(offered, next, ready);
    ASSERT_EQ(gives(), !inside.empty());
    if (lane < 4) {
      ASSERT_EQ(dut.count_o[lane], inside.size());
      ASSERT_EQ(takes(), inside.size() < capacity);
    }
    if (gives()) {
      ASSERT_EQ(data(), inside.front());
    }
    if (gives() && ready) inside.pop_front();
    if (offered && takes()) {
      inside.push_back(next);
      next = static_cast<std::uint16_t>(rng());
      offered = false;
    }
    clock();
  }
}

TEST_P(Stream, TakesOneCycleAndHoldsItsCapacity) {
  drive(true, 7, false);
  EXPECT_FALSE(gives());
  clock();
  EXPECT_TRUE(gives());
  EXPECT_EQ(data(), 7);
  unsigned taken = 1;
  for (unsigned i = 0; i < capacity + 2; ++i) {
    drive(true, 8, false);
    taken += takes();
    clock();
  }
  EXPECT_EQ(taken, capacity);
}

TEST_P(Stream, RunsAtFullRate) {
  unsigned taken = 0;
  for (unsigned i = 0; i < 100; ++i) {
    drive(true, 1, true);
    taken += takes();
    clock();
  }
  // A single word cannot be taken and given in one cycle without a path from one side to the other.
  EXPECT_EQ(taken, capacity == 1 ? 50U : 100U);
}

TEST_P(Stream, HasNoPathBetweenItsSides) {
  bool waits = false;
  for (int i = 0; i < 500; ++i) {
    const bool valid = waits || rng() % 2;
    drive(valid, 3, false);
    const bool takes_before = takes();
    const bool gives_before = gives();
    for (const bool other : {valid, !valid}) {
      drive(other, 3, true);
      ASSERT_EQ(takes(), takes_before);
      ASSERT_EQ(gives(), gives_before);
    }
    drive(valid, 3, rng() % 2);
    waits = valid && !takes();
    clock();
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, Stream,
                         testing::Values(Lane{"FifoOf1", 0, 1}, Lane{"FifoOf3", 1, 3}, Lane{"FifoOf4", 2, 4},
                                         Lane{"FifoOf8", 3, 8}, Lane{"Slice", 4, 2}),
                         [](const auto& lane) { return lane.param.name; });

}  // namespace
}  // namespace eddy::test
