// SPDX-License-Identifier: Apache-2.0
// eddy_curve on random tables: every value of z, against straight lines drawn with divisions.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "Veddy_curve.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

constexpr int kLatency = 3;
constexpr int kSegments = static_cast<int>(pkg::CurveSegments);
constexpr int kWidth = 65536 / kSegments;

struct Line {
  int from, to;  // at the segment's ends
};
using Table = std::array<Line, kSegments>;

/// The line of z's segment at z, to the nearest whole number, halves up. Exact: a double holds the dividend.
int golden(const Table& table, int shift, int z) {
  const int place = z + 32768;
  const Line& line = table[static_cast<std::size_t>(place / kWidth)];
  const int rest = place % kWidth;
  const double dividend = 1.0 * line.from * (kWidth - rest) + 1.0 * line.to * rest;
  return static_cast<int>(std::floor(dividend / (kWidth << shift) + 0.5));
}

class Bench {
 public:
  Bench() {
    dut_.rst_ni = 0;
    dut_.valid_i = dut_.we_i = 0;
    clock();
    dut_.rst_ni = 1;
  }
  Veddy_curve& dut() { return dut_; }
  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }
  void write(const Table& table) {
    dut_.we_i = 1;
    for (unsigned word = 0; word < pkg::CurveWords; ++word) {
      dut_.waddr_i = static_cast<std::uint8_t>(word);
      for (unsigned lane = 0; lane < pkg::Lanes; ++lane) {
        const Line& line = table[word * pkg::Lanes + lane];
        const pkg::segment_t segment{.base = static_cast<std::int16_t>(line.from),
                                     .step = static_cast<std::int16_t>(line.to - line.from)};
        dut_.wdata_i[lane] = static_cast<std::uint32_t>(segment.to_u64());
      }
      clock();
    }
    dut_.we_i = 0;
  }

 private:
  Veddy_curve dut_;
};

/// Steps of any size that 16 bits hold, tables that run to both ends, flat ones.
Table random_table(std::mt19937& rng, int kind) {
  const auto pick = [&](int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(rng); };
  Table table;
  int at = kind == 0 ? -32768 : pick(-20000, 20000);
  for (Line& line : table) {
    const int lo = std::max(-32768, at - 32768), hi = std::min(32767, at + 32767);
    const int to = kind == 0   ? std::min(32767, at + 1024)
                   : kind == 1 ? pick(std::max(lo, at - 50), std::min(hi, at + 50))
                               : pick(lo, hi);
    line = {at, to};
    at = to;
  }
  return table;
}

TEST(Curve, IsExactForEveryValue) {
  auto rng = make_rng();
  Bench bench;
  Veddy_curve& dut = bench.dut();
  struct Expected {
    int cycle;
    std::array<int, pkg::Lanes> value;
    bool tag;
  };
  for (int round = 0; round < 16; ++round) {
    const Table table = random_table(rng, round % 4);
    const int shift = round % 8;
    bench.write(table);
    dut.shift_i = static_cast<std::uint8_t>(shift);
    std::deque<Expected> expected;
    int next = -32768;
    for (int cycle = 0; next < 32768 || !expected.empty(); ++cycle) {
      const bool valid = next < 32768 && rng() % 8 != 0;
      dut.valid_i = valid;
      // What stands there otherwise must not matter.
      dut.value_i = static_cast<std::uint64_t>(rng()) << 32 | rng();
      if (valid) {
        Expected word{cycle + kLatency, {}, rng() % 2 == 1};
        std::uint64_t values = 0;
        // Neighbours in other lanes than the last time, so that every lane meets every segment.
        for (unsigned l = 0; l < pkg::Lanes; ++l) {
          const int z = next + static_cast<int>((l + static_cast<unsigned>(round)) % pkg::Lanes);
          values |= std::uint64_t{static_cast<std::uint16_t>(z)} << 16 * l;
          word.value[l] = golden(table, shift, z);
        }
        next += static_cast<int>(pkg::Lanes);
        dut.value_i = values;
        dut.tag_i = word.tag;
        expected.push_back(word);
      }
      bench.clock();
      const bool due = !expected.empty() && expected.front().cycle == cycle + 1;
      ASSERT_EQ(dut.valid_o, due);
      if (!due) continue;
      for (unsigned l = 0; l < pkg::Lanes; ++l) {
        ASSERT_EQ(static_cast<std::int16_t>(dut.value_o >> 16 * l), expected.front().value[l]) << "table " << round;
      }
      ASSERT_EQ(dut.tag_o, expected.front().tag);
      expected.pop_front();
    }
    dut.valid_i = 0;
    bench.clock();
    ASSERT_FALSE(dut.active_o);
  }
}

}  // namespace
}  // namespace eddy::test
