// SPDX-License-Identifier: Apache-2.0
/// One threshold that may be turned, and the values that it may have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eddy/graph.hpp"
#include "eddy/quantise.hpp"

namespace eddy {

/// The threshold of the pixels, of a layer, or of one of its channels. Its values, whole numbers as the chip has them,
/// rise by a factor of sqrt(2): 0, 2, 3, 4, 6, 8, 11, 16, 23, ... (1 is the same as
/// 0: whatever changes is sent).
class Knob {
 public:
  static Knob pixels();
  /// `top`: the layer's largest integer; `channels`: how many it has.
  static Knob layer(std::string name, int top, std::size_t channels);
  [[nodiscard]] Knob of_channel(std::size_t channel) const;
  [[nodiscard]] std::size_t channels() const { return channels_; }
  [[nodiscard]] bool of_pixels() const { return name_.empty(); }
  /// "pixel", "c1", "c1[3]".
  [[nodiscard]] std::string name() const;

  [[nodiscard]] int value(const Thresholds& thresholds) const;
  /// Turned to a value, or by one step; nothing behind its last.
  [[nodiscard]] Thresholds with(Thresholds thresholds, int value) const;
  [[nodiscard]] std::optional<Thresholds> up(const Thresholds& thresholds) const;
  [[nodiscard]] std::optional<Thresholds> down(const Thresholds& thresholds) const;
  /// The value for a share of the range, among all that are possible.
  [[nodiscard]] int at_share(double share) const;

 private:
  Knob(std::string name, int top, std::size_t channels);

  std::string name_;  // of the layer; empty: pixels
  int top_;           // what a share of 1 is
  std::size_t channels_;
  std::optional<std::size_t> channel_;
  std::vector<int> values_;
};

/// One for the pixels, and for each layer whose threshold is its own to choose: outputs have none, and among layers
/// that send differences those that send values have none either.
std::vector<Knob> knobs_of(const Network& network, const Graph& graph);

}  // namespace eddy
