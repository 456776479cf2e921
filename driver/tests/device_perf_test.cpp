// SPDX-License-Identifier: Apache-2.0
/// The model with time: what it gives is what the golden event model gives, whatever time does to the order of things,
/// and it takes the same time again. How near its cycles are to those of the RTL: invariants_zoo_test.
#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "device_compare.hpp"
#include "eddy/compile.hpp"
#include "eddy/device.hpp"
#include "random_network.hpp"

namespace eddy {
namespace {

using testing::Comparison;
using testing::describe;
using testing::Modes;
using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;

class PerfNetworks : public ::testing::TestWithParam<Modes> {};

TEST_P(PerfNetworks, GiveTheGoldenEventsAtTheSameTimesAgain) {
  const Chip chip = find_chip("small");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomNetworkOptions options;
    options.modes = GetParam();
    options.transposed = seed % 3 == 0;
    options.wide_input = seed % 5 == 0;
    const Network network = random_network(seed, options);
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, describe(network)));
    const auto frames = random_frames(network, seed, 4);
    CompileOptions compile_options;
    compile_options.iterations = 20;
    compile_options.random_partition = seed % 2 == 0;
    compile_options.seed = seed;
    const Compiled compiled = compile(network, chip, {}, compile_options);
    const auto device = make_perf_device();
    device->set_frames_in_flight(1 + static_cast<int>(seed % 3));
    Comparison first(network, compiled.image), again(network, compiled.image);
    first.run(*device, frames);
    const std::uint64_t cycles = device->cycles();
    again.run(*device, frames);
    if (HasFatalFailure()) return;
    EXPECT_EQ(device->cycles(), cycles);
    for (std::size_t f = 0; f < frames.size(); ++f) {
      const FrameResult &result = first.results[f], &same = again.results[f];
      EXPECT_LT(result.first_cycle, result.last_cycle);
      EXPECT_EQ(result.first_cycle, same.first_cycle);
      EXPECT_EQ(result.last_cycle, same.last_cycle);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Perf, PerfNetworks, ::testing::Values(Modes::temporal, Modes::spatial, Modes::mixed));

/// One frame at a time leaves tiles idle that others would have kept at work.
TEST(Perf, FramesInFlightTakeLessTime) {
  RandomNetworkOptions options;
  options.layers = 4;
  const Network network = random_network(3, options);
  const Compiled compiled = compile(network, find_chip("small"), {}, {});
  const auto frames = random_frames(network, 3, 8);
  std::vector<std::uint64_t> cycles;
  for (const int in_flight : {1, 3}) {
    const auto device = make_perf_device();
    device->set_frames_in_flight(in_flight);
    Comparison(network, compiled.image).run(*device, frames);
    cycles.push_back(device->cycles());
  }
  EXPECT_LT(cycles[1], cycles[0]);
}

TEST(Perf, RunsOnWhenNobodyLooksAnyMore) {
  const Network network = random_network(3, {});
  const Compiled compiled = compile(network, find_chip("small"), {}, {});
  const auto frames = random_frames(network, 3, 1);
  const auto device = make_perf_device();
  device->trace([](const Firing&) { FAIL() << "was told to be silent"; });
  device->trace({});
  device->load(compiled.image);
  device->submit(frames[0]);
  EXPECT_EQ(device->collect().frame, 0);
}

}  // namespace
}  // namespace eddy
