// SPDX-License-Identifier: Apache-2.0
#include "compile/fp16_numbers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "fp16.hpp"
#include "index.hpp"

namespace eddy::mapping {
namespace {

constexpr int finest = 24;         // the last place of the smallest numbers is 2^-24
constexpr int highest_place = 15;  // the largest ones begin with 2^15

const Layer& source_of(const Network& network, const Port& port) { return network.layers[at(port.source)]; }

/// The whole number of places nearest to log2(ratio).
int places(double ratio) {
  return ratio > 0 && std::isfinite(ratio) ? static_cast<int>(std::lround(std::log2(ratio))) : 0;
}

/// The port's weights and 0, each once, ascending.
std::vector<int> values_of(const Port& port) {
  std::vector<int> values(port.weights.begin(), port.weights.end());
  values.push_back(0);
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
  return values;
}

}  // namespace

int event_point(const Network& network, int layer) {
  if (!sends_fp16(network, layer)) return 0;
  return std::clamp(places(1 / network.layers[at(layer)].scale), 0, finest);
}

int weight_point(const Network& network, const Layer& layer, const Port& port) {
  if (!is_fp16(port.format)) return 0;
  int least = 0, most = finest;  // from which the largest weight fits, and to which the last place of all does
  for (const int weight : port.weights) {
    if (weight == 0) continue;
    const auto size = static_cast<unsigned>(std::abs(weight));
    least = std::max(least, static_cast<int>(std::bit_width(size)) - 1 - highest_place);
    most = std::min(most, finest + std::countr_zero(size));
  }
  const std::size_t k = at(port.k_first);
  const double unit = k < layer.acc_unit.size() ? layer.acc_unit[k] : 0;
  return std::clamp(places(source_of(network, port).scale / unit), least, most);
}

int accumulator_point(const Network& network, const Layer& layer, const Port& port) {
  return event_point(network, port.source) + weight_point(network, layer, port);
}

std::vector<std::uint16_t> code_table(const Network& network, const Layer& layer, const Port& port) {
  if (!is_coded(port.format)) return {};
  const int point = weight_point(network, layer, port);
  std::vector<std::uint16_t> table;
  for (const int value : values_of(port)) table.push_back(fp16_nearest(value, point));
  if (table.size() > std::size_t{1} << bits_of(port.format))
    throw std::logic_error(
        fmt::format("layer {} has {} different weights in {}", layer.name, table.size(), name_of(port.format)));
  return table;
}

WeightNumbers::WeightNumbers(const Network& network, const Layer& layer, const Port& port)
    : format_(port.format), point_(weight_point(network, layer, port)) {
  if (is_coded(format_)) coded_ = values_of(port);
  if (!is_fp16(format_)) return;
  for (const int weight : port.weights) {
    if (!fp16_exact(weight, point_))
      throw std::logic_error(
          fmt::format("layer {}: FP16 does not hold the weight {} * 2^-{}", layer.name, weight, point_));
  }
}

int WeightNumbers::operator()(int weight) const {
  if (!is_fp16(format_)) return weight;
  if (!is_coded(format_)) return fp16_nearest(weight, point_);
  return static_cast<int>(std::ranges::lower_bound(coded_, weight) - coded_.begin());
}

void check_fp16(const Network& network) {
  for (int l = 0; l < static_cast<int>(network.layers.size()); ++l) {
    if (!sends_fp16(network, l)) continue;
    const Layer& layer = network.layers[at(l)];
    const ActivationRange range = activation_range(layer);
    const int most = layer.mode == Mode::temporal ? std::max(range.largest(), range.hi - range.lo) : range.largest();
    if (most <= fp16_whole) continue;
    throw FitError(
        fmt::format("layer {} sends FP16 numbers, whose 11 bits do not hold its differences of up to {}: give it 10 "
                    "magnitude bits at most, or 11 where it has no negative values",
                    layer.name, most));
  }
}

}  // namespace eddy::mapping
