// SPDX-License-Identifier: Apache-2.0
#include "run/ways_out.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "compile/fits.hpp"
#include "eddy/choose_modes.hpp"
#include "index.hpp"
#include "quantise/layer_names.hpp"
#include "quantise/quantiser.hpp"
#include "quantise/unit.hpp"

namespace eddy {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{20};
constexpr std::size_t few_runs = 2;  // to price modes: each costs some dense frames of the golden model

struct OutOfTime {};

/// Layers and their new formats of weights, of which the first few may be enough.
struct Narrowing {
  WeightFormat format = WeightFormat::int8;
  std::vector<std::string> layers;  // most bytes saved first
};

class Search {
 public:
  explicit Search(const NoFit& problem) : p_(problem), end_(Clock::now() + patience) {
    for (const auto& run : problem.runs) {
      if (run.size() > 1 && runs_.size() < few_runs) runs_.push_back(run);
    }
  }

  std::vector<std::string> run() {
    try {
      const bool narrower = fewer_bits();
      const bool values = fewer_references();
      if (!narrower && !values) both();
    } catch (const OutOfTime&) {
      ways_.push_back(fmt::format("(no more was tried within {} seconds)", patience.count()));
    }
    return std::move(ways_);
  }

 private:
  [[nodiscard]] const Network& network() const { return p_.quantised.network; }

  /// Whether the network fits, after saying what is tried.
  bool try_network(const std::string& what, const Network& network) {
    if (Clock::now() > end_) throw OutOfTime{};
    p_.say(fmt::format("it does not fit; trying {}", what));
    return fits(network, p_.chip, p_.compiling);
  }

  // ---- weights
  [[nodiscard]] Narrowing narrowing(WeightFormat format) const {
    const auto formats = by_layer(p_.graph, p_.options.layer_weights, p_.options.weights);
    std::vector<std::pair<std::int64_t, std::string>> saved;
    for (std::size_t l = 1; l < p_.graph.layers.size(); ++l) {
      const GraphLayer& layer = p_.graph.layers[l];
      const bool named = std::ranges::any_of(
          p_.options.layer_weights, [&](const auto& by_name) { return find_layer(p_.graph, by_name.first) == l; });
      if (named || !has_weights(layer) || bits_of(format) >= bits_of(formats[l])) continue;
      saved.emplace_back(weight_bytes_of(layer, formats[l]) - weight_bytes_of(layer, format), layer.name);
    }
    std::ranges::stable_sort(saved, std::greater{}, [](const auto& s) { return s.first; });
    Narrowing result{format, {}};
    for (auto& [bytes, layer] : saved) result.layers.push_back(std::move(layer));
    return result;
  }

  [[nodiscard]] static std::string weights_text(const NoFit& p, const Narrowing& n, std::size_t count) {
    const bool all = count == n.layers.size();
    std::string text = fmt::format("--weights {}", name_of(all ? n.format : p.options.weights));
    for (const auto& [layer, format] : p.options.layer_weights) text += fmt::format(",{}={}", layer, name_of(format));
    for (std::size_t i = 0; i < count && !all; ++i) text += fmt::format(",{}={}", n.layers[i], name_of(n.format));
    return text;
  }

  /// The network with its first `count` layers narrowed, and its modes and thresholds as they were.
  Quantised narrowed(const Narrowing& n, std::size_t count) const {
    QuantiseOptions options = p_.options;
    for (std::size_t i = 0; i < count; ++i) options.layer_weights[n.layers[i]] = n.format;
    Quantised q = quantise_within(p_.graph, p_.input, p_.pictures, options, p_.ranges);
    for (std::size_t l = 0; l < q.network.layers.size(); ++l) {
      q.network.layers[l].mode = network().layers[l].mode;
      q.network.layers[l].keep_acc = network().layers[l].keep_acc;
    }
    return q;
  }

  /// Of the worst output, as a share of its calibrated maximum.
  static double error(const Quantised& q) {
    double worst = 0;
    for (const Output& output : q.network.outputs)
      worst = std::max(worst, q.report.layers[at(output.layer)].activation_error);
    return worst;
  }
  [[nodiscard]] std::string price(const Quantised& q) const {
    return fmt::format("error of the outputs {:.2f} % -> {:.2f} %", 100 * error(p_.quantised), 100 * error(q));
  }

  bool fewer_bits() {
    for (const WeightFormat format : {WeightFormat::int8, WeightFormat::int4, WeightFormat::int2}) {
      const Narrowing n = narrowing(format);
      if (n.layers.empty()) continue;
      const std::size_t enough = fewest(n.layers.size(), [&](std::size_t count) {
        return try_network(weights_text(p_, n, count), narrowed(n, count).network);
      });
      if (enough == 0) continue;
      ways_.push_back(fmt::format("{}: {}", weights_text(p_, n, enough), price(narrowed(n, enough))));
      return true;
    }
    return false;
  }

  // ---- modes
  struct Turned {
    Network network;
    std::string text;        // of the option
    std::int64_t saved = 0;  // bytes
    double products = 0;     // a frame, more than before
  };

  /// Sets of layers that could send values, those first that lose fewest products a byte.
  [[nodiscard]] ModeChoice prices() const { return choose_modes(network(), runs_); }

  [[nodiscard]] Turned turned(const std::vector<ModePrice>& sets, std::size_t count) const {
    Turned result{network(), "--mode temporal", 0, 0};
    std::map<std::string, Mode> modes;
    for (std::size_t i = 0; i < count; ++i) {
      result.saved += sets[i].references;
      result.products += sets[i].saved();
      for (const std::string& layer : sets[i].layers) modes[layer] = Mode::spatial;
    }
    for (const Layer& layer : network().layers) {
      if (modes.contains(layer.name) || layer.mode == Mode::spatial)
        result.text += fmt::format(",{}=spatial", layer.name);
    }
    set_modes(result.network, modes);
    return result;
  }

  bool fewer_references() {
    if (!can_turn()) return false;
    if (!try_network("--mode spatial", all_values(network()))) return false;
    const ModeChoice choice = prices();
    std::vector<ModePrice> sets;
    for (const ModePrice& set : choice.prices) {
      const bool sends_changes = std::ranges::any_of(network().layers, [&](const Layer& layer) {
        return layer.mode == Mode::temporal && layer.name == set.layers.front();
      });
      if (sends_changes && set.references > 0) sets.push_back(set);
    }
    std::ranges::stable_sort(sets, {},
                             [](const ModePrice& set) { return set.saved() / static_cast<double>(set.references); });
    const std::size_t enough = fewest(sets.size(), [&](std::size_t count) {
      const Turned t = turned(sets, count);
      return try_network(t.text, t.network);
    });
    if (enough == 0) return false;
    sets.resize(enough);
    drop_needless(sets);
    const Turned t = turned(sets, sets.size());
    ways_.push_back(fmt::format("{}: {} KB less, {:+.0f} % products a frame", t.text, t.saved / 1024,
                                100 * t.products / choice.temporal.products));
    return true;
  }

  /// Leaves out the sets without which it fits as well, those first that lose most products.
  void drop_needless(std::vector<ModePrice>& sets) {
    std::ranges::stable_sort(sets, std::greater{}, &ModePrice::saved);
    for (std::size_t i = 0; i < sets.size() && sets.size() > 1;) {
      std::vector<ModePrice> others = sets;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      const Turned t = turned(others, others.size());
      if (try_network(t.text, t.network))
        sets = std::move(others);
      else
        ++i;
    }
  }

  /// Some layer sends changes, and there are frames to price them by.
  [[nodiscard]] bool can_turn() const {
    return !runs_.empty() &&
           std::ranges::any_of(network().layers, [](const Layer& l) { return l.mode == Mode::temporal; });
  }
  static Network all_values(Network network) {
    std::map<std::string, Mode> modes;
    for (const Layer& layer : network.layers) modes[layer.name] = Mode::spatial;
    set_modes(network, modes);
    return network;
  }

  void both() {
    if (!can_turn()) return;
    for (const WeightFormat format : {WeightFormat::int4, WeightFormat::int2}) {
      const Narrowing n = narrowing(format);
      if (n.layers.empty()) continue;
      const std::string text = weights_text(p_, n, n.layers.size()) + " --mode spatial";
      const Quantised q = narrowed(n, n.layers.size());
      if (!try_network(text, all_values(q.network))) continue;
      const ModeChoice choice = prices();
      ways_.push_back(fmt::format("{}: {}, {:+.0f} % products a frame", text, price(q),
                                  100 * (choice.spatial.products / choice.temporal.products - 1)));
      return;
    }
  }

  /// The least count from 1 to `all` with which it fits, by halving; 0 where it does not even with all.
  template <typename Fits>
  static std::size_t fewest(std::size_t all, Fits fits_with) {
    if (all == 0 || !fits_with(all)) return 0;
    std::size_t below = 0, enough = all;
    while (enough - below > 1) {
      const std::size_t middle = (below + enough) / 2;
      (fits_with(middle) ? enough : below) = middle;
    }
    return enough;
  }

  const NoFit& p_;
  Clock::time_point end_;
  std::vector<std::string> ways_;
  std::vector<std::vector<Frame>> runs_;  // to price modes
};

}  // namespace

std::vector<std::string> ways_out(const NoFit& problem) { return Search(problem).run(); }

}  // namespace eddy
