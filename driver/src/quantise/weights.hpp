// SPDX-License-Identifier: Apache-2.0
/// A layer's weights, biases and factors as integers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eddy/graph.hpp"
#include "eddy/network.hpp"
#include "eddy/quantise.hpp"

namespace eddy {

/// What the weights of a layer are made for.
struct WeightSetting {
  std::span<const Layer> sources;              // the layers before it
  std::span<const std::vector<double>> means;  // [layer][channel] of the real activations on the calibration frames
  double sum_scale = 0;                        // real units a step of the requantised sums
  WeightFormat format = WeightFormat::int8;    // of ports whose format can be chosen
  std::span<const GraphLayer* const> alike;    // layers whose codes stand for the same values, this one among them
};

/// Fills ports, channels (bias, mul, shift) and acc_unit of `layer`. Adds to the report. Where a sum could leave 32
/// bits, returns the source whose range to lower, or with `last_resort` makes the channel's step coarser and says so in
/// `notes`; int16 weights give up their bits beyond eight before that.
std::optional<int> quantise_weights(const GraphLayer& graph, const WeightSetting& setting, bool last_resort,
                                    Layer& layer, QuantiseLayerReport& report, std::vector<std::string>& notes);

}  // namespace eddy
