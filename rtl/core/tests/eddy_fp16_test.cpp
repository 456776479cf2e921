// SPDX-License-Identifier: Apache-2.0
// The FP16 units against Berkeley SoftFloat (softfloat_tables.py): all numbers taken apart, all whole numbers packed
// with all points, products of the MAC as exact real numbers.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "Vfp16_units.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

template <typename T>
std::vector<T> table(const char* name) {
  std::ifstream file(std::filesystem::path(EDDY_SOFTFLOAT) / name, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  EXPECT_TRUE(file) << name;
  return values;
}

constexpr unsigned numbers = 1U << 16;

/// By FP16 number: its value; infinities and NaN are 0 to the chip.
class Fp16 : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Vfp16_units dut;
  std::vector<double> values = table<double>("values.bin");

  [[nodiscard]] double value(unsigned number) const { return std::isfinite(values[number]) ? values[number] : 0; }

  using Weights = std::array<unsigned, pkg::Lanes>;

  /// The products of a number and each weight are these reals in accumulator steps, floor, modulo 2^32; cut or not.
  void multiply(unsigned a, const Weights& weights, int point) {
    std::uint64_t packed = 0;
    for (std::size_t l = 0; l < weights.size(); ++l) packed |= std::uint64_t{weights[l]} << 16 * l;
    dut.a_i = static_cast<std::uint16_t>(a);
    dut.b_i = packed;
    dut.point_i = static_cast<std::uint8_t>(point);
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    bool cut = false;
    for (std::size_t l = 0; l < weights.size(); ++l) {
      const double exact = std::ldexp(value(a) * value(weights[l]), point), whole = std::floor(exact);
      // Below 2^63 it is a whole number of 64 bits; above, its low 32 bits are 0.
      const auto expected =
          std::abs(whole) < 0x1p62 ? static_cast<std::uint32_t>(static_cast<std::int64_t>(whole)) : 0U;
      ASSERT_EQ(dut.product_o[l], expected) << std::hex << a << " * " << weights[l] << " at " << std::dec << point;
      cut = cut || whole != exact || !std::isfinite(values[a]) || !std::isfinite(values[weights[l]]);
    }
    ASSERT_EQ(dut.product_cut_o, cut) << std::hex << a << " at " << std::dec << point;
  }
};

TEST_F(Fp16, EveryNumberIsItsMantissaTimesItsExponent) {
  ASSERT_EQ(values.size(), numbers);
  for (unsigned number = 0; number < numbers; ++number) {
    dut.number_i = static_cast<std::uint16_t>(number);
    dut.eval();
    const int mantissa = static_cast<std::int16_t>(dut.mantissa_o << 4) >> 4;
    const int exponent = static_cast<std::int8_t>(dut.exponent_o << 2) >> 2;
    ASSERT_EQ(std::ldexp(mantissa, exponent), value(number)) << std::hex << number;
    ASSERT_EQ(dut.strange_o, !std::isfinite(values[number])) << std::hex << number;
  }
}

TEST_F(Fp16, EveryWholeNumberIsRoundedAsSoftFloatRounds) {
  constexpr unsigned largest = 0x7bff;
  const auto packed = table<std::uint16_t>("packed.bin");
  ASSERT_EQ(packed.size(), std::size_t{64} * numbers);
  for (int point = -32; point < 32; ++point) {
    for (unsigned bits = 0; bits < numbers; ++bits) {
      const int whole = static_cast<std::int16_t>(bits);
      dut.whole_i = static_cast<std::uint16_t>(bits);
      dut.pack_point_i = static_cast<std::uint8_t>(point & 63);
      dut.eval();
      const unsigned ieee = packed[static_cast<std::size_t>(point + 32) * numbers + bits];
      const unsigned expected = (ieee & 0x7fff) > largest ? (ieee & 0x8000) | largest : ieee;
      ASSERT_EQ(dut.packed_o, expected) << whole << " * 2^-" << point;
      ASSERT_EQ(dut.packed_cut_o, value(expected) != std::ldexp(whole, -point)) << whole << " * 2^-" << point;
    }
  }
}

TEST_F(Fp16, ProductsOfEdgesAreExactOrSayThatTheyAreNot) {
  // Zeros, the smallest and largest numbers below and above 2^-14, 1, the largest ones, infinities, NaN.
  std::vector<unsigned> edges;
  for (const unsigned size :
       {0x0000U, 0x0001U, 0x03ffU, 0x0400U, 0x0401U, 0x3bffU, 0x3c00U, 0x3c01U, 0x7bffU, 0x7c00U, 0x7e00U})
    for (const unsigned sign : {0U, 0x8000U}) edges.push_back(size | sign);
  for (const unsigned a : edges) {
    for (const unsigned b : edges) {
      Weights weights;
      weights.fill(b);
      for (int point = 0; point < 64; ++point) multiply(a, weights, point);
    }
  }
}

// EDDY_FP16_STEP=1: all 2^32 pairs, each at one point.
TEST_F(Fp16, ProductsOfAllPairsAreExactOrSayThatTheyAreNot) {
  const char* text = std::getenv("EDDY_FP16_STEP");
  const auto step = static_cast<unsigned>(text != nullptr ? std::stoi(text) : 521);
  for (unsigned a = 0; a < numbers; a += step) {
    for (unsigned b = 0; b < numbers; b += pkg::Lanes) {
      Weights weights;
      for (unsigned l = 0; l < pkg::Lanes; ++l) weights[l] = b + l;
      multiply(a, weights, static_cast<int>((a / step + b / pkg::Lanes * 11) % 64));
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace eddy::test
