// SPDX-License-Identifier: Apache-2.0
#include "quantise/ranges.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "index.hpp"

namespace eddy {
namespace {

/// `values` are [h][w][c]; `share` is that of one picture.
void add_means(std::span<const float> values, double share, std::vector<double>& means) {
  const double each = share * static_cast<double>(means.size()) / static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) means[i % means.size()] += each * double{values[i]};
}

}  // namespace

Ranges measure_ranges(const Graph& graph, const InputSpec& spec, std::span<const Picture> pictures) {
  Ranges ranges;
  ranges.largest.assign(graph.layers.size(), 0);
  ranges.sums.assign(graph.layers.size(), {0, 0});
  for (const GraphLayer& layer : graph.layers) ranges.means.emplace_back(at(layer.out.c));
  const auto on_sums = [&](std::size_t l, std::span<const float> sums) {
    if (!graph.layers[l].curve) return;
    const auto [least, most] = std::ranges::minmax(sums);
    ranges.sums[l] = {std::min<double>(ranges.sums[l].first, least), std::max<double>(ranges.sums[l].second, most)};
  };
  for (const Picture& picture : pictures) {
    const auto values = forward(graph, normalise(picture, spec), on_sums);
    for (std::size_t l = 0; l < values.size(); ++l) {
      for (const float v : values[l]) {
        if (!std::isfinite(v))
          throw ModelError(fmt::format("{}: layer {} gives infinite or undefined values on the clip", graph.name,
                                       graph.layers[l].name));
        ranges.largest[l] = std::max(ranges.largest[l], std::abs(double{v}));
      }
      add_means(values[l], 1.0 / static_cast<double>(pictures.size()), ranges.means[l]);
    }
  }
  return ranges;
}

}  // namespace eddy
