// SPDX-License-Identifier: Apache-2.0
/// A layer's weights, biases and factors as integers.
#pragma once

#include <optional>
#include <span>

#include "eddy/graph.hpp"
#include "eddy/network.hpp"
#include "eddy/quantise.hpp"

namespace eddy {

/// Fills ports, channels (bias, mul, shift) and acc_unit of `layer` for sources of the given scales and ranges, and
/// requantised sums of `sum_scale` real units a step. Adds to the report. Where a sum could leave 32 bits, returns the
/// source whose range to lower, or with `last_resort` makes the channel's step coarser and says so in `notes`.
std::optional<int> quantise_weights(const GraphLayer& graph, std::span<const Layer> sources, double sum_scale,
                                    bool last_resort, Layer& layer, QuantiseLayerReport& report,
                                    std::vector<std::string>& notes);

}  // namespace eddy
