// SPDX-License-Identifier: Apache-2.0
/// Frames to try thresholds on: windows of neighbours from all over a clip. What is not sent gathers for some dozens of
/// frames, until it is as large as the thresholds let it be: the first half of a window is for that.
#pragma once

#include <vector>

#include "eddy/prepare.hpp"

namespace eddy {

struct Window {
  int first = 0;  // its first frame's number in the clip
  std::vector<Picture> pictures;
  /// The first of the pictures that figures are of.
  [[nodiscard]] std::size_t settled() const { return pictures.size() / 2; }
};

struct Windows {
  std::vector<Window> tuned, held_out;
};

/// Of the frames `prepared.frames`: `count` to twice as many windows of `length` frames to tune on, shorter ones where
/// the clip is, and every third window held out. Throws UsageError where there are fewer than six frames, and
/// FileError.
Windows read_windows(const Prepared& prepared, int count, int length);

}  // namespace eddy
