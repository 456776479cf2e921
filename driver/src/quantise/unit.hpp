// SPDX-License-Identifier: Apache-2.0
/// The step of one output channel's accumulator, of which the weights of all its ports are whole multiples.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "eddy/graph.hpp"
#include "eddy/network.hpp"
#include "eddy/quantise.hpp"
#include "quantise/code_book.hpp"

namespace eddy {

/// One port's part in one output channel.
struct Part {
  std::size_t port = 0;
  WeightFormat format = WeightFormat::int8;
  bool addition = false;
  double scale = 0;    // real value of integer 1 of the source
  double largest = 0;  // |weight * scale|
  double step = 0;     // real value of a weight of 1 that was quantised before it came here; 0 where it was not
  bool equal = false;  // all weights the same: an average
  const CodeBook* codes = nullptr;  // where its weights get codes
  int first_channel = 0, taps = 1;
  std::span<const float> weights;

  /// The source's channel that the weight at `i` sees.
  [[nodiscard]] std::size_t channel(std::size_t i) const {
    return static_cast<std::size_t>(first_channel) + i / static_cast<std::size_t>(taps);
  }
  /// The nearest integer weight for a step, within the format: of FP16, what 11 significant bits hold.
  [[nodiscard]] double whole(float weight, double unit) const;
};

/// The format of a port's weights, where it can be chosen. 1x1 depthwise ports carry additions, whose gain has to be
/// right: they are int16. Averages are ports of ones, or of one weight a channel: int8.
std::optional<WeightFormat> chosen_format(const GraphPort& port, WeightFormat wanted);
WeightFormat format_of(const GraphPort& port, WeightFormat wanted);
/// The format of some port of the layer can be chosen.
bool has_weights(const GraphLayer& layer);
/// It sends FP16 numbers where layers have weights of these formats: it is, or is read by, a layer of FP16 weights.
bool sends_fp16(const Graph& graph, const std::vector<WeightFormat>& formats, std::size_t layer);
/// The narrowest format that holds weights that came quantised as they are; nothing where they came real.
std::optional<WeightFormat> own_format(const GraphLayer& layer);
/// Of each layer: what it is named with, or its own unless fewer bits are wanted of all, or what is wanted of all.
std::vector<WeightFormat> weight_formats_of(const Graph& graph, const QuantiseOptions& options);
/// Of those ports, were the layer's format this one; without padding.
std::int64_t weight_bytes_of(const GraphLayer& layer, WeightFormat format);

/// Of output channel k, for weights of the `wanted` format, of `codes` where it has any. Parts without a weight other
/// than 0 are left out.
std::vector<Part> parts_of(const GraphLayer& layer, std::span<const Layer> sources, WeightFormat wanted,
                           const CodeBook* codes, int k);

/// Root mean square of the weights that get codes, in real sums; 0 without any.
double coded_spread(const std::vector<Part>& parts);

/// The step; requantised sums have `sum_scale` real units a step.
double unit_of(const std::vector<Part>& parts, float bias, double sum_scale);

}  // namespace eddy
