// SPDX-License-Identifier: Apache-2.0
// eddy_requant against the formula, on random and on extreme operands, with gaps between the words.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "Veddy_requant.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

constexpr int kLatency = 3;

/// floor((sum * mul + 2^(shift-1)) / 2^shift), held to [lo, hi]; written with a division, not with the RTL's shifts.
int golden(std::int32_t acc, const pkg::param_t& param, int lo, int hi) {
  const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) + static_cast<std::uint32_t>(param.bias));
  const std::int64_t unit = std::int64_t{1} << param.shift;
  const std::int64_t rounded = std::int64_t{sum} * param.mul + unit / 2;
  std::int64_t floor = rounded / unit;
  if (rounded % unit < 0) --floor;
  return static_cast<int>(std::clamp<std::int64_t>(floor, lo, hi));
}

TEST(Requant, IsExactOnRandomAndExtremeOperands) {
  auto rng = make_rng();
  const auto pick = [&](auto... choices) {
    const std::int64_t list[] = {static_cast<std::int64_t>(choices)...};
    return list[rng() % std::size(list)];
  };
  Veddy_requant dut;
  dut.rst_ni = 0;
  dut.valid_i = 0;
  for (const bool level : {false, true}) {
    dut.clk_i = level;
    dut.eval();
  }
  dut.rst_ni = 1;

  struct Expected {
    long cycle;
    std::array<int, pkg::Lanes> value;
    bool tag;
  };
  std::deque<Expected> expected;
  long words = 0;
  // The range belongs to the population: it changes when nothing is under way.
  for (long block = 0; block < 200; ++block) {
    const auto hi = static_cast<int>(pick(0x7fff, 127, 255, 1, 0x3fff));
    const int lo = rng() % 2 ? 0 : -hi;
    dut.lo_i = static_cast<std::uint16_t>(lo);
    dut.hi_i = static_cast<std::uint16_t>(hi);
    for (long cycle = 0; cycle < 200; ++cycle) {
      const bool valid = cycle < 200 - kLatency - 1 && rng() % 4 != 0;
      dut.valid_i = valid;
      if (valid) {
        Expected next{cycle + kLatency, {}, rng() % 2 == 1};
        pkg::param_word_t params;
        for (unsigned l = 0; l < pkg::Lanes; ++l) {
          pkg::param_t& param = params.item[l];
          const auto acc = static_cast<std::int32_t>(
              pick(rng(), rng() % 100000, 0, INT32_MIN, INT32_MAX, -static_cast<std::int64_t>(rng() % 100000)));
          param.bias = static_cast<std::int32_t>(pick(rng(), 0, rng() % 1000, INT32_MAX, INT32_MIN));
          param.mul = static_cast<std::uint16_t>(pick(0x8000 | rng() % 0x8000, 0xffff, 0x8000, 0));
          param.shift = static_cast<std::uint8_t>(pick(1 + rng() % 47, 1, 47, 16));
          dut.acc_i[l] = static_cast<std::uint32_t>(acc);
          next.value[l] = golden(acc, param, lo, hi);
        }
        const auto packed = params.pack();
        for (std::size_t i = 0; i < packed.size(); ++i) dut.params_i[i] = packed[i];
        dut.tag_i = next.tag;
        expected.push_back(next);
        ++words;
      }
      dut.clk_i = 0;
      dut.eval();
      dut.clk_i = 1;
      dut.eval();
      const bool due = !expected.empty() && expected.front().cycle == cycle + 1;
      ASSERT_EQ(dut.valid_o, due);
      if (!due) continue;
      for (unsigned l = 0; l < pkg::Lanes; ++l) {
        ASSERT_EQ(static_cast<std::int16_t>(dut.value_o >> 16 * l), expected.front().value[l]);
      }
      ASSERT_EQ(dut.tag_o, expected.front().tag);
      expected.pop_front();
    }
    ASSERT_FALSE(dut.active_o);
  }
  EXPECT_GT(words, 10000);
}

}  // namespace
}  // namespace eddy::test
