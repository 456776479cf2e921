// SPDX-License-Identifier: Apache-2.0
/// Pixels and real values as activations of the input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "eddy/frames.hpp"
#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"

namespace eddy {
namespace {

using ::testing::HasSubstr;

/// Nothing but an input of two pixels.
Graph input_alone(int channels) {
  Graph graph;
  graph.layers.resize(1);
  graph.layers[0].name = "image";
  graph.layers[0].acc = graph.layers[0].out = {channels, 1, 2};
  return graph;
}

Network with_input(const InputSpec& spec, int channels) {
  const Graph graph = input_alone(channels);
  Picture picture{graph.layers[0].out, std::vector<std::uint8_t>(static_cast<std::size_t>(channels) * 2, 200), {}};
  return quantise(graph, spec, std::span(&picture, 1), {}).network;
}

void expect_table_is_near(const Network& network, const InputSpec& spec, double tolerance) {
  for (std::size_t c = 0; c < network.input.table.size(); ++c) {
    for (int p = 0; p < 256; ++p) {
      EXPECT_NEAR(network.input.table[c][static_cast<std::size_t>(p)] * network.layers[0].scale,
                  spec.real(p, static_cast<int>(c)), tolerance);
    }
  }
}

TEST(InputTable, IsThePixelWhereNothingIsSubtracted) {
  const Network network = with_input({}, 1);
  for (int p = 0; p < 256; ++p) EXPECT_EQ(network.input.table.at(0)[static_cast<std::size_t>(p)], p);
  EXPECT_EQ(network.layers[0].bits, 8);
}

TEST(InputTable, FindsTheStepOfPixelsFromMinusOneToOne) {
  InputSpec spec;
  spec.mean = {0.5};
  spec.std = {0.5};
  const Network network = with_input(spec, 3);
  expect_table_is_near(network, spec, 1e-12);
  EXPECT_EQ(network.layers[0].hi, 255);
  EXPECT_EQ(network.layers[0].lo, -255);
}

TEST(InputTable, TakesFourteenBitsWhereNoStepIsExact) {
  InputSpec spec;
  spec.mean = {0.485, 0.456, 0.406};
  spec.std = {0.229, 0.224, 0.225};
  const Network network = with_input(spec, 3);
  EXPECT_EQ(network.layers[0].bits, 14);
  expect_table_is_near(network, spec, 0.51 * network.layers[0].scale);
}

TEST(InputTable, ManyChannelsGoAsActivations) {
  const Network network = with_input({}, 7);
  EXPECT_FALSE(network.input.pixels);
  const Picture picture{{7, 1, 2}, std::vector<std::uint8_t>(14, 9), {}};
  EXPECT_THAT(to_frame(network, picture).activations, ::testing::Each(9));
}

/// The scale of pixels says nothing about values that are real already: neither do changes of them vanish by it.
TEST(RealInput, ItsThresholdIsAShareOfTheCalibratedRange) {
  const Graph graph = input_alone(1);
  const std::vector<Picture> pictures{{graph.layers[0].out, {}, {-0.5F, 0.3F}},
                                      {graph.layers[0].out, {}, {1.0F, 0.0F}}};
  for (const double scale : {1.0, 1.0 / 255}) {
    InputSpec spec;
    spec.scale = scale;
    QuantiseOptions options;
    options.thresholds.pixel = 10;
    const Quantised q = quantise(graph, spec, pictures, options);
    EXPECT_THAT(q.network.input.theta, ::testing::Each(15)) << "10/255 of 1.5, in steps of 1/255";
    EXPECT_THAT(q.report.notes, ::testing::ElementsAre(HasSubstr("scale, mean and std are not applied"),
                                                       HasSubstr("its threshold of 10 is one of 0.05882")));
  }
  EXPECT_EQ(quantise(graph, {}, pictures, {}).network.input.theta.at(0), 0);
}

TEST(RealInput, WholeMultiplesOfAPowerOfTwoStayWhatTheyAre) {
  const Graph graph = input_alone(1);
  const auto scaled = [&](float first, float second) {
    const std::vector<Picture> pictures{{graph.layers[0].out, {}, {first, second}}};
    const Quantised q = quantise(graph, {}, pictures, {});
    const auto values = to_frame(q.network, pictures[0]).activations;
    EXPECT_GE(q.network.layers[0].hi, values[1]);
    return std::pair{values[0] * q.network.layers[0].scale, values[1] * q.network.layers[0].scale};
  };
  EXPECT_EQ(scaled(10'000, 10'003), (std::pair<double, double>{10'000, 10'003}));
  EXPECT_EQ(scaled(-0.625F, 100.5F), (std::pair<double, double>{-0.625, 100.5}));
  EXPECT_NE(scaled(0.3F, 1).first, 0.3) << "no such step";
  EXPECT_NE(scaled(1, 100'001).first, 1) << "too many steps";
}

TEST(RealInput, ManyChannelsHaveOneThreshold) {
  InputSpec spec;
  spec.std = {1, 2, 1, 1, 4, 1, 1};
  QuantiseOptions options;
  options.thresholds.pixel = 100;
  const Graph graph = input_alone(7);
  const std::vector<Picture> pictures{{graph.layers[0].out, std::vector<std::uint8_t>(14, 255), {}}};
  const auto theta = quantise(graph, spec, pictures, options).network.input.theta;
  EXPECT_THAT(theta, ::testing::AllOf(::testing::SizeIs(7), ::testing::Each(theta.front())));
  EXPECT_GT(theta.front(), 0);
}

}  // namespace
}  // namespace eddy
