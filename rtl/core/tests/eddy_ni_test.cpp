// SPDX-License-Identifier: Apache-2.0
// eddy_ni: every kind finds its way in, senders go out by priority, and what is on offer stays.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <optional>

#include "Veddy_ni.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

constexpr std::uint8_t kTile = 0xc3;

class NetworkInterface : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_ni dut;

  void SetUp() override {
    dut.rst_ni = 0;
    dut.tile_id_i = kTile;
    dut.rx_valid_i = dut.tx_ready_i = 0;
    dut.answer_valid_i = dut.error_valid_i = dut.sweep_valid_i = 0;
    dut.arrival_ready_i = dut.host_ready_i = 0;
    low();
    high();
    dut.rst_ni = 1;
  }
  void low() {
    dut.clk_i = 0;
    dut.eval();
  }
  void high() {
    dut.clk_i = 1;
    dut.eval();
  }
  std::uint64_t random_flit(unsigned kind) {
    return std::uint64_t{kind} << 61 | ((rng() | std::uint64_t{rng()} << 32) >> 3);
  }
};

TEST_F(NetworkInterface, SortsByKind) {
  for (int i = 0; i < 5000; ++i) {
    const unsigned kind = static_cast<unsigned>(pick(rng, 0, 7));
    dut.rx_flit_i = random_flit(kind);
    dut.rx_valid_i = chance(rng, 80);
    dut.arrival_ready_i = chance(rng, 50);
    dut.host_ready_i = chance(rng, 50);
    low();
    const bool arrival = kind == 0 || kind == 1;  // events and tokens
    const bool credit = kind == 2;
    const bool host = kind == 3 || kind == 4;  // writes and reads
    const bool bad = kind >= 5;                // answers and errors are for gateways
    ASSERT_EQ(dut.arrival_valid_o, dut.rx_valid_i && arrival);
    ASSERT_EQ(dut.credit_valid_o, dut.rx_valid_i && credit);
    ASSERT_EQ(dut.host_valid_o, dut.rx_valid_i && host);
    ASSERT_EQ(dut.bad_kind_o, dut.rx_valid_i && bad);
    ASSERT_EQ(dut.rx_ready_o, arrival ? dut.arrival_ready_i : host ? dut.host_ready_i : 1);
    if (dut.bad_kind_o) {
      const pkg::error_t error = pkg::error_t::from_u64(dut.bad_o);
      ASSERT_EQ(error.code, pkg::err_e::ErrKind);
      ASSERT_EQ(error.tile.to_u64(), kTile);
      ASSERT_EQ(error.info, kind);
    }
    high();
  }
}

TEST_F(NetworkInterface, MergesByPriorityAndKeepsItsOffer) {
  constexpr std::size_t kSenders = 3;  // answer, error, sweep: highest priority first
  std::array<std::optional<std::uint64_t>, kSenders> offer;
  std::array<int, kSenders> sent{};
  std::optional<std::uint64_t> held;
  for (int i = 0; i < 20000; ++i) {
    const int busy = i % 2000 < 1000 ? 20 : 80;
    for (auto& flit : offer) {
      if (!flit && chance(rng, busy)) flit = random_flit(static_cast<unsigned>(pick(rng, 0, 6)));
    }
    const auto drive_sender = [](auto& valid, auto& port, const std::optional<std::uint64_t>& flit) {
      valid = flit.has_value();
      port = flit.value_or(0);
    };
    drive_sender(dut.answer_valid_i, dut.answer_i, offer[0]);
    drive_sender(dut.error_valid_i, dut.error_i, offer[1]);
    drive_sender(dut.sweep_valid_i, dut.sweep_i, offer[2]);
    dut.tx_ready_i = chance(rng, 50);
    low();

    const std::array<bool, kSenders> ready{dut.answer_ready_o != 0, dut.error_ready_o != 0, dut.sweep_ready_o != 0};
    const bool any = offer[0] || offer[1] || offer[2];
    ASSERT_EQ(dut.tx_valid_o, any);
    if (any) {
      if (held) {
        ASSERT_EQ(dut.tx_flit_o, *held);
      } else {
        ASSERT_EQ(dut.tx_flit_o, *(offer[0] ? offer[0] : offer[1] ? offer[1] : offer[2]));
      }
      held = dut.tx_flit_o;
    }
    std::size_t taken = 0;
    for (std::size_t s = 0; s < kSenders; ++s) {
      if (!offer[s] || !ready[s]) continue;
      ASSERT_TRUE(dut.tx_ready_i);
      ASSERT_EQ(dut.tx_flit_o, *offer[s]);
      offer[s].reset();
      held.reset();
      ++sent[s];
      ++taken;
    }
    ASSERT_EQ(taken, any && dut.tx_ready_i ? 1U : 0U);
    high();
  }
  for (const int count : sent) EXPECT_GT(count, 1000);
}

}  // namespace
}  // namespace eddy::test
