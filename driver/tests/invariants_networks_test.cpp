// SPDX-License-Identifier: Apache-2.0
/// Random networks on the RTL in the simulator, driven by its rings, against the golden event model, event by event;
/// and against the untimed model, count by count. All that is left to chance comes from the network's seed.
///
///   EDDY_SEED=17 build/bin/driver_invariants --gtest_filter='Random/Networks*'         one network again
///   EDDY_SEEDS=1:5000 build/bin/driver_invariants --gtest_filter='Random/Networks*'    many
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "device_compare.hpp"
#include "eddy/compile.hpp"
#include "eddy/error.hpp"
#include "eddy/sim_device.hpp"
#include "eddy_pkg.hpp"
#include "network_case.hpp"
#include "random_network.hpp"
#include "shrink.hpp"
#include "test_length.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

using testing::Comparison;
using testing::describe;
using testing::Modes;
using testing::NetworkCase;
using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;
using testing::read_case;
using testing::write_case;

constexpr testing::SeedRange UsualSeeds{1, 200};
constexpr std::uint64_t Shares = 10;  // test cases among which the seeds are dealt out

Image image_of(const NetworkCase& c) {
  CompileOptions options;
  options.iterations = c.iterations;
  options.seed = c.seed;
  options.random_partition = c.random_partition;
  options.random_placement = c.random_placement;
  return compile(c.network, find_chip(c.chip), {}, options).image;
}

/// Draws a network, how it gets onto which chip, and how that chip is run.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) { drawn.seed = seed; }

  NetworkCase make() {
    const bool large = chance(0.3);
    RandomNetworkOptions options;
    options.modes = static_cast<Modes>(pick(0, 2));
    options.max_side = large ? 24 : 10;
    options.max_channels = large ? 24 : 13;
    options.thresholds = chance(0.8);
    options.transposed = chance(0.3);
    options.wide_input = chance(0.2);
    options.fp16 = drawn.seed % 4 == 3;
    drawn.network = random_network(drawn.seed, options);
    drawn.frames = random_frames(drawn.network, drawn.seed, 4, chance(0.2) ? 1.0 : 0.2);
    drawn.io_stall = chance(0.3) ? 0.4 : 0.0;
    drawn.memory_stall = chance(0.3) ? 0.4 : 0.0;
    drawn.dma_load = chance(0.1);
    drawn.skip_quiet = !chance(0.1);
    drawn.in_flight = pick(1, 4);
    drawn.random_partition = chance(0.5);
    drawn.random_placement = chance(0.5);
    drawn.chip = large || !fits(drawn) ? "small" : "tiny";
    return drawn;
  }

 private:
  int pick(int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(random_); }
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }

  static bool fits(const NetworkCase& c) {
    try {
      image_of(c);
      return true;
    } catch (const FitError&) {
      return false;
    }
  }

  std::mt19937_64 random_;
  NetworkCase drawn;
};

/// A dilated kernel marks the columns between its hits as well (docs/core-integrate.md): more is swept than touched.
bool sweeps_more(const Layer& layer) {
  return std::ranges::any_of(layer.ports, [](const Port& p) { return p.x.dilation > 1; });
}

/// Work is a matter of the image and the frames, not of time: the RTL counts what the untimed model counts.
void expect_counts_of_the_model(const Network& network, const Image& image, const std::vector<Frame>& frames,
                                const std::vector<TileCounters>& counters) {
  auto model = make_model_device();
  model->load(image);
  for (const Frame& frame : frames) {
    model->submit(frame);
    model->collect();
  }
  const auto expected = model->counters();
  ASSERT_EQ(counters.size(), expected.size());
  for (std::size_t t = 0; t < expected.size(); ++t) {
    SCOPED_TRACE(fmt::format("tile ({}, {})", expected[t].tile.y, expected[t].tile.x));
    ASSERT_EQ(counters[t].tile, expected[t].tile);
    using enum pkg::counter_e;
    ASSERT_EQ(expected[t].values[static_cast<std::size_t>(CntCut)], 0U);
    for (const auto counter : {CntEventsIn, CntMacWords, CntFired, CntEventsOut, CntCut}) {
      const auto c = static_cast<std::size_t>(counter);
      ASSERT_EQ(counters[t].values[c], expected[t].values[c]) << to_string(counter);
    }
  }
  for (const PopulationInfo& p : image.populations) {
    const auto t =
        static_cast<std::size_t>(std::ranges::find(expected, p.tile, &TileCounters::tile) - expected.begin());
    const PopulationCounters& have = counters[t].populations[static_cast<std::size_t>(p.pop)];
    const PopulationCounters& want = expected[t].populations[static_cast<std::size_t>(p.pop)];
    SCOPED_TRACE(fmt::format("tile ({}, {}) population {} of layer {}", p.tile.y, p.tile.x, p.pop, p.layer));
    ASSERT_EQ(have.events_in, want.events_in);
    ASSERT_EQ(have.mac_words, want.mac_words);
    ASSERT_GE(have.neurons_swept, want.neurons_swept);
    if (!sweeps_more(network.layers[static_cast<std::size_t>(p.layer)])) {
      ASSERT_EQ(have.neurons_swept, want.neurons_swept);
    }
  }
}

/// What each layer counted, against what its events say: no fewer products than the golden model needs, and each neuron
/// that fired was swept.
void expect_counts_of_the_events(const NetworkCase& draw, const Image& image,
                                 const std::vector<TileCounters>& counters) {
  std::vector<LayerCounts> golden(draw.network.layers.size());
  GoldenEvents events(draw.network);
  for (const Frame& frame : draw.frames) {
    const FrameTrace trace = events.step(frame);
    for (std::size_t l = 0; l < golden.size(); ++l) {
      golden[l].events_out += trace.counts[l].events_out;
      golden[l].macs_done += trace.counts[l].macs_done;
    }
  }
  std::vector<PopulationCounters> layers(golden.size());
  for (const PopulationInfo& p : image.populations) {
    const auto tile = std::ranges::find(counters, p.tile, &TileCounters::tile);
    ASSERT_NE(tile, counters.end());
    const PopulationCounters& count = tile->populations[static_cast<std::size_t>(p.pop)];
    layers[static_cast<std::size_t>(p.layer)].mac_words += count.mac_words;
    layers[static_cast<std::size_t>(p.layer)].neurons_swept += count.neurons_swept;
  }
  for (std::size_t l = 1; l < layers.size(); ++l) {
    EXPECT_GE(layers[l].mac_words * pkg::Lanes, static_cast<std::uint64_t>(golden[l].macs_done)) << "layer " << l;
    EXPECT_GE(layers[l].neurons_swept, static_cast<std::uint64_t>(golden[l].events_out)) << "layer " << l;
  }
}

void run_case(const NetworkCase& c) {
  SCOPED_TRACE(describe(c.network));
  try {
    SimOptions options;
    options.seed = c.seed;
    options.io_stall = c.io_stall;
    options.memory.stall = c.memory_stall;
    options.dma_load = c.dma_load;
    options.skip_quiet = c.skip_quiet;
    const Image image = image_of(c);
    const auto device = make_sim_device(find_chip(c.chip), options);
    device->set_frames_in_flight(c.in_flight);
    Comparison comparison(c.network, image);
    comparison.run(*device, c.frames);
    if (::testing::Test::HasFatalFailure()) return;
    expect_counts_of_the_model(c.network, image, c.frames, comparison.counters);
    expect_counts_of_the_events(c, image, comparison.counters);
  } catch (const Error& error) {
    FAIL() << error.what();
  }
}

/// A case that cannot be compiled says nothing.
bool fails(const NetworkCase& c) {
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(&failures);
    try {
      image_of(c);
    } catch (const std::exception&) {
      return false;
    }
    run_case(c);
  }
  return failures.size() > 0;
}

/// What fails is written down, as small as it gets.
void run_network(std::uint64_t seed) {
  const NetworkCase drawn = Draw(seed).make();
  SCOPED_TRACE(fmt::format("again: EDDY_SEED={} build/bin/driver_invariants --gtest_filter='Random/Networks*'", seed));
  run_case(drawn);
  if (!::testing::Test::HasFailure()) return;
  const fs::path file = fs::absolute(fmt::format("regressions/network-{}.json", seed));
  write_case(testing::Shrinker(drawn, fails).run(), file);
  ADD_FAILURE() << "as small as it gets: " << file << ", which testvectors/regressions takes";
}

class Networks : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Networks, GiveTheGoldenEvents) {
  const testing::TimeAllowed time;
  const auto [first, last] = testing::seeds(UsualSeeds);
  int count = 0;
  std::uint64_t seed = first;
  for (; seed <= last && !time.is_over(); ++seed) {
    if (seed % Shares != GetParam()) continue;
    run_network(seed);
    ++count;
    if (HasFailure()) return;
  }
  std::cout << fmt::format("{} networks, each {}th seed of {} to {} (asked for: to {})\n", count, Shares, first,
                           seed - 1, last);
}

/// What failed once.
TEST(Regressions, GiveTheGoldenEvents) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(EDDY_TESTVECTORS) / "regressions")) {
    SCOPED_TRACE(entry.path().filename().string());
    run_case(read_case(entry.path()));
    ++count;
  }
  EXPECT_GT(count, 0);
}

INSTANTIATE_TEST_SUITE_P(Random, Networks, ::testing::Range<std::uint64_t>(0, Shares));

}  // namespace
}  // namespace eddy
