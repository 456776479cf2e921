// SPDX-License-Identifier: Apache-2.0
/// Formats of weights: what each keeps of the real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "legal_network.hpp"
#include "quantise/unit.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using testing::expect_legal;
using ::testing::HasSubstr;
using testing::unit_model;
using testing::UnitModel;

QuantiseOptions in_format(WeightFormat format) {
  QuantiseOptions options;
  options.weights = format;
  return options;
}

/// One dense layer of random weights, of one output.
Graph dense(int inputs, double bias) {
  Graph graph;
  graph.name = "dense";
  GraphLayer input, layer;
  input.name = "image";
  input.acc = input.out = {1, 1, inputs};
  layer.name = "dense";
  layer.acc = layer.out = {1, 1, 1};
  layer.bias = {static_cast<float>(bias)};
  GraphPort port;
  port.c_count = port.k_count = 1;
  port.x.taps = inputs;
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (int i = 0; i < inputs; ++i) port.weights.push_back(normal(random));
  layer.ports = {port};
  graph.layers = {input, layer};
  graph.outputs = {{"out", 1, {1, 1}, {}}};
  return graph;
}

Picture flat(int inputs, std::uint8_t grey) {
  return {{1, 1, inputs}, std::vector<std::uint8_t>(static_cast<std::size_t>(inputs), grey), {}};
}

double squared_error(const std::vector<float>& weights, double step, int least, int most) {
  double sum = 0;
  for (const float w : weights) {
    const double error = w - step * std::clamp<double>(std::round(w / step), least, most);
    sum += error * error;
  }
  return sum;
}

class EveryFormat : public ::testing::TestWithParam<WeightFormat> {};

TEST_P(EveryFormat, HoldsItsIntegers) {
  const int bits = bits_of(GetParam());
  for (const char* name : {"conv_3x3", "conv_depthwise", "conv_grouped", "resnet_block", "concat_two_branches"}) {
    const UnitModel m = unit_model(name);
    const Quantised q = quantise(m.graph, m.spec, m.pictures, in_format(GetParam()));
    expect_legal(q.network);
    EXPECT_THAT(q.report.layers, ::testing::Contains(::testing::Field(&QuantiseLayerReport::weights, GetParam())));
    for (const Layer& layer : q.network.layers) {
      for (const Port& port : layer.ports) {
        const bool addition = port.depthwise && port.y.taps == 1 && port.x.taps == 1;
        const bool average = port.depthwise && std::ranges::count(port.weights, 1) == std::ssize(port.weights);
        EXPECT_EQ(bits_of(port.format), addition ? 16 : average ? 8 : bits) << layer.name;
      }
    }
  }
}

/// No step of a fine grid is clearly better, and cutting nothing is clearly worse.
TEST_P(EveryFormat, OfFewBitsTakesTheStepOfTheLeastSquaredError) {
  const int bits = bits_of(GetParam());
  if (bits > 4) return;
  const Graph graph = dense(200, 0);
  const Picture picture = flat(200, 255);
  const Quantised q = quantise(graph, {}, std::span(&picture, 1), in_format(GetParam()));
  const auto& weights = graph.layers[1].ports[0].weights;
  const double step = q.network.layers[1].acc_unit.at(0) / q.network.layers[0].scale;
  double got = 0, best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double error = weights[i] - step * q.network.layers[1].ports[0].weights[i];
    got += error * error;
  }
  const int least = -(1 << (bits - 1)), most = -least - 1;
  for (double s = 0.01; s < 4; s += 0.002) best = std::min(best, squared_error(weights, s, least, most));
  EXPECT_LT(got, 1.02 * best);
  const auto [low, high] = std::ranges::minmax(weights);
  const double uncut = std::max(double{high} / most, double{-low} / -least);
  EXPECT_LT(got, 0.8 * squared_error(weights, uncut, least, most));
}

/// What the weights of few bits add or lose on frames like those of the calibration comes back with the bias.
TEST_P(EveryFormat, KeepsTheMeanOfASum) {
  for (const double bias : {0.0, 3.0, -40.0}) {
    const Graph graph = dense(200, bias);
    const Picture picture = flat(200, 200);
    const Quantised q = quantise(graph, {}, std::span(&picture, 1), in_format(GetParam()));
    const double real = forward(graph, normalise(picture, {})).back().at(0);
    const double got = GoldenDense(q.network).run(to_frame(q.network, picture)).back().values.at(0);
    EXPECT_NEAR(got * q.network.layers[1].scale, real, 0.01 * std::abs(real));
  }
}

TEST_P(EveryFormat, LeavesAdditionsTheirGain) {
  for (const char* name : {"add_residual", "resnet_block"}) {
    const UnitModel m = unit_model(name);
    const Quantised q = quantise(m.graph, m.spec, m.pictures, in_format(GetParam()));
    for (const auto& layer : q.report.layers) {
      EXPECT_LT(layer.gain_error, bits_of(GetParam()) >= 4 ? 0.01 : 0.1) << name << ' ' << layer.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Weights, EveryFormat, ::testing::ValuesIn(weight_formats),
                         [](const auto& format) { return std::string(name_of(format.param)); });

/// Root mean square error of the output on a model, as the report measures it.
double error_of(const UnitModel& m, WeightFormat format) {
  return quantise(m.graph, m.spec, m.pictures, in_format(format)).report.layers.back().activation_error;
}

TEST(Weights, OfMoreBitsAreCloser) {
  for (const char* name : {"conv_3x3", "conv_3x3_stride2", "resnet_block"}) {
    const UnitModel m = unit_model(name);
    const double e16 = error_of(m, WeightFormat::int16), e8 = error_of(m, WeightFormat::int8),
                 e4 = error_of(m, WeightFormat::int4), e2 = error_of(m, WeightFormat::int2);
    EXPECT_LE(e16, e8) << name;
    EXPECT_LT(e8, 0.01) << name;
    EXPECT_LT(e8, e4) << name;
    EXPECT_LT(e4, 0.05) << name;
    EXPECT_LT(e4, e2) << name;
    EXPECT_LT(e2, 0.25) << name;
  }
}

TEST(Weights, FormatsAreByLayer) {
  const UnitModel m = unit_model("resnet_block");
  QuantiseOptions options = in_format(WeightFormat::int4);
  options.layer_weights = {{"main1", WeightFormat::int2}, {"stem_relu", WeightFormat::int16}};
  const Network network = quantise(m.graph, m.spec, m.pictures, options).network;
  const auto format = [&](const char* name) {
    return std::ranges::find(network.layers, name, &Layer::name)->ports.at(0).format;
  };
  EXPECT_EQ(format("main1"), WeightFormat::int2);
  EXPECT_EQ(format("stem"), WeightFormat::int16) << "named by a node in it";
  EXPECT_EQ(format("main2"), WeightFormat::int4);
}

/// int16 weights give up bits, before sources do.
TEST(Weights, OfSixteenBitsCostTheirSourcesNothing) {
  const Graph graph = dense(4000, 0);
  const Picture picture = flat(4000, 255);
  QuantiseOptions options = in_format(WeightFormat::int16);
  options.bits = 9;
  const Quantised q = quantise(graph, {}, std::span(&picture, 1), options);
  expect_legal(q.network);
  EXPECT_THAT(q.report.notes, ::testing::IsEmpty());
  EXPECT_GT(std::ranges::max(q.network.layers[1].ports[0].weights), 127);
}

/// Additions and averages are stored as a few words, whatever the format.
TEST(Weights, TakeBytesByTheirFormat) {
  const Graph graph = dense(200, 0);
  EXPECT_EQ(weight_bytes_of(graph.layers[0], WeightFormat::int8), 0);
  EXPECT_EQ(weight_bytes_of(graph.layers[1], WeightFormat::int16), 400);
  EXPECT_EQ(weight_bytes_of(graph.layers[1], WeightFormat::int8), 200);
  EXPECT_EQ(weight_bytes_of(graph.layers[1], WeightFormat::int4), 100);
  EXPECT_EQ(weight_bytes_of(graph.layers[1], WeightFormat::int2), 50);
  for (const char* name : {"average_pool_2x2", "add_of_inputs"}) {
    EXPECT_EQ(weight_bytes_of(unit_model(name).graph.layers.back(), WeightFormat::int8), 0) << name;
  }
}

void expect_refused(const UnitModel& m, const std::string& layer, const std::string& says) {
  QuantiseOptions options;
  options.layer_weights[layer] = WeightFormat::int4;
  try {
    quantise(m.graph, m.spec, m.pictures, options);
    ADD_FAILURE() << layer << " was taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr(says));
  }
}

TEST(Weights, OfLayersWithoutSomeAreRefused) {
  expect_refused(unit_model("conv_3x3"), "nobody", "no layer is named \"nobody\"");
  expect_refused(unit_model("conv_3x3"), "input", "in layer input: it is the input");
  const UnitModel average = unit_model("average_pool_2x2");
  expect_refused(average, average.graph.layers.back().name, "weights of int4 are not possible in layer");
  const UnitModel add = unit_model("add_of_inputs");
  expect_refused(add, add.graph.layers.back().name, "it only adds, copies, scales or averages");
}

}  // namespace
}  // namespace eddy
