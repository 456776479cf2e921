// SPDX-License-Identifier: Apache-2.0
#include "eddy/quantise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "index.hpp"
#include "quantise/curve.hpp"
#include "quantise/distance.hpp"
#include "quantise/input_table.hpp"
#include "quantise/layer_names.hpp"
#include "quantise/quantiser.hpp"
#include "quantise/unit.hpp"
#include "quantise/weights.hpp"

namespace eddy {
namespace {

constexpr int min_bits = 8, max_bits = 14;
constexpr int fp16_bits = 10;  // differences of positive and negative values are below 2^11
constexpr double noticeable_gain_error = 0.01;
constexpr double noticeable_curve_error = 2;  // steps
constexpr double most_curve_error = 0.02;     // share of the largest value

class Quantiser {
 public:
  Quantiser(const Graph& graph, const InputSpec& spec, std::span<const Picture> pictures,
            const QuantiseOptions& options, const Ranges& ranges)
      : graph_(graph), spec_(spec), pictures_(pictures), options_(options), ranges_(ranges) {}

  Quantised run() {
    check();
    while (!layers()) {
    }
    outputs();
    thresholds();
    modes();
    report();
    return std::move(result_);
  }

 private:
  Network& network() { return result_.network; }
  [[nodiscard]] bool of_pixels() const { return !pictures_.front().pixels.empty(); }
  void note(std::string text) { result_.report.notes.push_back(std::move(text)); }

  void check() {
    if (pictures_.empty()) throw UsageError("no frame to calibrate on: give a clip with at least one");
    formats_ = weight_formats_of(graph_, options_);
    check_bits();
    // An input of pixels that no step makes exact costs nothing more when it is fine: thresholds are in grey levels
    // there.
    const bool named = options_.layer_bits.contains("input") || options_.layer_bits.contains(graph_.layers[0].name);
    // And several inputs share one step.
    if ((of_pixels() || graph_.inputs.size() > 1) && !named) bits_[0] = most_bits(0);
    check_weights();
  }

  void check_bits() {
    bits_ = by_layer(graph_, options_.layer_bits, options_.bits.value_or(min_bits));
    for (std::size_t l = 0; l < bits_.size(); ++l) {
      const GraphLayer& layer = graph_.layers[l];
      const bool named = options_.layer_bits.contains(layer.name) || (l == 0 && options_.layer_bits.contains("input"));
      if (!options_.bits && !named && in_fp16(l)) bits_[l] = most_bits(l);
      if (bits_[l] < min_bits || bits_[l] > max_bits)
        throw UsageError(fmt::format("{} magnitude bits; {} to {} are possible", bits_[l], min_bits, max_bits));
      if (bits_[l] > most_bits(l))
        throw UsageError(
            fmt::format("{} magnitude bits in layer {}: it sends FP16 numbers, which hold differences of up "
                        "to {} there",
                        bits_[l], layer.name, most_bits(l)));
    }
  }

  /// It sends FP16 numbers.
  [[nodiscard]] bool in_fp16(std::size_t l) const { return sends_fp16(graph_, formats_, l); }
  [[nodiscard]] int most_bits(std::size_t l) const {
    if (!in_fp16(l)) return max_bits;
    const GraphLayer& layer = graph_.layers[l];
    return l > 0 && layer.lo >= 0 && !layer.curve ? fp16_bits + 1 : fp16_bits;
  }

  /// A layer that is named has weights whose format can be chosen.
  void check_weights() {
    for (const auto& [name, format] : options_.layer_weights) {
      const GraphLayer& layer = graph_.layers[find_layer(graph_, name)];
      if (has_weights(layer)) continue;
      throw UsageError(fmt::format("weights of {} are not possible in layer {}: {}", name_of(format), name,
                                   layer.ports.empty()
                                       ? "it is the input"
                                       : "it only adds, copies, scales or averages, which has a format of its own"));
    }
  }

  /// Where sources meet under int8 weights, steps of one source that are much finer than another's leave it weights of
  /// a few units. So sources that meet get the same number of bits: the fewest, and the input, where more cost nothing,
  /// no fewer.
  void align_bits() {
    input_bits_ = min_bits;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t l = 1; l < graph_.layers.size(); ++l) changed = align_sources(l) || changed;
    }
  }
  bool align_sources(std::size_t l) {
    std::set<std::size_t> sources;
    for (const GraphPort& port : graph_.layers[l].ports) {
      const std::size_t source = origin(static_cast<std::size_t>(port.source));
      if (!port.is_scale() && !graph_.layers[source].grid) sources.insert(source);
    }
    int fewest = max_bits + 1;
    for (const std::size_t s : sources) fewest = s == 0 ? fewest : std::min(fewest, bits_[s]);
    if (sources.size() < 2 || fewest > max_bits) return false;
    if (sources.contains(0)) input_bits_ = std::max(input_bits_, fewest);
    bool changed = false;
    for (const std::size_t s : sources) {
      if (s == 0 || bits_[s] == fewest) continue;
      bits_[s] = fewest;
      aligned_.insert(s);
      changed = true;
    }
    return changed;
  }

  /// All layers with the present bits. False where a source had to be made coarser: then once more.
  bool layers() {
    network() = {};
    network().name = graph_.name;
    layer_reports_.assign(graph_.layers.size(), {});
    weight_notes_.clear();
    align_bits();
    input();
    for (std::size_t l = 1; l < graph_.layers.size(); ++l) {
      Layer layer = range(l);
      const double sum_scale = graph_.layers[l].curve ? add_curve(l, layer) : layer.scale;
      const auto weights = [&](bool last_resort) {
        return quantise_weights(graph_.layers[l],
                                {network().layers, ranges_.means, sum_scale, formats_[l], coded_alike(l)}, last_resort,
                                layer, layer_reports_[l], weight_notes_);
      };
      auto lower = weights(false);
      if (lower && has_own_step(origin(static_cast<std::size_t>(*lower)))) lower = weights(true);
      if (lower) {
        const auto source = origin(static_cast<std::size_t>(*lower));
        --bits_[source];
        lowered_.insert(source);
        return false;
      }
      network().layers.push_back(std::move(layer));
    }
    return true;
  }

  /// Layers that share the values of their codes: all of code8, whose table is large; others have one of their own.
  [[nodiscard]] std::vector<const GraphLayer*> coded_alike(std::size_t l) const {
    std::vector<const GraphLayer*> layers;
    for (std::size_t other = 1; other < formats_.size(); ++other) {
      if (other == l || (formats_[l] == WeightFormat::code8 && formats_[other] == WeightFormat::code8))
        layers.push_back(&graph_.layers[other]);
    }
    return layers;
  }

  /// Its step is not ours to choose.
  [[nodiscard]] bool has_own_step(std::size_t l) const { return graph_.layers[l].grid || (l == 0 && input_exact_); }

  void input() {
    const GraphLayer& graph = graph_.layers[0];
    InputLayer first = graph.grid ? gridded_input(graph.out, spec_, of_pixels(), *graph.grid)
                                  : quantise_input(graph.out, spec_, of_pixels(), ranges_.largest[0],
                                                   of_pixels() ? 0 : whole_step(pictures_, input_most()), bits_[0],
                                                   input_bits_, input_most());
    first.layer.name = graph_.layers[0].name;
    input_exact_ = first.exact;
    network().input = std::move(first.input);
    network().layers.push_back(std::move(first.layer));
  }

  /// The largest whole number that a grey level, or a real value of the input, may become.
  [[nodiscard]] int input_most() const { return (1 << most_bits(0)) - 1; }

  /// A layer that only copies its source (to pool it, or to cut it) keeps its scale, and is exact.
  [[nodiscard]] bool copies(std::size_t l) const {
    const GraphLayer& layer = graph_.layers[l];
    return layer.ports.size() == 1 && !layer.curve && !layer.grid && layer.ports[0].is_copy() &&
           layer.ports[0].k_count == layer.acc.c && std::ranges::all_of(layer.bias, [](float b) { return b == 0; });
  }
  /// The layer whose bits decide the scale of this one.
  [[nodiscard]] std::size_t origin(std::size_t l) const {
    return l > 0 && copies(l) ? origin(static_cast<std::size_t>(graph_.layers[l].ports[0].source)) : l;
  }

  /// Scale and range of a layer's activations.
  Layer range(std::size_t l) {
    const GraphLayer& graph = graph_.layers[l];
    Layer layer;
    layer.name = graph.name;
    layer.acc = graph.acc;
    layer.out = graph.out;
    layer.pool_y = graph.pool_y;
    layer.pool_x = graph.pool_x;
    if (copies(l)) {
      const Layer& source = network().layers[static_cast<std::size_t>(graph.ports[0].source)];
      layer.bits = source.bits;
      layer.scale = source.scale;
    } else if (graph.grid) {
      layer.bits = bits_of(*graph.grid);
      layer.scale = graph.grid->step;
    } else {
      layer.bits = bits_[l];
      layer.scale = (ranges_.largest[l] > 0 ? ranges_.largest[l] : 1.0) / ((1 << layer.bits) - 1);
      // Then FP16 weights are those of the model.
      if (in_fp16(l)) layer.scale = std::exp2(std::ceil(std::log2(layer.scale)));
    }
    const int top = (1 << layer.bits) - 1;
    const auto cut = [&](float limit) {
      return static_cast<int>(std::lround(std::clamp<double>(limit / layer.scale, -top, top)));
    };
    layer.lo = cut(graph.lo);
    layer.hi = std::max(layer.lo, cut(graph.hi));
    if (graph.grid) {
      layer.lo = std::clamp(layer.lo, graph.grid->lo, graph.grid->hi);
      layer.hi = std::clamp(layer.hi, graph.grid->lo, graph.grid->hi);
    }
    return layer;
  }

  /// It ends where the layer's grid does.
  static ScalarFunction curve_of(const GraphLayer& layer) {
    if (!layer.grid) return layer.curve;
    const double lo = double{layer.grid->step} * layer.grid->lo, hi = double{layer.grid->step} * layer.grid->hi;
    return {layer.curve.name(), [=, curve = layer.curve](double x) { return std::clamp(curve(x), lo, hi); }};
  }

  /// Gives a layer its curve; sums may then have all of 16 bits. Returns the real value of their step.
  double add_curve(std::size_t l, Layer& layer) {
    CurveFit fit =
        fit_curve(curve_of(graph_.layers[l]), ranges_.sums[l].first, ranges_.sums[l].second, layer.bits, layer.scale);
    layer.curve = std::move(fit.curve);
    layer.lo = std::numeric_limits<std::int16_t>::min();
    layer.hi = std::numeric_limits<std::int16_t>::max();
    layer_reports_[l].curve = true;
    layer_reports_[l].curve_error = fit.error;
    if (fit.error > most_curve_error * ranges_.largest[l]) {
      throw ModelError(fmt::format(
          "{} cannot run: node \"{}\": {} is too steep for straight lines between sums of {:.3g} and {:.3g}: "
          "they are off by {:.3g}, {:.1f} % of its largest value, and {:.0f} % are allowed. Clip what it reads",
          graph_.name, graph_.layers[l].name, graph_.layers[l].curve.name(), ranges_.sums[l].first,
          ranges_.sums[l].second, fit.error, 100 * fit.error / ranges_.largest[l], 100 * most_curve_error));
    }
    return fit.sum_scale;
  }

  void outputs() {
    for (const GraphOutput& o : graph_.outputs) {
      // The batch of one is not the user's.
      const bool batch = o.dims.size() > 1 && o.dims.front() == 1;
      network().outputs.push_back({o.name, o.layer, {o.dims.begin() + (batch ? 1 : 0), o.dims.end()}, o.steps});
    }
  }

  void thresholds() {
    Input& input = network().input;
    for (int c = 0; c < network().layers[0].out.c; ++c) input.grey_level.push_back(grey_level(c));
    set_thresholds(network(), graph_, options_.thresholds);
  }

  /// In units of the input's threshold: grey levels themselves, or steps where the chip takes activations.
  [[nodiscard]] double grey_level(int c) const {
    if (result_.network.input.pixels) return 1;
    const double real = of_pixels() ? std::abs(spec_.real(1, c) - spec_.real(0, c)) : real_range() / 255;
    return real / result_.network.layers[0].scale;
  }

  /// How far the real values of an input lie apart, which the spec says nothing of.
  [[nodiscard]] double real_range() const {
    const float first = pictures_.front().values.front();
    std::pair<float, float> range{first, first};
    for (const Picture& picture : pictures_) {
      const auto [least, most] = std::ranges::minmax(picture.values);
      range = {std::min(range.first, least), std::max(range.second, most)};
    }
    return double{range.second} - range.first;
  }

  void note_input() {
    if (of_pixels()) {
      if (!input_exact_)
        note(fmt::format("input: rounded to {} magnitude bits, since no step makes all grey levels whole", bits_[0]));
      return;
    }
    const Layer& layer = network().layers[0];
    note(
        fmt::format("input: real values, taken as they are: scale, mean and std are not applied; {} magnitude bits, "
                    "{:.4g} a step{}",
                    layer.bits, layer.scale, input_exact_ ? ", which makes all of them whole" : ""));
    if (options_.thresholds.pixel == 0) return;
    note(
        fmt::format("input: its threshold of {} is one of {:.4g}: a grey level stands for 1/255 of the calibrated "
                    "range, {:.4g}",
                    options_.thresholds.pixel, options_.thresholds.pixel * real_range() / 255, real_range()));
  }

  void modes() {
    const auto modes = by_layer(graph_, options_.layer_modes, options_.mode);
    for (std::size_t l = 0; l < modes.size(); ++l) network().layers[l].mode = modes[l];
    mode_notes_ = settle_modes(network());
  }

  void report() {
    QuantiseReport& report = result_.report;
    report.calibration_frames = static_cast<int>(pictures_.size());
    for (const std::size_t l : lowered_) {
      note(fmt::format("{}: {} magnitude bits, so that no sum leaves 32 bits", graph_.layers[l].name,
                       network().layers[l].bits));
    }
    for (const std::size_t l : aligned_) {
      note(fmt::format("{}: {} magnitude bits, as others that it meets", graph_.layers[l].name,
                       network().layers[l].bits));
    }
    note_input();
    for (std::size_t l = 0; l < graph_.layers.size(); ++l) {
      QuantiseLayerReport& layer = layer_reports_[l];
      layer.name = network().layers[l].name;
      layer.bits = network().layers[l].bits;
      layer.scale = network().layers[l].scale;
      layer.largest = ranges_.largest[l];
      if (layer.curve_error > noticeable_curve_error * layer.scale) {
        note(fmt::format("{}: the straight lines of {} are off by up to {:.1f} steps, {:.3g}", layer.name,
                         graph_.layers[l].curve.name(), layer.curve_error / layer.scale, layer.curve_error));
      }
      if (layer.gain_error > noticeable_gain_error) {
        note(fmt::format("{}: the gain of an addition is off by {:.1f} %, since its other weights are much larger",
                         layer.name, 100 * layer.gain_error));
      }
    }
    for (auto* notes : {&weight_notes_, &mode_notes_})
      report.notes.insert(report.notes.end(), notes->begin(), notes->end());
    const auto distances = distances_from_real(graph_, spec_, pictures_, network());
    for (std::size_t l = 0; l < distances.size(); ++l) {
      layer_reports_[l].activation_error = ranges_.largest[l] > 0 ? distances[l] / ranges_.largest[l] : 0;
    }
    report.layers = layer_reports_;
  }

  const Graph& graph_;
  const InputSpec& spec_;
  std::span<const Picture> pictures_;
  const QuantiseOptions& options_;
  const Ranges& ranges_;
  std::vector<int> bits_;              // [layer] wanted; lowered where sums do not fit
  std::vector<WeightFormat> formats_;  // [layer]
  int input_bits_ = min_bits;          // at least, where the input meets others
  bool input_exact_ = false;
  std::set<std::size_t> lowered_, aligned_;
  std::vector<QuantiseLayerReport> layer_reports_;
  std::vector<std::string> weight_notes_, mode_notes_;
  Quantised result_;
};

}  // namespace

Quantised quantise_within(const Graph& graph, const InputSpec& input, std::span<const Picture> calibration,
                          const QuantiseOptions& options, const Ranges& ranges) {
  return Quantiser(graph, input, calibration, options, ranges).run();
}

Quantised quantise(const Graph& graph, const InputSpec& input, std::span<const Picture> calibration,
                   const QuantiseOptions& options) {
  return quantise_within(graph, input, calibration, options, measure_ranges(graph, input, calibration));
}

}  // namespace eddy
