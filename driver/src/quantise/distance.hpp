// SPDX-License-Identifier: Apache-2.0
/// How far the integers are from the real numbers.
#pragma once

#include <span>
#include <vector>

#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// [layer] root mean square difference between the network, thresholds aside, and the graph, on a few of the pictures.
std::vector<double> distances_from_real(const Graph& graph, const InputSpec& spec, std::span<const Picture> pictures,
                                        Network network);

}  // namespace eddy
