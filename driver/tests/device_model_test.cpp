// SPDX-License-Identifier: Apache-2.0
/// The untimed model, which executes images, against the golden event model, which executes networks: event by event,
/// for several partitions and placements of the same network. It is the first check of the compiler's encoder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include <fmt/format.h>

#include "device_compare.hpp"
#include "eddy/compile.hpp"
#include "eddy/device.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy_pkg.hpp"
#include "random_network.hpp"

namespace eddy {
namespace {

using testing::Comparison;
using testing::describe;
using testing::Modes;
using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;

/// Networks to try: the environment variable EDDY_SEEDS for long runs.
std::uint64_t seeds() {
  const char* text = std::getenv("EDDY_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 40;
}

class RandomNetworks : public ::testing::TestWithParam<Modes> {};

TEST_P(RandomNetworks, GiveTheSameEventsWhateverThePartition) {
  const Chip chip = find_chip("small");
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    RandomNetworkOptions options;
    options.modes = GetParam();
    options.transposed = seed % 3 == 0;
    options.wide_input = seed % 5 == 0;
    options.fp16 = seed % 4 == 3;
    const Network network = random_network(seed, options);
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, describe(network)));
    const auto frames = random_frames(network, seed, 4);
    for (std::uint64_t variant = 0; variant < 4; ++variant) {
      SCOPED_TRACE(fmt::format("variant {}", variant));
      CompileOptions compile_options;
      compile_options.iterations = 20;
      compile_options.random_partition = variant > 1;
      compile_options.random_placement = variant == 1;
      compile_options.seed = seed * 10 + variant;
      const Compiled compiled = compile(network, chip, {}, compile_options);
      const auto device = make_model_device(variant);
      device->set_frames_in_flight(1 + static_cast<int>(variant % 3));
      Comparison(network, compiled.image).run(*device, frames);
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Model, RandomNetworks, ::testing::Values(Modes::temporal, Modes::spatial, Modes::mixed));

/// Lanes without a channel do not fire, even where a curve gives the largest activation of all for a sum of 0.
TEST(Model, PaddedLanesAreSilentBehindAnyCurve) {
  RandomNetworkOptions options;
  options.layers = 1;
  int padded = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Network network = random_network(seed, options);
    Layer& layer = network.layers[1];
    padded += layer.out.c % static_cast<int>(pkg::Lanes) != 0;
    layer.curve.shift = 1;
    layer.curve.nodes.assign(Curve::segments + 1, 32766);
    layer.curve.nodes[5] = 0;
    layer.lo = -32768;
    layer.hi = 32767;
    SCOPED_TRACE(describe(network));
    CompileOptions compile_options;
    compile_options.iterations = 5;
    const Compiled compiled = compile(network, find_chip("tiny"), {}, compile_options);
    const auto device = make_model_device();
    Comparison(network, compiled.image).run(*device, random_frames(network, seed, 2));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(padded, 5);
}

/// The place of a curve where it is nearest to 0 may lie outside of the layer's range.
TEST(Model, PaddedLanesAreSilentWithinTheRange) {
  RandomNetworkOptions options;
  options.layers = 1;
  Network network;
  for (std::uint64_t seed = 1; network.layers.empty() || network.layers[1].out.c % static_cast<int>(pkg::Lanes) == 0;)
    network = random_network(seed++, options);
  Layer& layer = network.layers[1];
  layer.curve.shift = 1;
  layer.curve.nodes.assign(Curve::segments + 1, 32766);
  layer.curve.nodes[5] = 0;
  layer.curve.nodes[40] = 20000;
  layer.lo = -8000;
  layer.hi = 32767;
  CompileOptions compile_options;
  compile_options.iterations = 5;
  const Compiled compiled = compile(network, find_chip("tiny"), {}, compile_options);
  const auto device = make_model_device();
  Comparison(network, compiled.image).run(*device, random_frames(network, 2, 2));

  layer.lo = 32767;
  EXPECT_THROW(compile(network, find_chip("tiny"), {}, compile_options), FitError);
}

TEST(Model, NoticesADamagedImage) {
  const Network network = random_network(3);
  CompileOptions options;
  options.iterations = 5;
  Image image = compile(network, find_chip("tiny"), {}, options).image;
  // The frame input sends less than its receivers need.
  for (TableEntry& e : image.gateway.tables) {
    if (e.table != static_cast<std::uint8_t>(pkg::table_e::TabOutAxon)) continue;
    auto axon = pkg::out_axon_t::unpack(e.words);
    axon.c1 = axon.c0;
    axon.y1 = axon.y0;
    const auto words = axon.pack();
    e.words.assign(words.begin(), words.end());
  }
  const auto frames = random_frames(network, 1, 3);
  GoldenEvents golden(network);
  auto device = make_model_device();
  std::size_t fired = 0, expected = 0;
  device->load(image);
  device->trace([&](const Firing&) { ++fired; });
  for (const Frame& frame : frames) {
    device->submit(frame);
    device->collect();
    const FrameTrace want = golden.step(frame);
    for (const auto& layer : want.events) expected += layer.size();
  }
  EXPECT_NE(fired, expected);
}

/// With three words of its tables changed.
Image broken(Image image, std::mt19937_64& random) {
  for (int change = 0; change < 3; ++change) {
    const std::size_t place = random() % (image.tiles.size() + 1);
    auto& tables = place == image.tiles.size() ? image.gateway.tables : image.tiles[place].tables;
    auto& words = tables[random() % tables.size()].words;
    words[random() % words.size()] = random() % 2 == 0 ? 0 : static_cast<std::uint32_t>(random());
  }
  return image;
}

/// False where the model refuses to go on.
bool runs(const Image& image, const std::vector<Frame>& frames) {
  try {
    auto device = make_model_device();
    device->load(image);
    for (const Frame& frame : frames) device->submit(frame);
    for (std::size_t f = 0; f < frames.size(); ++f) device->collect();
    device->counters();
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// An image may come from anyone, over a socket too: one with a broken table runs, or is refused, and that is all.
TEST(Model, SurvivesImagesWithBrokenTables) {
  constexpr int networks = 6, images = 200;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= networks; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const Network network = random_network(seed);
    CompileOptions options;
    options.iterations = 5;
    const Image good = compile(network, find_chip("small"), {}, options).image;
    const auto frames = random_frames(network, seed, 3);
    std::mt19937_64 random(seed);
    for (int i = 0; i < images; ++i) refused += !runs(broken(good, random), frames);
  }
  EXPECT_GT(refused, networks);
}

TEST(Model, SaysWhoWaitsWhenItIsStuck) {
  const Network network = random_network(3);
  CompileOptions options;
  options.iterations = 5;
  Image image = compile(network, find_chip("tiny"), {}, options).image;
  // Nobody hears of the frames.
  image.gateway.out_axons = 0;
  auto device = make_model_device();
  device->load(image);
  device->submit(random_frames(network, 1, 1).front());
  try {
    device->collect();
    FAIL() << "it finished";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("waits for input"));
  }
}

}  // namespace
}  // namespace eddy
