// SPDX-License-Identifier: Apache-2.0
/// What the float network's layers do on the calibration frames.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "eddy/frames.hpp"
#include "eddy/graph.hpp"

namespace eddy {

struct Ranges {
  std::vector<double> largest;                  // [layer] magnitude
  std::vector<std::vector<double>> means;       // [layer][channel]
  std::vector<std::pair<double, double>> sums;  // [layer] before the activation, of layers with a curve
};

/// Throws ModelError where a layer gives infinite or undefined values.
Ranges measure_ranges(const Graph& graph, const InputSpec& spec, std::span<const Picture> pictures);

}  // namespace eddy
