// SPDX-License-Identifier: Apache-2.0
/// Frames through the whole chip as one model: the same events, cycles and flits as through the array of tiles.
#include <gtest/gtest.h>

#include "device_compare.hpp"
#include "eddy/compile.hpp"
#include "eddy/sim/flat_array.hpp"
#include "eddy/sim/tile_array.hpp"
#include "eddy/sim_device.hpp"
#include "random_network.hpp"

namespace eddy {
namespace {

// Set by the build: 2 or 4.
constexpr int Side = EDDY_FLAT_SIDE;

std::unique_ptr<sim::Fabric> make_flat() {
  if constexpr (Side == 4) return sim::make_flat_small(1);
  return sim::make_flat_tiny(1);
}

TEST(FlatDevice, GivesTheSameFramesInTheSameCycles) {
  const Chip chip = find_chip(Side == 4 ? "small" : "tiny");
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Network network = testing::random_network(seed);
    CompileOptions compile_options;
    compile_options.iterations = 20;
    compile_options.random_partition = true;
    const Image image = compile(network, chip, {}, compile_options).image;
    const auto frames = testing::random_frames(network, seed, 3);
    const SimOptions options{.dma_load = true, .io_stall = 0.1};

    struct Run {
      std::vector<std::uint64_t> cycles;
      std::uint64_t checksum = 0;
    };
    const auto run = [&](std::unique_ptr<sim::Fabric> tiles) {
      const sim::Fabric& seen = *tiles;
      auto device = make_sim_device(chip, options, std::move(tiles));
      device->set_frames_in_flight(2);
      testing::Comparison comparison(network, image);
      comparison.run(*device, frames);
      Run result;
      for (const FrameResult& r : comparison.results) {
        result.cycles.push_back(r.first_cycle);
        result.cycles.push_back(r.last_cycle);
      }
      result.cycles.push_back(device->cycles());
      result.checksum = seen.checksum();
      return result;
    };
    const Run array = run(std::make_unique<sim::TileArray>(sim::ArrayOptions{.rows = Side, .columns = Side}));
    const Run flat = run(make_flat());
    EXPECT_EQ(array.cycles, flat.cycles);
    EXPECT_EQ(array.checksum, flat.checksum);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace eddy
