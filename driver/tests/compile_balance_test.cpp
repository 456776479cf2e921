// SPDX-License-Identifier: Apache-2.0
/// The balance counts the frame input as a part that works as well: it sends one event a cycle.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "compile/balance.hpp"
#include "eddy/compile.hpp"
#include "index.hpp"

namespace eddy {
namespace {

using mapping::Item;

TEST(Balance, NoFrameTakesLessThanItsInput) {
  Item item;
  item.load = 1;
  item.bands.fill(1.0 / mapping::Bands);
  const std::vector<Item> items(4, item);
  const std::vector<int> tiles{0, 1, 2, 3};
  constexpr double BandShare = 0.4;
  const double alone = cost_of(items, 0, tiles, 4, BandShare);
  EXPECT_EQ(cost_of(items, 0.9, tiles, 4, BandShare), alone);
  EXPECT_NEAR(cost_of(items, 1.5, tiles, 4, BandShare), alone + 0.5, 1e-12);
  EXPECT_NEAR(balance(items, 1.5, 4, mapping::capacity(find_chip("tiny"), 64), BandShare, false).cost, alone + 0.5,
              1e-12);
}

/// Adds a convolution of the layer before, padded so that all of it counts.
void add_convolution(Network& network, int channels, int taps, int stride) {
  const Shape from = network.layers.back().out;
  Port port;
  port.source = static_cast<int>(network.layers.size()) - 1;
  port.c_count = from.c;
  port.k_count = channels;
  port.y = port.x = {.taps = taps, .stride = stride, .pad = taps / 2};
  port.weights.assign(at(from.c * channels * taps * taps), 1);
  Layer layer;
  layer.name = "conv" + std::to_string(network.layers.size());
  layer.acc = layer.out = {channels, from.h / stride, from.w / stride};
  layer.ports = {port};
  layer.channels.assign(at(channels), {});
  layer.hi = 255;
  network.layers.push_back(layer);
}

/// Two layers whose work, spread over the full chip, takes a tile fewer cycles than there are pixels.
TEST(Balance, PixelsGoToFewTilesWhereTheInputSetsThePace) {
  constexpr int Side = 96, Taps = 5, Stride = 2;
  Network network;
  network.name = "pace";
  network.input.table.resize(1);
  network.input.theta = {0};
  Layer input;
  input.name = "input";
  input.acc = input.out = {1, Side, Side};
  network.layers.push_back(input);
  add_convolution(network, 8, Taps, Stride);
  add_convolution(network, 16, 3, 1);
  const Compiled compiled = compile(network, find_chip("full"), dense_profile(network), {});
  double copies = 0;
  for (const Slice& slice : compiled.partition.slices) {
    const auto reach = [&](int outs) { return std::min(Side, (outs - 1) * Stride + Taps); };
    if (slice.layer == 1) copies += double(reach(slice.rows)) * reach(slice.cols);
  }
  EXPECT_LT(copies / (Side * Side), 1.5);
}

}  // namespace
}  // namespace eddy
