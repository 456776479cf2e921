// SPDX-License-Identifier: Apache-2.0
/// Answers depend on the network and the frames alone: not on how the network is cut, where the pieces lie, or when
/// memory and network stand still.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <numeric>
#include <random>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/compile.hpp"
#include "eddy/prepare.hpp"
#include "eddy/sim_device.hpp"
#include "invariants_observe.hpp"
#include "random_network.hpp"
#include "test_length.hpp"

namespace eddy {
namespace {

using testing::observe;
using testing::observe_golden;

constexpr std::uint64_t Partitions = 3, Placements = 3, Stalls = 3;

/// The first is the compiler's own choice, the others are by chance.
Partition partition(const Network& network, const Chip& chip, std::uint64_t which) {
  CompileOptions options;
  options.iterations = 20;
  options.seed = which + 1;
  options.random_partition = which > 0;
  return compile(network, chip, {}, options).partition;
}

/// The same pieces, all that share a tile on another tile. The first is as it was.
Partition placed(Partition partition, const Chip& chip, std::uint64_t which) {
  std::vector<int> tiles(static_cast<std::size_t>(chip.tiles()));
  std::iota(tiles.begin(), tiles.end(), 0);
  std::mt19937_64 random(which);
  if (which > 0) std::ranges::shuffle(tiles, random);
  for (Slice& s : partition.slices) s.tile = tiles[static_cast<std::size_t>(s.tile)];
  std::ranges::stable_sort(partition.slices, {}, &Slice::tile);
  return partition;
}

SimOptions stalled(std::uint64_t which) {
  SimOptions options{.seed = 11 + which, .io_stall = 0.2 * static_cast<double>(which)};
  options.memory.stall = 0.3 * static_cast<double>(which);
  return options;
}

/// Of partitions, placements and stalls: all, or as many as put any two of them together once.
enum class Combinations { all, pairs };

/// The combinations against the golden model. They differ in image and time, and in nothing else.
void expect_one_answer(const Network& network, const Chip& chip, const std::vector<Frame>& frames,
                       Combinations combinations = Combinations::all) {
  const auto expected = observe_golden(network, frames);
  std::set<std::string> images;
  for (std::uint64_t p = 0; p < Partitions; ++p) {
    const Partition cut = partition(network, chip, p);
    for (std::uint64_t q = 0; q < Placements; ++q) {
      const Image image = encode(network, chip, placed(cut, chip, q), {});
      images.insert(digest(image));
      std::set<std::uint64_t> cycles;
      for (std::uint64_t s = 0; s < Stalls; ++s) {
        if (combinations == Combinations::pairs && s != (p + q) % Stalls) continue;
        SCOPED_TRACE(fmt::format("partition {} placement {} stalls {}", p, q, s));
        auto device = make_sim_device(chip, stalled(s));
        device->set_frames_in_flight(1 + static_cast<int>(q));
        const auto seen = observe(*device, network, image, frames);
        cycles.insert(device->cycles());
        for (std::size_t f = 0; f < frames.size(); ++f) {
          ASSERT_TRUE(seen.outputs[f] == expected.outputs[f]) << "frame " << f;
          for (std::size_t l = 0; l < network.layers.size(); ++l)
            ASSERT_TRUE(seen.events[f][l] == expected.events[f][l]) << "frame " << f << " layer " << l;
        }
      }
      EXPECT_EQ(cycles.size(), combinations == Combinations::all ? Stalls : 1) << "the stalls did nothing";
      std::cout << fmt::format("partition {} placement {}: {} cycles\n", p, q, fmt::join(cycles, ", ")) << std::flush;
    }
  }
  EXPECT_EQ(images.size(), Partitions * Placements) << "some of them are the same";
}

std::size_t events_in(const std::vector<Frame>& frames, const Network& network) {
  std::size_t count = 0;
  for (const auto& frame : observe_golden(network, frames).events) {
    for (const auto& layer : frame) count += layer.size();
  }
  return count;
}

/// The first frames of a shipped network's run.
std::pair<Network, std::vector<Frame>> shipped(const std::string& model, const std::string& chip, int count,
                                               double theta) {
  PrepareOptions options;
  options.model = model;
  options.chip = chip;
  options.theta = theta;
  options.compile.iterations = 20;
  const Prepared prepared = prepare(options);
  std::vector<Frame> frames;
  const auto clip = open_frames(prepared);
  for (int f = 0; f < count; ++f) frames.push_back(to_frame(prepared.network(), clip->next().value()));
  return {prepared.network(), frames};
}

TEST(Mapping, OfDigitsChangesNoAnswer) {
  const auto [network, frames] = shipped("digits", "tiny", 4, 1.0 / 64);
  const auto over_zero = [](const Requant& r) { return r.theta > 0; };
  ASSERT_TRUE(std::ranges::any_of(network.layers[1].channels, over_zero)) << "thresholds are part of it";
  ASSERT_GT(events_in(frames, network), 200U);
  expect_one_answer(network, find_chip("tiny"), frames);
}

TEST(Mapping, OfDigitsOnMoreTilesChangesNoAnswer) {
  const auto [network, frames] = shipped("digits", "small", 3, 0.0);
  expect_one_answer(network, find_chip("small"), frames);
}

TEST(Mapping, OfPeopleChangesNoAnswer) {
  const auto frames_asked_for = testing::frames_asked_for();
  if (!frames_asked_for) GTEST_SKIP() << "nine runs take minutes: EDDY_FRAMES=2 in the environment starts them";
  const auto [network, frames] = shipped("people", "small", *frames_asked_for, 1.0 / 64);
  expect_one_answer(network, find_chip("small"), frames, Combinations::pairs);
}

class MappingOfRandom : public ::testing::TestWithParam<testing::Modes> {};

TEST_P(MappingOfRandom, NetworksChangesNoAnswer) {
  const Network network = testing::random_network(21, {.layers = 6, .modes = GetParam()});
  SCOPED_TRACE(testing::describe(network));
  expect_one_answer(network, find_chip("small"), testing::random_frames(network, 21, 2));
}

INSTANTIATE_TEST_SUITE_P(Invariants, MappingOfRandom,
                         ::testing::Values(testing::Modes::temporal, testing::Modes::spatial, testing::Modes::mixed));

}  // namespace
}  // namespace eddy
