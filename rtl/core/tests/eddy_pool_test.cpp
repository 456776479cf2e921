// SPDX-License-Identifier: Apache-2.0
// eddy_pool: windows of one or two words a position, of any length, with gaps.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "Veddy_pool.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

using Values = std::array<std::int16_t, pkg::Lanes>;

class Pool : public testing::Test {
 protected:
  Pool() {
    dut.rst_ni = 0;
    dut.valid_i = 0;
    clock();
    dut.rst_ni = 1;
  }
  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }
  void give(const Values& values, bool half, bool first, bool last) {
    while (rng() % 3 == 0) {
      dut.valid_i = 0;
      clock();
      ASSERT_FALSE(dut.valid_o);
    }
    dut.valid_i = 1;
    dut.half_i = half;
    dut.first_i = first;
    dut.last_i = last;
    dut.value_i = 0;
    for (unsigned l = 0; l < pkg::Lanes; ++l) {
      dut.value_i |= static_cast<std::uint64_t>(static_cast<std::uint16_t>(values[l])) << 16 * l;
    }
    clock();
    ASSERT_EQ(dut.valid_o, last);
  }

  Veddy_pool dut;
  std::mt19937 rng = make_rng();
};

TEST_F(Pool, GivesTheLargestOfEachLaneAndHalf) {
  for (int window = 0; window < 2000; ++window) {
    const unsigned positions = 1 + static_cast<unsigned>(rng() % 25);
    const unsigned halves = 1 + static_cast<unsigned>(rng() % 2);
    std::array<Values, 2> most;
    for (unsigned position = 0; position < positions; ++position) {
      for (unsigned half = 0; half < halves; ++half) {
        Values values;
        // Often all below zero: a maximum that starts at 0 would be seen.
        for (std::int16_t& value : values) {
          value = static_cast<std::int16_t>(window % 2 ? rng() : 0x8000U | rng() % 0x8000);
        }
        for (unsigned l = 0; l < pkg::Lanes; ++l) {
          most[half][l] = position == 0 ? values[l] : std::max(most[half][l], values[l]);
        }
        give(values, half != 0, position == 0, position == positions - 1);
        if (HasFailure()) return;
        if (position != positions - 1) continue;
        for (unsigned l = 0; l < pkg::Lanes; ++l) {
          ASSERT_EQ(static_cast<std::int16_t>(dut.value_o >> 16 * l), most[half][l]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace eddy::test
