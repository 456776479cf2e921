// SPDX-License-Identifier: Apache-2.0
// eddy_arb_rr with 5 requesters.
#include <gtest/gtest.h>

#include <array>
#include <bit>

#include "Veddy_arb_rr.h"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

constexpr unsigned kN = 5;

class ArbRr : public testing::Test {
 protected:
  ArbRr() {
    dut.rst_ni = 1;
    dut.eval();
    dut.rst_ni = 0;
    step(0, false);
    dut.rst_ni = 1;
  }

  /// Grant of this cycle.
  unsigned step(unsigned requests, bool used) {
    dut.req_i = static_cast<std::uint8_t>(requests);
    dut.adv_i = used;
    dut.clk_i = 0;
    dut.eval();
    const unsigned grant = dut.gnt_o;
    EXPECT_EQ(grant, requests ? 1U << dut.index_o : 0U);
    dut.clk_i = 1;
    dut.eval();
    return grant;
  }

  Veddy_arb_rr dut;
  std::mt19937 rng = make_rng();
};

TEST_F(ArbRr, ServesTheNextRequestAfterTheLastOneServed) {
  unsigned last = kN - 1;
  for (int i = 0; i < 5000; ++i) {
    const unsigned requests = static_cast<unsigned>(rng() % (1U << kN));
    const bool used = rng() % 4 != 0;
    unsigned expected = 0;
    unsigned winner = last;
    for (unsigned step = 1; step <= kN && expected == 0; ++step) {
      winner = (last + step) % kN;
      if (requests >> winner & 1) expected = 1U << winner;
    }
    ASSERT_EQ(step(requests, used), expected);
    if (expected && used) last = winner;
  }
}

TEST_F(ArbRr, SharesEquallyUnderFullLoad) {
  std::array<int, kN> served{};
  for (int i = 0; i < 100 * static_cast<int>(kN); ++i) {
    ++served[static_cast<std::size_t>(std::countr_zero(step((1U << kN) - 1, true)))];
  }
  for (const int count : served) EXPECT_EQ(count, 100);
}

TEST_F(ArbRr, KeepsTheTurnWhileTheGrantIsNotUsed) {
  step(0b00100, true);
  const unsigned first = step(0b11111, false);
  EXPECT_EQ(first, 0b01000U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(step(0b11111, false), first);
}

}  // namespace
}  // namespace eddy::test
