// SPDX-License-Identifier: Apache-2.0
// eddy_unpack: every run of every format, bit by bit.
#include <gtest/gtest.h>

#include "Veddy_unpack.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

TEST(Unpack, FindsEveryWeightOfEveryFormat) {
  auto rng = make_rng();
  Veddy_unpack dut;
  const std::pair<pkg::weight_e, int> formats[] = {{pkg::weight_e::WeightInt8, 8},  {pkg::weight_e::WeightInt16, 16},
                                                   {pkg::weight_e::WeightInt4, 4},  {pkg::weight_e::WeightInt2, 2},
                                                   {pkg::weight_e::WeightFp16, 16}, {pkg::weight_e::WeightCode8, 8},
                                                   {pkg::weight_e::WeightCode4, 4}, {pkg::weight_e::WeightCode2, 2}};
  const int lanes = static_cast<int>(pkg::Lanes);
  for (int trial = 0; trial < 200; ++trial) {
    std::array<std::uint32_t, pkg::Lanes> word;
    for (std::uint32_t& part : word) part = static_cast<std::uint32_t>(rng());
    drive(dut.word_i, word);
    for (const auto& [format, width] : formats) {
      for (int run = 0; run < 32 / width; ++run) {
        dut.format_i = static_cast<std::uint8_t>(format);
        dut.run_i = static_cast<std::uint8_t>(run);
        dut.eval();
        for (int lane = 0; lane < lanes; ++lane) {
          int weight = 0;
          for (int bit = 0; bit < width; ++bit) {
            const int at = (run * lanes + lane) * width + bit;
            const int value = static_cast<int>(word[static_cast<std::size_t>(at / 32)] >> at % 32 & 1U) << bit;
            const bool code = format >= pkg::weight_e::WeightCode8 && format != pkg::weight_e::WeightFp16;
            weight += bit == width - 1 && !code ? -value : value;
          }
          ASSERT_EQ(static_cast<std::int16_t>(dut.weight_o >> 16 * lane & 0xffff), weight)
              << "format " << static_cast<int>(format) << " run " << run << " lane " << lane;
        }
      }
    }
  }
}

}  // namespace
}  // namespace eddy::test
