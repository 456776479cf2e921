// SPDX-License-Identifier: Apache-2.0
/// Cuts layers into slices.
#pragma once

#include <random>
#include <vector>

#include "compile/load.hpp"
#include "eddy/compile.hpp"

namespace eddy::mapping {

/// The splits that a layer can have.
struct SplitLimits {
  int rows = 1, columns = 1, channels = 1;
};
SplitLimits split_limits(const Layer& layer);

/// Slices of all layers, without tiles: a grid for each layer, its columns and rows cut for equal load, its channels on
/// multiples of the lanes.
std::vector<Slice> cut_layers(const Network& network, const LoadMaps& maps, const std::vector<Split>& splits,
                              double dense_share);

/// The same with cuts and tiles by chance.
std::vector<Slice> cut_by_chance(const Network& network, const std::vector<Split>& splits, int tiles,
                                 std::mt19937_64& random);

}  // namespace eddy::mapping
