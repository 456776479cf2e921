// SPDX-License-Identifier: Apache-2.0
#include "eddy/choose_modes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "index.hpp"

namespace eddy {
namespace {

std::int64_t accumulator_bytes(const Layer& layer) { return layer.ports.empty() ? 0 : 4 * layer.acc.count(); }
std::int64_t reference_bytes(const Layer& layer) { return layer.ports.empty() ? 0 : 2 * layer.out.count(); }

/// Layers that have to send alike, each set in ascending order.
std::vector<std::vector<std::size_t>> sets_of_sources(const Network& network) {
  std::vector<std::size_t> set(network.layers.size());  // the first layer of it
  std::iota(set.begin(), set.end(), std::size_t{0});
  for (const Layer& layer : network.layers) {
    for (const Port& port : layer.ports) {
      const std::size_t a = set[at(port.source)], b = set[at(layer.ports.front().source)];
      for (std::size_t& s : set) s = s == std::max(a, b) ? std::min(a, b) : s;
    }
  }
  std::vector<std::vector<std::size_t>> result;
  for (std::size_t first = 0; first < set.size(); ++first) {
    if (set[first] != first) continue;
    auto& layers = result.emplace_back();
    for (std::size_t l = first; l < set.size(); ++l) {
      if (set[l] == first) layers.push_back(l);
    }
  }
  return result;
}

/// Products a frame.
struct Measured {
  std::vector<double> of_readers;  // [layer] that integrates
  std::vector<double> of_outputs;  // [layer] events to the host, one product each
  double dense = 0;

  [[nodiscard]] double all() const {
    return std::accumulate(of_readers.begin(), of_readers.end(), 0.0) +
           std::accumulate(of_outputs.begin(), of_outputs.end(), 0.0);
  }
};

Measured measure(const Network& network, const std::vector<std::vector<Frame>>& runs) {
  Measured result{std::vector<double>(network.layers.size()), std::vector<double>(network.layers.size()), 0};
  double frames = 0;
  for (const auto& run : runs) frames += static_cast<double>(run.size()) - 1;
  for (const auto& run : runs) {
    GoldenEvents golden(network);
    for (std::size_t f = 0; f < run.size(); ++f) {
      const FrameTrace trace = golden.step(run[f]);
      if (f == 0) continue;
      for (std::size_t l = 0; l < trace.counts.size(); ++l) {
        result.of_readers[l] += static_cast<double>(trace.counts[l].macs_done) / frames;
        result.dense += static_cast<double>(trace.counts[l].macs_dense) / frames;
      }
      for (const Output& output : network.outputs)
        result.of_outputs[at(output.layer)] += static_cast<double>(trace.counts[at(output.layer)].events_out) / frames;
    }
  }
  return result;
}

ModeFigures figures(const Network& network, double products) {
  ModeFigures result{0, 0, products};
  for (const Layer& layer : network.layers) {
    const std::int64_t references = layer.mode == Mode::temporal ? reference_bytes(layer) : 0;
    result.memory += accumulator_bytes(layer) + references;
    result.state += (layer.keep_acc ? accumulator_bytes(layer) : 0) + references;
  }
  return result;
}

class ModeChooser {
 public:
  ModeChooser(const Network& network, const std::vector<std::vector<Frame>>& runs,
              const std::map<std::string, Mode>& named, const std::optional<StateBudget>& budget)
      : network_(network), runs_(runs), named_(named) {
    choice_.budget = budget;
  }

  ModeChoice run() {
    const Measured temporal = measure_all(Mode::temporal, choice_.temporal);
    const Measured spatial = measure_all(Mode::spatial, choice_.spatial);
    choice_.dense = temporal.dense;
    for (const auto& set : sets_of_sources(network_)) price(set, temporal, spatial);
    choose();
    Network chosen = network_;
    set_modes(chosen, choice_.modes);
    choice_.chosen = figures(chosen, measure(chosen, runs_).all());
    return std::move(choice_);
  }

 private:
  Measured measure_all(Mode mode, ModeFigures& result) {
    Network network = network_;
    std::map<std::string, Mode> modes;
    for (const Layer& layer : network.layers) modes[layer.name] = mode;
    set_modes(network, modes);
    Measured measured = measure(network, runs_);
    result = figures(network, measured.all());
    return measured;
  }

  void price(const std::vector<std::size_t>& set, const Measured& temporal, const Measured& spatial) {
    ModePrice p;
    for (const std::size_t l : set) {
      p.layers.push_back(network_.layers[l].name);
      p.references += reference_bytes(network_.layers[l]);
      p.temporal += temporal.of_outputs[l];
      p.spatial += spatial.of_outputs[l];
    }
    for (std::size_t l = 1; l < network_.layers.size(); ++l) {
      const Layer& reader = network_.layers[l];
      if (!std::ranges::binary_search(set, at(reader.ports.front().source))) continue;
      p.accumulators += accumulator_bytes(reader);
      p.temporal += temporal.of_readers[l];
      p.spatial += spatial.of_readers[l];
    }
    choice_.prices.push_back(std::move(p));
  }

  /// What a set takes of the budget.
  [[nodiscard]] std::int64_t cost(const ModePrice& p) const {
    return choice_.budget && choice_.budget->of == StateBudget::Of::memory ? p.references : p.state();
  }
  [[nodiscard]] std::int64_t limit() const {
    const StateBudget budget = choice_.budget.value_or(StateBudget{});
    switch (budget.of) {
      case StateBudget::Of::bytes:
        return std::llround(budget.amount);
      case StateBudget::Of::share:
        return std::llround(budget.amount * static_cast<double>(choice_.temporal.state));
      case StateBudget::Of::memory:
        break;
    }
    return std::max(0LL, std::llround((budget.amount - 1) * static_cast<double>(choice_.spatial.memory)));
  }

  /// The user's decision on a set, where there is one; differences win.
  [[nodiscard]] std::optional<Mode> decided(const ModePrice& p) const {
    std::optional<Mode> mode;
    for (const std::string& layer : p.layers) {
      const auto found = named_.find(layer);
      if (found != named_.end() && mode != Mode::temporal) mode = found->second;
    }
    return mode;
  }

  void choose() {
    choice_.limit = limit();
    std::int64_t left = choice_.limit;
    std::vector<ModePrice*> open;
    for (ModePrice& p : choice_.prices) {
      const auto mode = decided(p);
      p.mode = mode.value_or(Mode::spatial);
      if (mode == Mode::temporal) left -= cost(p);
      if (!mode && p.saved() > 0) open.push_back(&p);
    }
    for (ModePrice* p : best(open, left)) p->mode = Mode::temporal;
    for (const ModePrice& p : choice_.prices) {
      for (const std::string& layer : p.layers) choice_.modes[layer] = p.mode;
    }
  }

  /// Those that together save most products and cost no more than `left`: dynamic programming over the budget in a few
  /// thousand steps, costs rounded up to whole ones.
  [[nodiscard]] std::vector<ModePrice*> best(const std::vector<ModePrice*>& open, std::int64_t left) const {
    constexpr std::int64_t most_steps = 4096;
    std::int64_t all = 0;
    for (const ModePrice* p : open) all += cost(*p);
    if (all <= left) return open;
    if (left < 0) return {};
    const std::int64_t step = left / most_steps + 1;
    const auto steps = static_cast<std::size_t>(left / step);
    std::vector<double> saved(steps + 1);                                             // [steps spent at most]
    std::vector<std::vector<bool>> taken(open.size(), std::vector<bool>(steps + 1));  // [set][steps spent at most]
    const auto steps_of = [&](const ModePrice* p) { return static_cast<std::size_t>((cost(*p) + step - 1) / step); };
    for (std::size_t i = 0; i < open.size(); ++i) {
      const std::size_t takes = steps_of(open[i]);
      for (std::size_t spent = steps + 1; spent-- > takes;) {
        const double with = saved[spent - takes] + open[i]->saved();
        taken[i][spent] = with > saved[spent];
        if (taken[i][spent]) saved[spent] = with;
      }
    }
    std::vector<ModePrice*> result;
    std::size_t spent = steps;
    for (std::size_t i = open.size(); i-- > 0;) {
      if (!taken[i][spent]) continue;
      result.push_back(open[i]);
      spent -= steps_of(open[i]);
    }
    return result;
  }

  const Network& network_;
  const std::vector<std::vector<Frame>>& runs_;
  const std::map<std::string, Mode>& named_;
  ModeChoice choice_;
};

std::string kilobytes(std::int64_t bytes) { return fmt::format("{:.1f}", static_cast<double>(bytes) / 1024); }

std::string budget_text(const ModeChoice& c) {
  if (!c.budget) return "wherever differences save products";
  const char* what = c.budget->of == StateBudget::Of::memory ? "of references" : "of state";
  return fmt::format("within {} KB {}", kilobytes(c.limit), what);
}

std::string figures_text(const char* name, const ModeFigures& f, const ModeChoice& c) {
  return fmt::format("{:<14} {:>10} {:>10} {:>8.2f} {:>14.0f} {:>9.2f}\n", name, kilobytes(f.state),
                     kilobytes(f.memory), static_cast<double>(f.memory) / static_cast<double>(c.spatial.memory),
                     f.products, c.dense / f.products);
}

}  // namespace

double ModeChoice::kept() const {
  const double most = spatial.products - temporal.products;
  return most > 0 ? (spatial.products - chosen.products) / most : 1;
}

ModeChoice choose_modes(const Network& network, const std::vector<std::vector<Frame>>& runs,
                        const std::map<std::string, Mode>& named, const std::optional<StateBudget>& budget) {
  if (budget && !(budget->amount >= 0)) throw UsageError("a budget of memory below 0");
  if (std::ranges::none_of(runs, [](const auto& run) { return run.size() > 1; }))
    throw UsageError("modes are chosen by what changes from frame to frame, and the clip has no two frames");
  return ModeChooser(network, runs, named, budget).run();
}

std::vector<std::string> set_modes(Network& network, const std::map<std::string, Mode>& modes) {
  for (Layer& layer : network.layers) {
    if (const auto mode = modes.find(layer.name); mode != modes.end()) layer.mode = mode->second;
  }
  auto notes = settle_modes(network);
  for (Layer& layer : network.layers) {
    if (layer.mode == Mode::temporal || !modes.contains(layer.name)) continue;
    for (Requant& channel : layer.channels) channel.theta = 0;
    if (layer.ports.empty()) std::ranges::fill(network.input.theta, 0);
  }
  return notes;
}

std::string to_text(const ModeChoice& c) {
  std::string text = fmt::format(
      "Modes chosen {}; KB and products a frame, if they send differences\n{:<32} {:>9} {:>10} {:>11} {:>12} {:>12} "
      "{:>11}\n",
      budget_text(c), "layers that send alike", "sends", "kept acc", "references", "products", "of values",
      "saved/byte");
  for (const ModePrice& p : c.prices) {
    const auto bytes = static_cast<double>(p.state());
    text += fmt::format("{:<32} {:>9} {:>10} {:>11} {:>12.0f} {:>12.0f} {:>11.2f}\n",
                        fmt::format("{}", fmt::join(p.layers, ", ")), p.mode == Mode::temporal ? "changes" : "values",
                        kilobytes(p.accumulators), kilobytes(p.references), p.temporal, p.spatial,
                        bytes > 0 ? p.saved() / bytes : 0);
  }
  text += fmt::format("{:<14} {:>10} {:>10} {:>8} {:>14} {:>9}\n", "network", "state KB", "memory KB", "of that",
                      "products", "speed-up");
  text += figures_text("all values", c.spatial, c) + figures_text("as chosen", c.chosen, c) +
          figures_text("all changes", c.temporal, c);
  return text +
         fmt::format("{:.1f} % of the products that changes save beside values are still saved\n", 100 * c.kept());
}

}  // namespace eddy
