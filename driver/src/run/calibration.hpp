// SPDX-License-Identifier: Apache-2.0
/// Frames from all over a clip: single ones show ranges, neighbours show how much changes.
#pragma once

#include <optional>
#include <vector>

#include "eddy/frames.hpp"

namespace eddy {

struct Calibration {
  std::vector<std::vector<Picture>> runs;  // of neighbouring frames
  int step = 0;                            // frames from the first of one run to the first of the next
  std::optional<Picture> last;             // of the clip, where it is in no run
  int frames = 0;                          // that the clip has

  /// Frames to measure ranges on: all where they are few, else frames spread evenly over the clip, its first among
  /// them; its last too `with_last`.
  [[nodiscard]] std::vector<Picture> pictures(bool with_last) const;
};

/// `count` to twice as many runs of `length` frames, evenly spread; fewer where the clip is short. Throws as
/// Clip::next.
Calibration read_calibration_runs(Clip& clip, int count, int length = 3);

}  // namespace eddy
