// SPDX-License-Identifier: Apache-2.0
/// How far a run is, on standard error: a bar that is drawn over itself on a terminal, else a line now and then.
#pragma once

#include <chrono>
#include <string>

#include "cli/time_to_go.hpp"
#include "eddy/run.hpp"

namespace eddy::cli {

class ProgressBar {
 public:
  /// `unit`: what is counted.
  explicit ProgressBar(std::string unit = "frame");
  ~ProgressBar();  // clears the bar
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `news` is said behind the time to go.
  void show(const Progress& progress, const std::string& news = {});

 private:
  using Clock = std::chrono::steady_clock;

  std::string unit_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
  TimeToGo to_go_;
};

}  // namespace eddy::cli
