// SPDX-License-Identifier: Apache-2.0
/// What thresholds cost, frame by frame: how far the outputs are from those of the dense network on the same integers,
/// and how far they can be at most by what has not been sent. docs/thresholds.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eddy/network.hpp"

namespace eddy {

/// Of one frame, over all values of an output's layer (before what the host makes of them), real values.
struct OutputError {
  double largest = 0;  // difference from the dense network
  double rms = 0;      // root mean square of the same
  double bound = 0;    // `largest` is no more: proved without the dense network
};

/// Of one output, over the frames so far.
struct OutputErrors {
  std::string name;
  double least = 0, most = 0;  // of the dense network's values
  std::vector<OutputError> frames;
};

/// Runs the event model, the dense one (as events without thresholds, which is the same to the bit), and the bound.
class ErrorMeter {
 public:
  /// Keeps a reference to the network.
  explicit ErrorMeter(const Network& network);
  ~ErrorMeter();
  ErrorMeter(const ErrorMeter&) = delete;
  ErrorMeter& operator=(const ErrorMeter&) = delete;

  /// The next frame of the run. Throws UsageError where its shape is not the network's.
  void add_frame(const Frame& frame);
  /// In the order of Network::outputs.
  [[nodiscard]] const std::vector<OutputErrors>& outputs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eddy
