// SPDX-License-Identifier: Apache-2.0
#include "quantise/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "index.hpp"

namespace eddy {
namespace {

constexpr double max_int8 = 127;
constexpr double max_int16 = 32767;
constexpr double enough = 64;    // a residual's weight from which its gain is right within a percent
constexpr double plenty = 8192;  // largest weight where only residuals meet
constexpr double max_sum = std::numeric_limits<std::int32_t>::max();
constexpr int coarse_bits = 8;  // sources are not made coarser than this

/// One port's part in one output channel, in real numbers per integer step of its source.
struct Part {
  std::size_t port = 0;
  bool wide = false;   // int16
  double largest = 0;  // |weight * scale of the source|
  bool equal = false;  // all weights the same: an average
  std::span<const float> weights;
};

/// 1x1 depthwise ports carry additions, where the gain has to be right: they are int16.
bool is_wide(const GraphPort& port) { return port.depthwise && port.y.taps == 1 && port.x.taps == 1; }

std::vector<Part> parts_of(const GraphLayer& layer, std::span<const Layer> sources, int k) {
  std::vector<Part> parts;
  for (std::size_t p = 0; p < layer.ports.size(); ++p) {
    const GraphPort& port = layer.ports[p];
    if (k < port.k_first || k >= port.k_first + port.k_count) continue;
    const std::size_t each = port.weights.size() / at(port.k_count);
    Part part{p, is_wide(port), 0, true, std::span(port.weights).subspan(at(k - port.k_first) * each, each)};
    for (const float w : part.weights) {
      part.largest = std::max(part.largest, std::abs(double{w}) * sources[at(port.source)].scale);
      part.equal = part.equal && w == part.weights.front();
    }
    if (part.largest > 0) parts.push_back(part);
  }
  return parts;
}

/// The accumulator's step of a channel in which only additions meet.
double unit_of_additions(const std::vector<Part>& parts) {
  const auto [least, most] = std::ranges::minmax(parts, {}, &Part::largest);
  if (parts.size() == 1) return most.largest / enough;  // exact
  return std::max(most.largest / max_int16, std::min(most.largest / plenty, least.largest / enough));
}

/// The accumulator's step of one channel: the finest at which its int8 weights fit, then a little coarser, so that the
/// largest addition has a whole weight and thereby exactly its gain.
double unit_of(const std::vector<Part>& parts, float bias, double sum_scale) {
  if (parts.empty()) return sum_scale / plenty;  // a constant
  double narrow = 0, wide = 0;
  for (const Part& part : parts) (part.wide ? wide : narrow) = std::max(part.wide ? wide : narrow, part.largest);
  if (narrow == 0) return unit_of_additions(parts);
  if (parts.size() == 1 && parts[0].equal) return bias == 0 ? narrow : narrow / enough;  // an average: a port of ones
  const double finest = narrow / max_int8;
  const double whole = std::min(max_int16, std::floor(wide / finest));
  return whole >= 1 ? wide / whole : finest;
}

class Channel {
 public:
  Channel(const GraphLayer& layer, std::span<const Layer> sources, double sum_scale, int k)
      : graph_(layer),
        sources_(sources),
        k_(k),
        parts_(parts_of(layer, sources, k)),
        unit_(unit_of(parts_, bias(), sum_scale)) {}

  [[nodiscard]] double unit() const { return unit_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] float bias() const { return graph_.bias[at(k_)]; }
  [[nodiscard]] double whole_bias() const { return std::round(bias() / unit_); }
  void coarser() { unit_ *= 2; }

  [[nodiscard]] double weight(const Part& part, float w) const {
    const double limit = part.wide ? max_int16 : max_int8;
    return std::clamp(std::round(w * sources_[source(part)].scale / unit_), -limit, limit);
  }
  [[nodiscard]] std::size_t source(const Part& part) const { return at(graph_.ports[part.port].source); }

  /// The most that a part may add, whatever its source says within its range.
  [[nodiscard]] double most(const Part& part) const {
    double sum = 0;
    for (const float w : part.weights) sum += std::abs(weight(part, w));
    return sum * activation_range(sources_[source(part)]).largest();
  }
  [[nodiscard]] double largest_sum() const {
    double sum = std::abs(whole_bias());
    for (const Part& part : parts_) sum += most(part);
    return sum;
  }

 private:
  const GraphLayer& graph_;
  std::span<const Layer> sources_;
  int k_;
  std::vector<Part> parts_;
  double unit_;
};

/// The source that adds most and can still be made coarser.
std::optional<int> source_to_lower(const Channel& channel, std::span<const Layer> sources) {
  std::optional<int> result;
  double most = 0;
  for (const Part& part : channel.parts()) {
    const std::size_t source = channel.source(part);
    if (sources[source].bits <= coarse_bits || channel.most(part) <= most) continue;
    most = channel.most(part);
    result = static_cast<int>(source);
  }
  return result;
}

void measure(const Channel& channel, std::span<const Layer> sources, QuantiseLayerReport& report) {
  for (const Part& part : channel.parts()) {
    const double scale = sources[channel.source(part)].scale;
    for (const float w : part.weights) {
      const double error = std::abs(channel.weight(part, w) * channel.unit() - w * scale) / part.largest;
      double& worst = part.wide ? report.gain_error : report.weight_error;
      worst = std::max(worst, error);
    }
  }
}

Port empty_port(const GraphPort& port) {
  Port result{port.source,    port.c_first, port.c_count, port.k_first,       port.k_count,
              port.depthwise, port.y,       port.x,       WeightFormat::int8, {}};
  if (is_wide(port)) result.format = WeightFormat::int16;
  result.weights.resize(port.weights.size());
  return result;
}

}  // namespace

std::optional<int> quantise_weights(const GraphLayer& graph, std::span<const Layer> sources, double sum_scale,
                                    bool last_resort, Layer& layer, QuantiseLayerReport& report,
                                    std::vector<std::string>& notes) {
  layer.ports.clear();
  layer.channels.clear();
  layer.acc_unit.clear();
  for (const GraphPort& port : graph.ports) layer.ports.push_back(empty_port(port));
  bool coarser = false;
  double largest = 1;
  for (int k = 0; k < graph.acc.c; ++k) {
    Channel channel(graph, sources, sum_scale, k);
    while (channel.largest_sum() > max_sum) {
      if (const auto source = source_to_lower(channel, sources); source && !last_resort) return source;
      channel.coarser();
      coarser = true;
    }
    for (const Part& part : channel.parts()) {
      const GraphPort& port = graph.ports[part.port];
      const std::size_t first = at(k - port.k_first) * part.weights.size();
      for (std::size_t i = 0; i < part.weights.size(); ++i) {
        layer.ports[part.port].weights[first + i] = static_cast<std::int16_t>(channel.weight(part, part.weights[i]));
      }
    }
    Requant requant;
    requant.bias = static_cast<std::int32_t>(channel.whole_bias());
    set_factor(requant, channel.unit() / sum_scale);
    layer.channels.push_back(requant);
    layer.acc_unit.push_back(channel.unit());
    largest = std::max(largest, channel.largest_sum());
    measure(channel, sources, report);
  }
  report.accumulator_bits = std::log2(largest);
  if (coarser) notes.push_back(fmt::format("{}: weights made coarser, so that no sum leaves 32 bits", layer.name));
  return std::nullopt;
}

}  // namespace eddy
