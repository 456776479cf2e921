// SPDX-License-Identifier: Apache-2.0
#include "run/calibration.hpp"

#include <utility>

namespace eddy {
namespace {

constexpr std::size_t run_frames = 3;

}  // namespace

std::vector<std::vector<Picture>> calibration_runs(Clip& clip, int count) {
  // One pass over a clip of unknown length: when there are too many runs, every second one goes, and the step doubles.
  std::vector<std::vector<Picture>> runs;
  std::size_t step = run_frames, frame = 0;
  for (auto picture = clip.next(); picture; picture = clip.next(), ++frame) {
    const std::size_t in_step = frame % step;
    if (in_step >= run_frames) continue;
    if (in_step == 0) {
      if (runs.size() == 2 * static_cast<std::size_t>(count)) {
        for (std::size_t i = 1; 2 * i < runs.size(); ++i) runs[i] = std::move(runs[2 * i]);
        runs.resize(static_cast<std::size_t>(count));
        step *= 2;
      }
      if (frame % step != 0) continue;
      runs.emplace_back();
    }
    runs.back().push_back(std::move(*picture));
  }
  return runs;
}

}  // namespace eddy
