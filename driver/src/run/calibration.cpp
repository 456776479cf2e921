// SPDX-License-Identifier: Apache-2.0
#include "run/calibration.hpp"

#include <utility>

namespace eddy {
namespace {

constexpr std::size_t few_frames = 24;  // each costs the float network once

}  // namespace

Calibration read_calibration_runs(Clip& clip, int count, int length) {
  // One pass over a clip of unknown length: when there are too many runs, every second one goes, and the step doubles.
  Calibration result;
  auto& runs = result.runs;
  const auto run_frames = static_cast<std::size_t>(length);
  std::size_t step = run_frames, frame = 0;
  for (auto picture = clip.next(); picture; picture = clip.next(), ++frame) {
    result.last = std::move(*picture);
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
    runs.back().push_back(std::move(*result.last));
    result.last.reset();
  }
  result.frames = static_cast<int>(frame);
  result.step = static_cast<int>(step);
  return result;
}

std::vector<Picture> Calibration::pictures(bool with_last) const {
  std::vector<Picture> all;
  for (const auto& run : runs) all.insert(all.end(), run.begin(), run.end());
  std::vector<Picture> result;
  if (all.size() < static_cast<std::size_t>(frames)) {  // a long clip: its runs are evenly spread already
    for (const auto& run : runs) result.push_back(run.front());
    if (with_last) result.push_back(last ? *last : all.back());
  } else if (all.size() > few_frames) {
    for (std::size_t i = 0; i < few_frames; ++i) result.push_back(all[i * (all.size() - 1) / (few_frames - 1)]);
  } else {
    result = std::move(all);
  }
  return result;
}

}  // namespace eddy
