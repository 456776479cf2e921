// SPDX-License-Identifier: Apache-2.0
/// What quantisation does where sums would not fit 32 bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/quantise.hpp"
#include "legal_network.hpp"

namespace eddy {
namespace {

using testing::expect_legal;
using ::testing::HasSubstr;

/// A dense layer of `inputs` inputs of equal weights on top of a layer with many bits.
Graph wide_dense(int inputs) {
  Graph graph;
  graph.name = "wide";
  GraphLayer input, copy, dense;
  input.name = "image";
  input.acc = input.out = {1, 1, inputs};
  copy.name = "first";
  copy.nodes = {"first"};
  copy.acc = copy.out = input.out;
  copy.bias = {0.001F};
  GraphPort port;
  port.c_count = port.k_count = 1;
  port.depthwise = true;
  port.weights = {1.0F};
  copy.ports = {port};
  dense.name = "dense";
  dense.nodes = {"dense"};
  dense.acc = dense.out = {1, 1, 1};
  dense.bias = {0};
  port.source = 1;
  port.depthwise = false;
  port.x.taps = inputs;
  port.weights.assign(static_cast<std::size_t>(inputs), 1.0F);
  port.weights[0] = 0.5F;
  dense.ports = {port};
  graph.layers = {input, copy, dense};
  graph.outputs = {{"out", 2, {1, 1}, {}}};
  return graph;
}

TEST(Quantise, LowersASourceWhereSumsWouldOverflow) {
  const Graph graph = wide_dense(4000);
  Picture picture{graph.layers[0].out, std::vector<std::uint8_t>(4000, 255), {}};
  QuantiseOptions options;
  options.bits = 14;
  const Quantised q = quantise(graph, {}, std::span(&picture, 1), options);
  expect_legal(q.network);
  EXPECT_EQ(q.network.layers[1].bits, 12) << "4000 * 127 * 4095 fits, 8191 does not";
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("first: 12 magnitude bits")));
}

TEST(Quantise, ThenMakesWeightsCoarser) {
  const Graph graph = wide_dense(100000);
  Picture picture{graph.layers[0].out, std::vector<std::uint8_t>(100000, 255), {}};
  const Quantised q = quantise(graph, {}, std::span(&picture, 1), {});
  expect_legal(q.network);
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("dense: weights made coarser")));
}

}  // namespace
}  // namespace eddy
