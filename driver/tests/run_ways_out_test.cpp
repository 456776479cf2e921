// SPDX-License-Identifier: Apache-2.0
/// Ways out for networks that are too large for one small tile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "eddy/golden.hpp"
#include "index.hpp"
#include "run/ways_out.hpp"

namespace eddy {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Convolutions one after another, each of 8 channels on 16x16, with kernels of these sizes; weights by chance.
Graph convolutions(const std::vector<int>& kernels) {
  constexpr int channels = 8, side = 16;
  std::mt19937 random(1);
  std::normal_distribution<float> weight(0, 0.1F);
  Graph graph;
  graph.name = "convolutions";
  GraphLayer layer;
  layer.name = "input";
  layer.acc = layer.out = {channels, side, side};
  graph.layers.push_back(layer);
  for (const int taps : kernels) {
    GraphPort port;
    port.source = static_cast<int>(graph.layers.size()) - 1;
    port.c_count = port.k_count = channels;
    port.y = port.x = {.taps = taps, .pad = taps / 2};
    for (int i = 0; i < channels * channels * taps * taps; ++i) port.weights.push_back(weight(random));
    layer.name = "conv" + std::to_string(graph.layers.size());
    layer.nodes = {layer.name};
    layer.ports = {port};
    layer.bias.assign(channels, 0);
    layer.lo = 0;
    graph.layers.push_back(layer);
  }
  graph.outputs.push_back({"out", static_cast<int>(kernels.size()), {1, channels, side, side}, {}});
  return graph;
}

/// A still scene in which one pixel moves, as real values.
std::vector<Picture> scene(const Shape& shape) {
  std::mt19937 random(2);
  std::normal_distribution<float> value;
  Picture picture{shape, {}, {}};
  for (std::int64_t i = 0; i < shape.count(); ++i) picture.values.push_back(value(random));
  std::vector<Picture> result;
  for (std::size_t f = 0; f < 3; ++f) {
    picture.values[f * 100] += 1;
    result.push_back(picture);
  }
  return result;
}

/// On one tile of 32 KB. `compiled`: all that was tried.
std::vector<std::string> ways_of(const Graph& graph, std::vector<std::string>* tried = nullptr) {
  Chip chip;
  chip.rows = chip.columns = 1;
  chip.banks = 2;
  const std::vector<Picture> pictures = scene(graph.layers[0].out);
  const InputSpec input;
  const Ranges ranges = measure_ranges(graph, input, pictures);
  const QuantiseOptions options;
  const Quantised quantised = quantise(graph, input, pictures, options);
  std::vector<std::vector<Frame>> runs(1);
  for (const Picture& picture : pictures) runs[0].push_back(to_frame(quantised.network, picture));
  const CompileOptions compiling;
  return ways_out(
      {graph, input, pictures, ranges, options, quantised, runs, chip, compiling, [&](const std::string& what) {
         if (tried != nullptr) tried->push_back(what);
       }});
}

/// Accumulators take 24 KB, references 12, weights of 8 bits 6; the event queue lies there too.
TEST(WaysOut, BothWhereNeitherIsEnough) {
  std::vector<std::string> tried;
  EXPECT_THAT(
      ways_of(convolutions({3, 9, 3}), &tried),
      ElementsAre(AllOf(StartsWith("--weights int4 --mode spatial: error of the outputs"), HasSubstr("% products"))));
  EXPECT_THAT(tried.back(), HasSubstr("--weights int4 --mode spatial"));
}

/// Accumulators 16 KB, references 8, weights 6: the large kernel alone has to give.
TEST(WaysOut, FewBitsInAsFewLayersAsWillDo) {
  const auto ways = ways_of(convolutions({3, 9}));
  ASSERT_EQ(ways.size(), 2U);
  EXPECT_THAT(ways[0], StartsWith("--weights int8,conv2=int4: error of the outputs"));
}

TEST(WaysOut, ValuesInAsFewLayersAsWillDo) {
  const auto ways = ways_of(convolutions({3, 9}));
  ASSERT_EQ(ways.size(), 2U);
  EXPECT_THAT(ways[1], AllOf(StartsWith("--mode temporal,conv"), Not(HasSubstr("conv1=spatial,conv2=spatial")),
                             HasSubstr("4 KB less")));
}

TEST(WaysOut, WhatIsNeededIsNotTakenBack) {
  EXPECT_THAT(ways_of(convolutions({3, 11})).back(),
              StartsWith("--mode temporal,conv1=spatial,conv2=spatial: 8 KB less"));
}

TEST(WaysOut, NoneWhereThereIsNone) { EXPECT_THAT(ways_of(convolutions({3, 3, 3, 3, 3})), ElementsAre()); }

}  // namespace
}  // namespace eddy
