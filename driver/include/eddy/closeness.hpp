// SPDX-License-Identifier: Apache-2.0
/// How near a network's outputs on the chip come to those of the float network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace eddy {

/// Two sets of values, ours and the float network's.
struct Closeness {
  std::int64_t values = 0;
  double largest = 0;      // largest absolute difference
  double mean = 0;         // mean absolute difference
  double rms_share = 0;    // root mean square difference, as a share of the float values' standard deviation
  double correlation = 0;  // Pearson's; NaN, as rms_share, where the values do not vary
};

/// "correlation 0.9985, difference 0.112 in the mean, 1.9 at most, 5.1 % of the values' spread".
std::string to_text(const Closeness& closeness);
/// The members by name; null where a figure is not defined.
nlohmann::ordered_json to_json(const Closeness& closeness);

/// Gathers the closeness of an output, frame by frame, in constant memory but for one Closeness a frame.
class ClosenessMeter {
 public:
  /// Throws UsageError where the two differ in length.
  void add(std::span<const float> ours, std::span<const float> theirs);

  [[nodiscard]] const std::vector<Closeness>& frames() const { return frames_; }
  [[nodiscard]] Closeness all() const { return closeness(all_); }

 private:
  struct Sums {
    std::int64_t values = 0;
    double largest = 0, differences = 0, squares = 0;
    double ours = 0, theirs = 0, ours2 = 0, theirs2 = 0, both = 0;  // of values less `origin`
    double origin = 0;                                              // the first value, against cancellation
    void add(double mine, double reference);
  };
  static Closeness closeness(const Sums& sums);

  Sums all_;
  std::vector<Closeness> frames_;
};

}  // namespace eddy
