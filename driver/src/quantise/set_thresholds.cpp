// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/quantise.hpp"
#include "quantise/input_table.hpp"
#include "quantise/layer_names.hpp"

namespace eddy {
namespace {

void set_layer(Layer& layer, const std::vector<double>& shares, bool has_threshold) {
  if (shares.size() != 1 && shares.size() != layer.channels.size()) {
    throw UsageError(fmt::format("{} thresholds for layer {}, which has {} channels: give one for all, or one for each",
                                 shares.size(), layer.name, layer.channels.size()));
  }
  for (std::size_t c = 0; c < layer.channels.size(); ++c) {
    const double share = shares[shares.size() == 1 ? 0 : c];
    if (!(share >= 0 && share <= 1))
      throw UsageError(fmt::format("a threshold of {}; shares of a layer's range lie between 0 and 1", share));
    layer.channels[c].theta = has_threshold ? static_cast<int>(std::lround(share * ((1 << layer.bits) - 1))) : 0;
  }
}

}  // namespace

bool has_threshold(const Graph& graph, std::size_t layer) {
  const bool output = std::ranges::any_of(
      graph.outputs, [&](const GraphOutput& o) { return o.layer == static_cast<int>(layer) && !o.tapped; });
  return !output && !graph.layers[layer].relay;
}

void set_thresholds(Network& network, const Graph& graph, const Thresholds& thresholds) {
  const auto shares = by_layer(graph, thresholds.layers, std::vector<double>{thresholds.share});
  if (thresholds.pixel < 0 || thresholds.pixel > 255)
    throw UsageError(fmt::format("a pixel threshold of {}; 0 to 255 grey levels are possible", thresholds.pixel));
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    set_layer(network.layers[l], shares[l], has_threshold(graph, l));
  }
  std::vector<int>& theta = network.input.theta;
  theta.clear();
  for (const double grey_level : network.input.grey_level)
    theta.push_back(static_cast<int>(std::lround(thresholds.pixel * grey_level)));
  // The chip keeps one threshold for all channels of an input that has many.
  if (theta.size() > max_pixel_channels) std::ranges::fill(theta, *std::ranges::min_element(theta));
}

void drop_thresholds(Network& network) {
  std::ranges::fill(network.input.theta, 0);
  for (Layer& layer : network.layers) {
    for (Requant& channel : layer.channels) channel.theta = 0;
  }
}

}  // namespace eddy
