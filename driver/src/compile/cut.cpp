// SPDX-License-Identifier: Apache-2.0
#include "compile/cut.hpp"

#include <algorithm>
#include <numeric>

#include "compile/arith.hpp"
#include "compile/words.hpp"

namespace eddy::mapping {
namespace {

/// Borders of `parts` pieces of nearly equal weight: parts + 1 ascending positions, no piece empty.
std::vector<int> equal_cuts(const std::vector<double>& weights, int parts) {
  const int size = static_cast<int>(weights.size());
  std::vector<double> before(weights.size() + 1);
  std::partial_sum(weights.begin(), weights.end(), before.begin() + 1);
  std::vector<int> cuts{0};
  for (int i = 1; i < parts; ++i) {
    const double target = before.back() * i / parts;
    auto at = std::ranges::lower_bound(before, target);
    if (at != before.begin() && target - *(at - 1) < *at - target) --at;
    cuts.push_back(std::clamp(static_cast<int>(at - before.begin()), cuts.back() + 1, size - (parts - i)));
  }
  cuts.push_back(size);
  return cuts;
}

std::vector<int> channel_cuts(int channels, int parts) {
  const int words = ceil_div(channels, Lanes);
  std::vector<int> cuts;
  for (int i = 0; i < parts; ++i) cuts.push_back(words * i / parts * Lanes);
  cuts.push_back(channels);
  return cuts;
}

std::vector<int> chance_cuts(int size, int unit, int parts, std::mt19937_64& random) {
  std::vector<int> places(static_cast<std::size_t>(ceil_div(size, unit) - 1));
  std::iota(places.begin(), places.end(), 1);
  std::ranges::shuffle(places, random);
  places.resize(static_cast<std::size_t>(parts - 1));
  std::ranges::sort(places);
  std::vector<int> cuts{0};
  for (const int p : places) cuts.push_back(p * unit);
  cuts.push_back(size);
  return cuts;
}

void add_grid(std::vector<Slice>& slices, int layer, const std::vector<int>& rows, const std::vector<int>& columns,
              const std::vector<int>& channels) {
  for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
    for (std::size_t x = 0; x + 1 < columns.size(); ++x) {
      for (std::size_t k = 0; k + 1 < channels.size(); ++k) {
        slices.push_back({layer, rows[r], columns[x], channels[k], rows[r + 1] - rows[r], columns[x + 1] - columns[x],
                          channels[k + 1] - channels[k], 0});
      }
    }
  }
}

}  // namespace

SplitLimits split_limits(const Layer& layer) { return {layer.out.h, layer.out.w, ceil_div(layer.out.c, Lanes)}; }

std::vector<Slice> cut_layers(const Network& network, const LoadMaps& maps, const std::vector<Split>& splits,
                              double dense_share) {
  std::vector<Slice> slices;
  for (int l = 1; l < static_cast<int>(network.layers.size()); ++l) {
    const Split& split = splits[static_cast<std::size_t>(l)];
    add_grid(slices, l, equal_cuts(maps.row_weights(l, dense_share), split.rows),
             equal_cuts(maps.column_weights(l, dense_share), split.columns),
             channel_cuts(network.layers[static_cast<std::size_t>(l)].out.c, split.channels));
  }
  return slices;
}

std::vector<Slice> cut_by_chance(const Network& network, const std::vector<Split>& splits, int tiles,
                                 std::mt19937_64& random) {
  std::vector<Slice> slices;
  for (int l = 1; l < static_cast<int>(network.layers.size()); ++l) {
    const Split& split = splits[static_cast<std::size_t>(l)];
    const Shape& out = network.layers[static_cast<std::size_t>(l)].out;
    add_grid(slices, l, chance_cuts(out.h, 1, split.rows, random), chance_cuts(out.w, 1, split.columns, random),
             chance_cuts(out.c, Lanes, split.channels, random));
  }
  for (Slice& s : slices) s.tile = std::uniform_int_distribution<int>(0, tiles - 1)(random);
  return slices;
}

}  // namespace eddy::mapping
