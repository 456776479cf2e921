// SPDX-License-Identifier: Apache-2.0
/// Measures thresholds: work and quality on windows of a clip, by the golden event model.
#pragma once

#include <functional>
#include <vector>

#include "eddy/golden.hpp"
#include "eddy/tune.hpp"
#include "tune/metric.hpp"
#include "tune/windows.hpp"

namespace eddy {

/// What leaves a measurement that is not wanted any more.
struct Stopped {};

class Bench {
 public:
  /// Measures the dense network at once. Keeps references to `prepared` and `windows`. Without a `metric`, or where it
  /// cannot judge these frames, quality is closeness to the dense network. `stop` is asked from several threads: where
  /// it says so, a measurement ends in Stopped.
  Bench(const Prepared& prepared, const std::vector<Window>& windows, Metric* metric, std::function<bool()> stop);

  /// Throws UsageError and FileError as the metric does, and Stopped.
  [[nodiscard]] Trial measure(const Thresholds& thresholds);
  [[nodiscard]] const Trial& dense() const { return dense_; }
  [[nodiscard]] bool judged() const { return metric_ != nullptr; }
  [[nodiscard]] int frames() const;  // that figures are of

 private:
  using Outputs = std::vector<Tensor>;  // of one frame
  struct Measured {
    std::int64_t macs_done = 0, macs_dense = 0;
    std::vector<Outputs> outputs;  // [frame of the second half]
  };
  [[nodiscard]] Measured run(const Network& network, const Window& window) const;
  [[nodiscard]] std::vector<Measured> run(const Thresholds& thresholds) const;
  [[nodiscard]] double error(const std::vector<Measured>& windows) const;
  [[nodiscard]] std::vector<Answered> answers(const std::vector<Measured>& windows) const;
  void measure_dense();

  const Prepared& prepared_;
  const std::vector<Window>& windows_;
  Metric* metric_;
  std::function<bool()> stop_;
  std::vector<Measured> dense_windows_;
  std::vector<double> ranges_;  // [output] of the dense network's values
  Trial dense_;
};

}  // namespace eddy
