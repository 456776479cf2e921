// SPDX-License-Identifier: Apache-2.0
#include "tune/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace eddy {
namespace {

constexpr double first_share = 1.0 / 128;  // of the range, where equal thresholds begin
constexpr int shares = 12;                 // each sqrt(2) times the one before
constexpr std::size_t below_best = 2;      // of these steps: where the climb begins
constexpr int refusals = 3;                // in a row, after which an exchange is given up
constexpr double least_error = 1e-7;       // a step that does no harm has a price too
constexpr double unknown = std::numeric_limits<double>::infinity();

/// Products saved, as a share of the dense ones, for the error that they cost.
double price(const Trial& before, const Trial& after) {
  return (before.done() - after.done()) / std::max(least_error, after.error - before.error);
}

}  // namespace

Search::Search(Measure measure, double budget, std::vector<Knob> knobs, std::vector<Trial>& trials)
    : measure_(std::move(measure)), budget_(budget), knobs_(std::move(knobs)), trials_(trials) {}

std::size_t Search::best(const std::vector<Trial>& trials, double budget) {
  std::size_t best = 0;
  for (std::size_t t = 1; t < trials.size(); ++t) {
    if (trials[t].loss <= budget && trials[t].macs_done < trials[best].macs_done) best = t;
  }
  return best;
}

Trial Search::measure(const Thresholds& thresholds) {
  trials_.push_back(measure_(thresholds));
  return trials_.back();
}

Thresholds Search::uniform(double share) const {
  Thresholds thresholds;
  for (const Knob& knob : knobs_) {
    // Pixels half as much: what they lose, all layers behind them lose.
    thresholds = knob.with(thresholds, knob.at_share(knob.of_pixels() ? share / 2 : share));
  }
  return thresholds;
}

/// Equal shares for all, larger until too much is lost; the climb begins a little below.
Trial Search::start() {
  std::vector<Trial> taken{trials_.front()};
  for (int k = 0; k < shares; ++k) {
    const Trial trial = measure(uniform(first_share * std::exp2(k / 2.0)));
    if (!allowed(trial)) break;
    taken.push_back(trial);
  }
  return taken[taken.size() - std::min(taken.size(), below_best + 1)];
}

/// One step after another, each the one that saves most for its error. Prices go down as thresholds go up: the dearest
/// by what was known before is measured anew, and taken if it still is.
Trial Search::climb(Trial from, const Knob* but, int patience) {
  std::set<std::string> refused;
  std::map<std::string, Trial> fresh;  // measured from where we are
  for (int in_a_row = 0; in_a_row < patience;) {
    const Knob* next = nullptr;
    for (const Knob& knob : knobs_) {
      if (&knob == but || refused.contains(knob.name())) continue;
      const auto known = prices_.try_emplace(knob.name(), unknown).first->second;
      if (next == nullptr || known > prices_[next->name()]) next = &knob;
    }
    if (next == nullptr) break;
    const std::string name = next->name();
    if (const auto found = fresh.find(name); found != fresh.end()) {
      from = found->second;
      fresh.clear();
      in_a_row = 0;
      continue;
    }
    const auto thresholds = next->up(from.thresholds);
    if (!thresholds) {
      refused.insert(name);
      continue;
    }
    const Trial trial = measure(*thresholds);
    prices_[name] = price(from, trial);
    if (allowed(trial) && trial.macs_done < from.macs_done) {
      fresh[name] = trial;
    } else {
      refused.insert(name);
      ++in_a_row;
    }
  }
  return from;
}

/// One threshold a step down, the others up for what that has gained; as long as something comes of it.
void Search::exchange() {
  Trial base = best();
  for (bool improved = true; improved;) {
    improved = false;
    std::vector<const Knob*> order;  // those first that save little for the error they make
    for (const Knob& knob : knobs_) order.push_back(&knob);
    std::ranges::stable_sort(order, {}, [&](const Knob* knob) { return prices_[knob->name()]; });
    for (const Knob* knob : order) {
      const auto lower = knob->down(base.thresholds);
      if (!lower) continue;
      const Trial result = climb(measure(*lower), knob, refusals);
      if (!allowed(result) || result.macs_done >= base.macs_done) continue;
      base = result;
      improved = true;
    }
  }
}

/// All prices at once, and then all steps at once: what saves much for its error goes up, what saves little goes down.
void Search::tilt() {
  for (bool improved = true; improved;) {
    const Trial base = best();
    std::vector<double> prices;
    for (const Knob& knob : knobs_) {
      const auto thresholds = knob.up(base.thresholds);
      prices.push_back(thresholds ? price(base, measure(*thresholds)) : 0);
    }
    std::vector<double> sorted = prices;
    std::ranges::sort(sorted);
    for (int tenth = 9; tenth >= 1; --tenth) {
      const double middle = sorted[sorted.size() * static_cast<std::size_t>(tenth) / 10];
      Thresholds tilted = base.thresholds;
      for (std::size_t k = 0; k < knobs_.size(); ++k) {
        if (prices[k] > 2 * middle) tilted = knobs_[k].up(tilted).value_or(tilted);
        if (prices[k] < middle / 2) tilted = knobs_[k].down(tilted).value_or(tilted);
      }
      measure(tilted);
    }
    improved = best().macs_done < base.macs_done;
  }
}

void Search::run(bool by_channel) {
  climb(start(), nullptr, static_cast<int>(knobs_.size()));
  exchange();
  if (!by_channel) return;
  std::vector<Knob> channels;
  for (const Knob& knob : knobs_) {
    if (knob.of_pixels()) channels.push_back(knob);
    for (std::size_t c = 0; !knob.of_pixels() && c < knob.channels(); ++c) channels.push_back(knob.of_channel(c));
  }
  knobs_ = std::move(channels);
  tilt();
}

}  // namespace eddy
