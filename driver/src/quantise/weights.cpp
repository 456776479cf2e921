// SPDX-License-Identifier: Apache-2.0
#include "quantise/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "index.hpp"
#include "quantise/unit.hpp"

namespace eddy {
namespace {

constexpr double max_sum = std::numeric_limits<std::int32_t>::max();
constexpr int coarse_bits = 8;  // sources are not made coarser than this

class Channel {
 public:
  Channel(const GraphLayer& layer, const WeightSetting& setting, const CodeBook& codes, int k)
      : graph_(layer),
        setting_(setting),
        bias_(layer.bias[at(k)]),
        parts_(parts_of(layer, setting.sources, setting.format, &codes, k)),
        unit_(unit_of(parts_, layer.bias[at(k)], setting.sum_scale)) {}

  [[nodiscard]] double unit() const { return unit_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] double whole_bias() const { return std::round((bias_ - shift()) / unit_); }
  void coarser() { unit_ *= 2; }
  void set_unit(double unit) { unit_ = unit; }
  /// Its weights have bits beyond eight, or in FP16 beyond those of its mantissa.
  [[nodiscard]] bool can_spare() const {
    return std::ranges::any_of(parts_, [&](const Part& part) {
      if (part.addition) return false;
      if (part.format == WeightFormat::fp16) return part.largest / unit_ > 2 * fp16_whole;
      return part.format == WeightFormat::int16 && part.largest / unit_ > 2 * range_of(WeightFormat::int8).most;
    });
  }

  [[nodiscard]] double weight(const Part& part, float w) const { return part.whole(w, unit_); }
  [[nodiscard]] std::size_t source(const Part& part) const { return at(graph_.ports[part.port].source); }

  /// The most that a part may add, whatever its source says within its range.
  [[nodiscard]] double most(const Part& part) const {
    double sum = 0;
    for (const float w : part.weights) sum += std::abs(weight(part, w));
    return sum * activation_range(setting_.sources[source(part)]).largest();
  }
  [[nodiscard]] double largest_sum() const {
    double sum = std::abs(whole_bias());
    for (const Part& part : parts_) sum += most(part);
    return sum;
  }

 private:
  /// By how much the errors of few-bit weights move the sum, in the mean over the calibration frames: activations are
  /// mostly positive, so it is not 0, and the bias takes it back.
  [[nodiscard]] double shift() const {
    double sum = 0;
    for (const Part& part : parts_) {
      if (bits_of(part.format) >= bits_of(WeightFormat::int8)) continue;
      const std::vector<double>& means = setting_.means[source(part)];
      for (std::size_t i = 0; i < part.weights.size(); ++i) {
        const float w = part.weights[i];
        sum += (weight(part, w) * unit_ / part.scale - w) * means[part.channel(i)];
      }
    }
    return sum;
  }

  const GraphLayer& graph_;
  const WeightSetting& setting_;
  double bias_;
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

void measure(const Channel& channel, QuantiseLayerReport& report) {
  for (const Part& part : channel.parts()) {
    for (const float w : part.weights) {
      const double error = std::abs(channel.weight(part, w) * channel.unit() - w * part.scale) / part.largest;
      double& worst = part.addition ? report.gain_error : report.weight_error;
      worst = std::max(worst, error);
    }
  }
}

Port empty_port(const GraphPort& port, WeightFormat format) {
  Port result{port.source,
              port.c_first,
              port.c_count,
              port.k_first,
              port.k_count,
              port.depthwise,
              port.y,
              port.x,
              format_of(port, format),
              {}};
  result.weights.resize(port.weights.size());
  return result;
}

/// All output channels, with steps at which no sum leaves 32 bits; or the source to lower.
struct FittedChannels {
  std::vector<Channel> all;
  std::optional<int> lower;
  bool coarser = false;
};
FittedChannels fitting_channels(const GraphLayer& graph, const WeightSetting& setting, const CodeBook& codes,
                                bool last_resort) {
  FittedChannels result;
  for (int k = 0; k < graph.acc.c; ++k) {
    Channel& channel = result.all.emplace_back(graph, setting, codes, k);
    while (channel.largest_sum() > max_sum) {
      if (!channel.can_spare()) {
        result.lower = source_to_lower(channel, setting.sources);
        if (result.lower && !last_resort) return result;
        result.lower.reset();
        result.coarser = true;
      }
      channel.coarser();
    }
  }
  return result;
}

/// Values of codes that are smaller numbers leave room for more of them in a sum.
CodeBook fitting_codes(const GraphLayer& graph, const WeightSetting& setting) {
  if (!is_coded(setting.format)) return {};
  constexpr int most = 1024, least = 128;
  for (int top = most;; top /= 2) {
    CodeBook codes = make_code_book(setting.alike, setting.format, top);
    bool fits = true;
    for (int k = 0; k < graph.acc.c && fits; ++k) fits = Channel(graph, setting, codes, k).largest_sum() <= max_sum;
    if (fits || top == least) return codes;
  }
}

}  // namespace

std::optional<int> quantise_weights(const GraphLayer& graph, const WeightSetting& setting, bool last_resort,
                                    Layer& layer, QuantiseLayerReport& report, std::vector<std::string>& notes) {
  layer.ports.clear();
  layer.channels.clear();
  layer.acc_unit.clear();
  for (const GraphPort& port : graph.ports) {
    layer.ports.push_back(empty_port(port, setting.format));
    if (chosen_format(port, setting.format)) report.weights = setting.format;
  }
  const CodeBook codes = fitting_codes(graph, setting);
  FittedChannels channels = fitting_channels(graph, setting, codes, last_resort);
  if (channels.lower) return channels.lower;
  if (setting.format == WeightFormat::fp16 && has_weights(graph)) {  // one step for all: weights are the model's own
    const double unit = std::ranges::max_element(channels.all, {}, &Channel::unit)->unit();
    for (Channel& channel : channels.all) channel.set_unit(unit);
  }
  double largest = 1;
  for (int k = 0; k < graph.acc.c; ++k) {
    const Channel& channel = channels.all[at(k)];
    for (const Part& part : channel.parts()) {
      const GraphPort& port = graph.ports[part.port];
      const std::size_t first = at(k - port.k_first) * part.weights.size();
      for (std::size_t i = 0; i < part.weights.size(); ++i) {
        layer.ports[part.port].weights[first + i] = static_cast<std::int32_t>(channel.weight(part, part.weights[i]));
      }
    }
    Requant requant;
    requant.bias = static_cast<std::int32_t>(channel.whole_bias());
    set_factor(requant, channel.unit() / setting.sum_scale);
    layer.channels.push_back(requant);
    layer.acc_unit.push_back(channel.unit());
    largest = std::max(largest, channel.largest_sum());
    measure(channel, report);
  }
  report.accumulator_bits = std::log2(largest);
  if (channels.coarser)
    notes.push_back(fmt::format("{}: weights made coarser, so that no sum leaves 32 bits", layer.name));
  return std::nullopt;
}

}  // namespace eddy
