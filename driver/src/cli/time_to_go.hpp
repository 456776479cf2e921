// SPDX-License-Identifier: Apache-2.0
/// How long a run will still take. Its first frame takes longer than others: the estimate starts behind it.
#pragma once

#include <optional>

#include "eddy/run.hpp"

namespace eddy::cli {

class TimeToGo {
 public:
  /// Seconds, where they can be told.
  std::optional<double> at(const Progress& progress) {
    if (known_done_ == 0 && progress.done > 0) {
      known_done_ = progress.done;
      known_seconds_ = progress.seconds;
    }
    if (progress.total == 0 || progress.done <= known_done_) return std::nullopt;
    const double each = (progress.seconds - known_seconds_) / (progress.done - known_done_);
    return each * (progress.total - progress.done);
  }

 private:
  int known_done_ = 0;
  double known_seconds_ = 0;
};

}  // namespace eddy::cli
