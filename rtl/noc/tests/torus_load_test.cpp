// SPDX-License-Identifier: Apache-2.0
// The network on chip under load: what it carries, and that it loses nothing of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "rtl_test.hpp"
#include "torus.hpp"
#include "traffic.hpp"

namespace eddy::test {
namespace {

class LoadedTorus : public testing::Test {
 protected:
  /// Each core always has a flit to send, to any core; the i/o ends are quiet.
  void core_to_core(int cycles) {
    for (int i = 0; i < cycles; ++i) {
      for (End end = 0; end < torus.ends(); end += 2) {
        if (!torus.offering(end)) traffic.send(end, 2 * (rng() % torus.tiles()));
      }
      torus.step();
    }
  }

  Torus torus{8, 8};
  Traffic traffic{torus};
  std::mt19937 rng = make_rng();
};

TEST_F(LoadedTorus, CarriesUniformTrafficAtSaturation) {
  constexpr int Cycles = 3000;
  core_to_core(500);
  const std::uint64_t before = traffic.received();
  core_to_core(Cycles);
  const double rate = static_cast<double>(traffic.received() - before) / Cycles / static_cast<double>(torus.tiles());
  std::cout << "saturation throughput, 8x8, uniform: " << rate << " flits a node and cycle\n";
  EXPECT_GE(rate, 0.50);
  traffic.drain();
}

// EDDY_FLITS=100000000: so many. Sinks that stall at random keep the queues full, so that order is under pressure.
TEST_F(LoadedTorus, LosesDoublesAndReordersNothingOfAMillionFlits) {
  const char* text = std::getenv("EDDY_FLITS");
  const std::uint64_t flits = text != nullptr ? std::stoull(text) : 1'000'000;
  torus.sink_ready = [&](End) { return rng() % 4 != 0; };
  while (traffic.received() < flits) {
    const std::uint64_t before = traffic.received();
    core_to_core(1000);
    ASSERT_FALSE(HasFailure());
    ASSERT_GT(traffic.received(), before) << "nothing arrives any more";
  }
  ASSERT_NO_FATAL_FAILURE(traffic.drain());
  std::cout << traffic.received() << " flits in " << torus.cycle() << " cycles\n";
}

}  // namespace
}  // namespace eddy::test
