// SPDX-License-Identifier: Apache-2.0
/// The search for thresholds: which of them to raise, and how far. It knows nothing of networks; docs/thresholds.md
/// says in words what it does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eddy/tune.hpp"
#include "tune/knob.hpp"

namespace eddy {

class Search {
 public:
  /// What a setting costs and saves. An exception from it ends the search, and passes through.
  using Measure = std::function<Trial(const Thresholds&)>;

  /// `trials`: what is known already, at least the dense network; each further trial is added.
  Search(Measure measure, double budget, std::vector<Knob> knobs, std::vector<Trial>& trials);

  /// Layers first, then channels where that is asked.
  void run(bool by_channel);

  /// Of the trials within the budget, the one with the fewest products.
  [[nodiscard]] static std::size_t best(const std::vector<Trial>& trials, double budget);

 private:
  Trial measure(const Thresholds& thresholds);
  [[nodiscard]] bool allowed(const Trial& trial) const { return trial.loss <= budget_; }
  [[nodiscard]] Trial best() const { return trials_[best(trials_, budget_)]; }
  [[nodiscard]] Thresholds uniform(double share) const;

  [[nodiscard]] Trial start();
  Trial climb(Trial from, const Knob* but, int patience);
  void exchange();
  void tilt();

  Measure measure_;
  double budget_;
  std::vector<Knob> knobs_;
  std::vector<Trial>& trials_;
  std::map<std::string, double> prices_;  // by knob: products saved for the error of one more step, when last tried
};

}  // namespace eddy
