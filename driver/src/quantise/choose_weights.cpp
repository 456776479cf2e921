// SPDX-License-Identifier: Apache-2.0
#include "eddy/choose_weights.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "index.hpp"
#include "quantise/layer_names.hpp"
#include "quantise/quantiser.hpp"
#include "quantise/unit.hpp"

namespace eddy {
namespace {

/// What a layer may get instead, fewest bits first; of a layer in FP16 also codes for FP16 values.
std::vector<WeightFormat> narrower_than(WeightFormat format) {
  std::vector<WeightFormat> result;
  for (const WeightFormatFacts& f : all_weight_formats) {
    if (f.bits < bits_of(format) && (!f.fp16 || is_fp16(format))) result.push_back(f.format);
  }
  std::ranges::stable_sort(result, {}, bits_of);
  return result;
}

class WeightChooser {
 public:
  WeightChooser(const Graph& graph, const InputSpec& input, std::span<const Picture> pictures,
                const QuantiseOptions& options, double budget)
      : graph_(graph),
        input_(input),
        pictures_(pictures),
        options_(options),
        ranges_(measure_ranges(graph, input, pictures)) {
    choice_.budget = budget;
  }

  WeightChoice run() {
    choice_.before = choice_.after = error(options_);
    formats_ = weight_formats_of(graph_, options_);
    choice_.bytes_before = bytes();
    price();
    narrow();
    choice_.bytes_after = bytes();
    return std::move(choice_);
  }

 private:
  /// Of the worst output.
  double error(const QuantiseOptions& options) {
    const Quantised q = quantise_within(graph_, input_, pictures_, options, ranges_);
    double worst = 0;
    for (const Output& output : q.network.outputs)
      worst = std::max(worst, q.report.layers[at(output.layer)].activation_error);
    return worst;
  }
  double error_with(std::size_t layer, WeightFormat format) {
    QuantiseOptions options = options_;
    options.layer_weights[graph_.layers[layer].name] = format;
    return error(options);
  }

  [[nodiscard]] std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (std::size_t l = 0; l < formats_.size(); ++l) sum += weight_bytes_of(graph_.layers[l], formats_[l]);
    return sum;
  }

  [[nodiscard]] bool is_free(std::size_t l) const {
    return has_weights(graph_.layers[l]) && std::ranges::none_of(options_.layer_weights, [&](const auto& named) {
             return find_layer(graph_, named.first) == l;
           });
  }

  void price() {
    for (std::size_t l = 1; l < graph_.layers.size(); ++l) {
      if (!is_free(l)) continue;
      for (const WeightFormat format : narrower_than(formats_[l])) {
        choice_.prices.push_back(
            {graph_.layers[l].name, format,
             weight_bytes_of(graph_.layers[l], formats_[l]) - weight_bytes_of(graph_.layers[l], format),
             error_with(l, format) - choice_.before, false});
      }
    }
  }

  /// Least loss a byte first; what breaks the budget beside what was chosen before it is left as it is.
  void narrow() {
    std::vector<FormatPrice*> order;
    for (FormatPrice& price : choice_.prices) order.push_back(&price);
    std::ranges::stable_sort(order, {}, [](const FormatPrice* p) { return p->loss / static_cast<double>(p->bytes); });
    for (FormatPrice* price : order) {
      const std::size_t l = find_layer(graph_, price->layer);
      if (bits_of(price->format) >= bits_of(formats_[l]) || price->loss > choice_.budget) continue;
      const double after = error_with(l, price->format);
      if (after - choice_.before > choice_.budget) continue;
      formats_[l] = price->format;
      options_.layer_weights[price->layer] = choice_.formats[price->layer] = price->format;
      choice_.after = after;
    }
    for (FormatPrice& price : choice_.prices) {
      const auto chosen = choice_.formats.find(price.layer);
      price.chosen = chosen != choice_.formats.end() && chosen->second == price.format;
    }
  }

  const Graph& graph_;
  const InputSpec& input_;
  std::span<const Picture> pictures_;
  QuantiseOptions options_;  // with what has been chosen so far
  Ranges ranges_;
  std::vector<WeightFormat> formats_;  // [layer]
  WeightChoice choice_;
};

}  // namespace

WeightChoice choose_weights(const Graph& graph, const InputSpec& input, std::span<const Picture> calibration,
                            QuantiseOptions options, double budget) {
  if (!(budget > 0 && budget <= 1))
    throw UsageError(fmt::format("a budget of {} %; above 0 and up to 100 % are possible", 100 * budget));
  return WeightChooser(graph, input, calibration, options, budget).run();
}

std::string to_text(const WeightChoice& c) {
  std::string text = fmt::format(
      "Weights chosen within a budget of {:.3g} %: error of the outputs {:.3f} % -> {:.3f} %, {} -> {} bytes\n"
      "{:<24} {:>7} {:>12} {:>9}\n",
      100 * c.budget, 100 * c.before, 100 * c.after, c.bytes_before, c.bytes_after, "layer", "format", "bytes saved",
      "loss");
  for (const FormatPrice& p : c.prices) {
    text += fmt::format("{:<24} {:>7} {:>12} {:>8.3f}%{}\n", p.layer, name_of(p.format), p.bytes, 100 * p.loss,
                        p.chosen ? "  chosen" : "");
  }
  return text;
}

}  // namespace eddy
