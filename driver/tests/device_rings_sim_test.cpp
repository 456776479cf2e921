// SPDX-License-Identifier: Apache-2.0
/// The RTL in the simulator, driven by its rings, against the golden event model: event by event, whatever the memory,
/// the seed and the way in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "device_rings_compare.hpp"
#include "eddy/compile.hpp"
#include "eddy/error.hpp"
#include "eddy/sim_device.hpp"
#include "random_network.hpp"

namespace eddy {
namespace {

using testing::Comparison;
using testing::describe;
using testing::Modes;
using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;

/// Cut and placed by search or by chance, as the seed says.
Image compiled(const Network& network, const Chip& chip, std::uint64_t seed) {
  CompileOptions options;
  options.iterations = 20;
  options.seed = seed;
  options.random_partition = seed % 2 == 0;
  options.random_placement = seed % 4 == 1;
  return compile(network, chip, {}, options).image;
}

/// Networks to try: the environment variable EDDY_SEEDS for long runs, EDDY_SEED for one.
std::pair<std::uint64_t, std::uint64_t> seeds(std::uint64_t count) {
  const char* one = std::getenv("EDDY_SEED");
  if (one != nullptr) return {std::strtoull(one, nullptr, 10), std::strtoull(one, nullptr, 10)};
  const char* text = std::getenv("EDDY_SEEDS");
  return {1, text != nullptr ? std::strtoull(text, nullptr, 10) : count};
}

class SimNetworks : public ::testing::TestWithParam<Modes> {};

TEST_P(SimNetworks, GiveTheGoldenEvents) {
  const auto [first, last] = seeds(6);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Chip chip = find_chip(seed % 3 == 2 ? "small" : "tiny");
    RandomNetworkOptions options;
    options.modes = GetParam();
    options.max_side = seed % 3 == 2 ? 24 : 10;
    options.max_channels = seed % 3 == 2 ? 24 : 13;
    options.transposed = seed % 3 == 0;
    options.wide_input = seed % 5 == 0;
    const Network network = random_network(seed, options);
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, describe(network)));
    const auto frames = random_frames(network, seed, 4, seed % 7 == 0 ? 1.0 : 0.2);
    auto device = make_sim_device(chip, {.seed = seed, .io_stall = seed % 4 == 3 ? 0.3 : 0.0});
    device->set_frames_in_flight(1 + static_cast<int>(seed % 3));
    const Image image = compiled(network, chip, seed);
    Comparison comparison(network, image);
    try {
      comparison.run(*device, frames);
    } catch (const Error& error) {
      FAIL() << error.what();
    }
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Sim, SimNetworks, ::testing::Values(Modes::temporal, Modes::spatial, Modes::mixed));

}  // namespace
}  // namespace eddy
