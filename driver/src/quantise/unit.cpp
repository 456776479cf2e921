// SPDX-License-Identifier: Apache-2.0
#include "quantise/unit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "index.hpp"
#include "quantise/layer_names.hpp"

namespace eddy {
namespace {

constexpr double enough = 64;    // a residual's weight from which its gain is right within a percent
constexpr double plenty = 8192;  // largest weight where only residuals meet

// Steps that are tried for weights of few bits, as shares of the one at which none is cut.
constexpr double coarsest_share = 1.5, finest_share = 1.0 / 16, share_step = 0.98;

constexpr double fp16_finest = 0x1p-24;  // of a source's step: what every FP16 weight is a whole multiple of

double most_of(const Part& part) { return range_of(part.format).most; }

/// To 11 significant bits.
double fp16_rounded(double whole) {
  if (std::abs(whole) < fp16_whole) return std::round(whole);
  const int place = std::ilogb(whole) - 10;
  return std::ldexp(std::nearbyint(std::ldexp(whole, -place)), place);
}

bool is_addition(const GraphPort& port) { return port.depthwise && port.y.taps == 1 && port.x.taps == 1; }

/// Every channel's weights are the same.
bool is_average(const GraphPort& port) {
  if (!port.depthwise) return false;
  const std::size_t taps = port.weights.size() / at(port.k_count);
  for (std::size_t i = 0; i < port.weights.size(); ++i) {
    if (port.weights[i] != port.weights[i / taps * taps]) return false;
  }
  return true;
}

/// The step of a channel in which only additions meet.
double unit_of_additions(const std::vector<Part>& parts) {
  const auto [least, most] = std::ranges::minmax(parts, {}, &Part::largest);
  if (parts.size() == 1) return most.largest / enough;  // exact
  return std::max(most.largest / most_of(most), std::min(most.largest / plenty, least.largest / enough));
}

/// The step near `unit`, not finer, at which the largest addition has a whole weight, and thereby exactly its gain.
double with_whole_gain(double unit, double addition) {
  const double whole = std::min<double>(range_of(WeightFormat::int16).most, std::floor(addition / unit));
  return whole >= 1 ? addition / whole : unit;
}

/// Sum of squared rounding and cutting errors of all weights, or something above `enough_seen`.
double squared_error(const std::vector<Part>& parts, double unit, double enough_seen) {
  double sum = 0;
  for (const Part& part : parts) {
    for (const float w : part.weights) {
      const double error = w * part.scale - part.whole(w, unit) * unit;
      sum += error * error;
    }
    if (sum > enough_seen) break;
  }
  return sum;
}

/// Of few bits: cutting the largest weights off leaves a finer step for all others. The step with the least squared
/// error.
double best_unit(const std::vector<Part>& parts, double uncut, double addition) {
  double best = uncut, least = std::numeric_limits<double>::infinity();
  for (double share = coarsest_share; share >= finest_share; share *= share_step) {
    const double unit = with_whole_gain(uncut * share, addition);
    const double error = squared_error(parts, unit, least);
    if (error < least) {
      least = error;
      best = unit;
    }
  }
  return best;
}

/// The finest step of FP16 weights, a power of two of their source's, at which the largest addition fits its own
/// format.
double fp16_unit(const std::vector<Part>& parts, double addition) {
  double unit = 0;
  for (const Part& part : parts) {
    if (!part.addition) unit = std::max(unit, part.scale * fp16_finest);
  }
  while (addition / unit > range_of(WeightFormat::int16).most) unit *= 2;
  return unit;
}

/// What is as it was, to the last bit of a float.
bool nearly(double a, double b) { return std::abs(a - b) <= 1e-5 * std::abs(b); }

/// The step of weights that came quantised, where it is one for all and their format holds them; else 0.
double step_of(const std::vector<Part>& parts) {
  if (std::ranges::any_of(parts, [](const Part& part) { return is_fp16(part.format); })) return 0;
  const double step = parts.front().step;
  for (const Part& part : parts) {
    if (step == 0 || !nearly(part.step, step)) return 0;
    for (const float w : part.weights) {
      if (std::abs(w * part.scale / step - part.whole(w, step)) > 0.5) return 0;
    }
  }
  return step;
}

/// Of a port's weights, in their own steps.
WeightRange codes_of(const GraphPort& port) {
  WeightRange range;
  const std::size_t each = port.weights.size() / at(port.k_count);
  for (std::size_t i = 0; i < port.weights.size(); ++i) {
    const auto code = static_cast<int>(std::lround(port.weights[i] / port.steps[i / each]));
    range = {std::min(range.least, code), std::max(range.most, code)};
  }
  return range;
}

}  // namespace

std::optional<WeightFormat> own_format(const GraphLayer& layer) {
  std::optional<WeightFormat> result;
  for (const GraphPort& port : layer.ports) {
    if (!chosen_format(port, {})) continue;
    if (port.steps.empty()) return std::nullopt;
    const WeightRange codes = codes_of(port);
    const auto* format = std::ranges::find_if(weight_formats, [&](WeightFormat f) {
      return codes.most <= range_of(f).most && codes.least >= -range_of(f).most - 1;
    });
    if (format == weight_formats.end()) return std::nullopt;
    if (!result || bits_of(*format) > bits_of(*result)) result = *format;
  }
  return result;
}

std::vector<WeightFormat> weight_formats_of(const Graph& graph, const QuantiseOptions& options) {
  std::vector<WeightFormat> result;
  for (const GraphLayer& layer : graph.layers) {
    const bool few = bits_of(options.weights) < bits_of(WeightFormat::int8);
    result.push_back(few || is_fp16(options.weights) ? options.weights : own_format(layer).value_or(options.weights));
  }
  for (const auto& [name, format] : options.layer_weights) result[find_layer(graph, name)] = format;
  return result;
}

double Part::whole(float weight, double unit) const {
  if (codes != nullptr) return codes->nearest(weight * scale / unit);
  if (is_fp16(format)) return fp16_rounded(weight * scale / unit);
  const WeightRange range = range_of(format);
  // What came quantised may hold the least number of the format, which our own quantiser leaves out.
  const int least = step > 0 ? -range.most - 1 : range.least;
  return std::clamp<double>(std::round(weight * scale / unit), least, range.most);
}

std::optional<WeightFormat> chosen_format(const GraphPort& port, WeightFormat wanted) {
  return is_addition(port) || is_average(port) ? std::nullopt : std::optional(wanted);
}

WeightFormat format_of(const GraphPort& port, WeightFormat wanted) {
  return chosen_format(port, wanted).value_or(is_addition(port) ? WeightFormat::int16 : WeightFormat::int8);
}

bool has_weights(const GraphLayer& layer) {
  return std::ranges::any_of(layer.ports, [](const GraphPort& p) { return chosen_format(p, {}).has_value(); });
}

bool sends_fp16(const Graph& graph, const std::vector<WeightFormat>& formats, std::size_t layer) {
  const auto in_fp16 = [&](std::size_t l, const GraphPort& port) {
    return chosen_format(port, {}) && is_fp16(formats[l]);
  };
  for (std::size_t l = 0; l < graph.layers.size(); ++l) {
    for (const GraphPort& port : graph.layers[l].ports) {
      if ((l == layer || at(port.source) == layer) && in_fp16(l, port)) return true;
    }
  }
  return false;
}

std::int64_t weight_bytes_of(const GraphLayer& layer, WeightFormat format) {
  std::int64_t weights = 0;
  for (const GraphPort& port : layer.ports) {
    if (chosen_format(port, format)) weights += static_cast<std::int64_t>(port.weights.size());
  }
  return (weights * bits_of(format) + 7) / 8;
}

std::vector<Part> parts_of(const GraphLayer& layer, std::span<const Layer> sources, WeightFormat wanted,
                           const CodeBook* codes, int k) {
  std::vector<Part> parts;
  for (std::size_t p = 0; p < layer.ports.size(); ++p) {
    const GraphPort& port = layer.ports[p];
    if (k < port.k_first || k >= port.k_first + port.k_count) continue;
    const std::size_t each = port.weights.size() / at(port.k_count);
    Part part;
    part.port = p;
    part.format = format_of(port, wanted);
    if (is_coded(part.format)) part.codes = codes;
    part.addition = is_addition(port);
    part.scale = sources[at(port.source)].scale;
    part.first_channel = port.c_first + (port.depthwise ? (k - port.k_first) / (port.k_count / port.c_count) : 0);
    part.taps = port.y.taps * port.x.taps;
    if (!port.steps.empty()) part.step = port.steps[at(k - port.k_first)] * part.scale;
    part.equal = true;
    part.weights = std::span(port.weights).subspan(at(k - port.k_first) * each, each);
    for (const float w : part.weights) {
      part.largest = std::max(part.largest, std::abs(double{w}) * part.scale);
      part.equal = part.equal && w == part.weights.front();
    }
    if (part.largest > 0) parts.push_back(part);
  }
  return parts;
}

double coded_spread(const std::vector<Part>& parts) {
  double sum = 0, count = 0;
  for (const Part& part : parts) {
    if (!is_coded(part.format)) continue;
    for (const float w : part.weights) sum += std::pow(w * part.scale, 2);
    count += static_cast<double>(part.weights.size());
  }
  return count > 0 ? std::sqrt(sum / count) : 0;
}

double unit_of(const std::vector<Part>& parts, float bias, double sum_scale) {
  if (parts.empty()) return sum_scale / plenty;  // a constant
  if (const double step = step_of(parts); step > 0) return step;
  double uncut = 0, addition = 0;  // finest step at which no weight is cut; largest addition
  bool few_bits = false, fp16 = false;
  for (const Part& part : parts) {
    if (part.addition) {
      addition = std::max(addition, part.largest);
      continue;
    }
    uncut = std::max(uncut, part.largest / most_of(part));
    few_bits = few_bits || (!is_coded(part.format) && bits_of(part.format) < bits_of(WeightFormat::int8));
    fp16 = fp16 || part.format == WeightFormat::fp16;
  }
  if (uncut == 0) return unit_of_additions(parts);
  if (fp16) return fp16_unit(parts, addition);
  if (const double spread = coded_spread(parts); spread > 0) {
    const CodeBook& codes = *std::ranges::find_if(parts, [](const Part& part) { return part.codes != nullptr; })->codes;
    return with_whole_gain(spread * codes.reach / codes.top(), addition);
  }
  if (parts.size() == 1 && parts[0].equal) {  // an average: a port of ones
    return bias == 0 ? parts[0].largest : parts[0].largest / std::min(enough, most_of(parts[0]));
  }
  return few_bits ? best_unit(parts, uncut, addition) : with_whole_gain(uncut, addition);
}

}  // namespace eddy
