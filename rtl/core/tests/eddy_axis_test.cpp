// SPDX-License-Identifier: Apache-2.0
// eddy_axis against a loop over all taps: all small geometries, and large ones by chance.
#include <gtest/gtest.h>

#include <deque>
#include <numeric>

#include "Veddy_axis.h"
#include "eddy_core_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

struct Hit {
  int o, k;
};

/// Outputs and taps with o * stride = i * up + offset + k * dilation.
std::vector<Hit> hits(const pkg::axis_t& axis, int i) {
  std::vector<Hit> result;
  for (int k = 0; k < axis.taps; ++k) {
    const int place = i * axis.up + axis.offset + k * axis.dilation;
    if (place >= 0 && place % axis.stride == 0 && place / axis.stride < axis.size) {
      result.push_back({place / axis.stride, k});
    }
  }
  return result;
}

class Axis : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();

  /// Feeds one event a cycle through the five stages, with pauses, and compares what comes out.
  void feed(pkg::axis_t axis, int i) {
    const int common = std::gcd(axis.stride, axis.dilation);
    axis.tap_step = static_cast<std::uint8_t>(axis.stride / common);
    axis.out_step = static_cast<std::uint8_t>(axis.dilation / common);
    if (rng() % 16 == 0) {
      dut.en_i = 0;
      dut.coord_i = static_cast<std::uint16_t>(rng() & 0xfff);
      clock();
    }
    dut.en_i = 0x1f;
    dut.axis_i = axis.to_u64();
    dut.coord_i = static_cast<std::uint16_t>(i);
    in_flight.push_back({axis, i});
    clock();
    if (in_flight.size() == 5) {
      compare(in_flight.front());
      in_flight.pop_front();
    }
  }

 private:
  struct Work {
    pkg::axis_t axis;
    int i;
  };
  Veddy_axis dut;
  std::deque<Work> in_flight;

  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  void compare(const Work& work) {
    const auto seen = core_pkg::axis_hit_t::from_u64(dut.hit_o);
    const std::vector<Hit> wanted = hits(work.axis, work.i);
    const auto& a = work.axis;
    SCOPED_TRACE(testing::Message() << "up " << +a.up << " stride " << +a.stride << " dilation " << +a.dilation
                                    << " offset " << a.offset << " taps " << a.taps << " size " << a.size << " i "
                                    << work.i);
    ASSERT_EQ(seen.hit, !wanted.empty());
    if (wanted.empty()) return;
    ASSERT_EQ(seen.extra + 1U, wanted.size());
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      ASSERT_EQ(seen.o + static_cast<int>(j) * a.out_step, wanted[j].o);
      ASSERT_EQ(seen.k + static_cast<int>(j) * a.tap_step, wanted[j].k);
    }
  }
};

pkg::axis_t make(int up, int stride, int dilation, int offset, int taps, int size) {
  return {.up = static_cast<std::uint8_t>(up),
          .stride = static_cast<std::uint8_t>(stride),
          .dilation = static_cast<std::uint8_t>(dilation),
          .offset = static_cast<std::int16_t>(offset),
          .taps = static_cast<std::uint16_t>(taps),
          .size = static_cast<std::uint16_t>(size)};
}

TEST_F(Axis, FindsTheHitsOfEverySmallGeometry) {
  for (int up = 1; up <= 4; ++up) {
    for (int stride = 1; stride <= 4; ++stride) {
      for (int dilation : {1, 2, 3, 4, 6, 15}) {
        for (int taps = 1; taps <= 5; ++taps) {
          for (int size = 1; size <= 5; ++size) {
            for (int offset = -13; offset <= 9; ++offset) {
              for (int i = 0; i < 4; ++i) feed(make(up, stride, dilation, offset, taps, size), i);
              if (HasFatalFailure()) return;
            }
          }
        }
      }
    }
  }
}

TEST_F(Axis, FindsTheHitsOfLargeGeometries) {
  for (int trial = 0; trial < 30000 && !HasFatalFailure(); ++trial) {
    const int i = pick(rng, 0, 4095);
    const int up = pick(rng, 1, 4);
    const int taps = chance(rng, 50) ? pick(rng, 1, 11) : pick(rng, 1, 4095);
    // About half of the offsets near where the event hits something.
    const int near = std::clamp(-i * up + pick(rng, -3000, 3000), -32768, 32767);
    feed(make(up, pick(rng, 1, 4), pick(rng, 1, 15), chance(rng, 50) ? near : pick(rng, -32768, 32767), taps,
              pick(rng, 1, 4095)),
         i);
  }
}

}  // namespace
}  // namespace eddy::test
