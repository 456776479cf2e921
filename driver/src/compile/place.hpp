// SPDX-License-Identifier: Apache-2.0
/// Puts clusters of populations on the torus so that events have short ways.
#pragma once

#include <random>
#include <vector>

#include "compile/traffic.hpp"
#include "eddy/chip.hpp"

namespace eddy::mapping {

/// Tile (Chip::index) of each cluster. `cluster` is the cluster of each population.
std::vector<int> place(const Chip& chip, const std::vector<int>& cluster, const Traffic& traffic, double dense_share,
                       std::mt19937_64& random);

}  // namespace eddy::mapping
