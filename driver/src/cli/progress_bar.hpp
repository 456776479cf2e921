// SPDX-License-Identifier: Apache-2.0
/// How far a run is, on standard error: a bar that is drawn over itself on a terminal, else a line now and then.
#pragma once

#include <chrono>
#include <string>

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
  [[nodiscard]] std::string to_go(const Progress& progress);

  std::string unit_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
  // The first frame takes longer than others: the estimate starts behind it.
  int known_done_ = 0;
  double known_seconds_ = 0;
};

}  // namespace eddy::cli
