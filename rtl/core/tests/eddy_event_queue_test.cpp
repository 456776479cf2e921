// SPDX-License-Identifier: Apache-2.0
// eddy_event_queue with a memory that denies at random: order, the level that it reports, and its rate.
#include <gtest/gtest.h>

#include <deque>

#include "Veddy_event_queue.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using Word = std::array<std::uint32_t, pkg::Lanes>;

/// What stands in the way, in percent of the cycles.
struct Stalls {
  int in, out, deny;
};

class EventQueue : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_event_queue dut;
  std::vector<Word> memory = std::vector<Word>(pkg::Banks * pkg::BankWords);
  std::deque<std::uint64_t> inside;
  std::size_t peak = 0;
  long taken = 0;
  unsigned base = 0, words = 0;
  bool offered = false;

  void start(unsigned ring_base, unsigned ring_words) {
    base = ring_base;
    words = ring_words;
    dut.rst_ni = 0;
    dut.base_i = static_cast<std::uint16_t>(base);
    dut.words_i = static_cast<std::uint16_t>(words);
    dut.valid_i = 0;
    dut.ready_i = 0;
    clock();
    dut.rst_ni = 1;
  }

  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  void step(const Stalls& stalls) {
    if (!offered && !chance(rng, stalls.in)) {
      dut.entry_i = (rng() | std::uint64_t{rng()} << 32) & ((std::uint64_t{1} << pkg::entry_t::bits) - 1);
      offered = true;
    }
    dut.valid_i = offered;
    dut.ready_i = !chance(rng, stalls.out);
    dut.clk_i = 0;
    dut.eval();
    ASSERT_EQ(dut.waiting_o != 0, !inside.empty());

    const auto request = pkg::mem_req_t::unpack(sample(dut.mem_o));
    dut.mem_gnt_i = request.valid && !chance(rng, stalls.deny);
    dut.eval();
    Word read;
    for (std::uint32_t& lane : read) lane = static_cast<std::uint32_t>(rng());
    if (dut.mem_gnt_i) {
      ASSERT_GE(request.addr, base);
      ASSERT_LT(request.addr, base + words);
      if (request.we) {
        ASSERT_EQ(request.mask, 0xff);
        memory[request.addr] = request.data;
      } else {
        read = memory[request.addr];
      }
    }

    if (dut.valid_o && dut.ready_i) {
      ASSERT_FALSE(inside.empty());
      ASSERT_EQ(dut.entry_o, inside.front());
      inside.pop_front();
      ++taken;
    }
    if (offered && dut.ready_o) {
      inside.push_back(dut.entry_i);
      offered = false;
    }
    peak = std::max(peak, inside.size());
    dut.clk_i = 1;
    dut.eval();
    // Data comes one cycle later, and only for that cycle.
    drive(dut.mem_rdata_i, read);
  }

  void drain() {
    for (int i = 0; i < 20000 && (!inside.empty() || offered); ++i) {
      step({100, 0, 10});
      if (HasFatalFailure()) return;
    }
    ASSERT_TRUE(inside.empty());
    clock();
    EXPECT_EQ(dut.peak_o, peak);
  }
};

TEST_F(EventQueue, KeepsOrderUnderRandomStalls) {
  for (unsigned ring : {0U, 1U, 2U, 8U, 64U}) {
    SCOPED_TRACE("ring of " + std::to_string(ring));
    start(static_cast<unsigned>(pick(rng, 0, 1000)), ring);
    peak = 0;
    for (int phase = 0; phase < 40 && !HasFatalFailure(); ++phase) {
      const Stalls stalls{pick(rng, 0, 90), pick(rng, 0, 95), pick(rng, 0, 60)};
      for (int i = 0; i < 200 && !HasFatalFailure(); ++i) step(stalls);
    }
    drain();
    EXPECT_GE(peak, 2 * ring);
    if (HasFailure()) return;
  }
}

TEST_F(EventQueue, TakesAndGivesOneEntryACycleThroughTheRing) {
  start(100, 64);
  for (int i = 0; i < 60; ++i) step({0, 100, 0});
  const long before = taken;
  const std::size_t level = inside.size();
  ASSERT_GT(level, 40U);
  for (int i = 0; i < 500; ++i) step({0, 0, 0});
  EXPECT_EQ(taken - before, 500);
  EXPECT_EQ(inside.size(), level);
  drain();
}

TEST_F(EventQueue, HoldsTheWholeRing) {
  start(16, 32);
  for (int i = 0; i < 300; ++i) step({0, 100, 0});
  EXPECT_GE(inside.size(), 2U * 32);
  drain();
}

}  // namespace
}  // namespace eddy::test
