// SPDX-License-Identifier: Apache-2.0
/// Runs of neighbouring frames from all over a clip: single ones show ranges, neighbours show how much changes.
#pragma once

#include <vector>

#include "eddy/frames.hpp"

namespace eddy {

/// `count` to twice as many runs of three frames, evenly spread; fewer where the clip is short. Throws as Clip::next.
std::vector<std::vector<Picture>> calibration_runs(Clip& clip, int count);

}  // namespace eddy
