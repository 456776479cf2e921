// SPDX-License-Identifier: Apache-2.0
#include "tune/windows.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "index.hpp"
#include "run/calibration.hpp"

namespace eddy {
namespace {

constexpr int fewest_windows = 3;  // two to tune on, one held out
constexpr int fewest_frames = 2;   // of a window: one to settle, one to judge

/// A clip of few windows is one run of frames from its start on: cut anew.
std::vector<Window> cut(std::vector<Window> windows, const std::string& clip) {
  Window all{windows.empty() ? 0 : windows.front().first, {}};
  for (Window& window : windows) std::ranges::move(window.pictures, std::back_inserter(all.pictures));
  const std::size_t length = all.pictures.size() / fewest_windows;
  if (length < fewest_frames) {
    throw UsageError(fmt::format("{}: {} frames are too few to tune on: {} are the least, a hundred are better", clip,
                                 all.pictures.size(), fewest_windows * fewest_frames));
  }
  std::vector<Window> result;
  for (std::size_t w = 0; w < fewest_windows; ++w) {
    const auto from = std::make_move_iterator(all.pictures.begin() + static_cast<std::ptrdiff_t>(w * length));
    result.push_back({all.first + static_cast<int>(w * length), {from, from + static_cast<std::ptrdiff_t>(length)}});
  }
  return result;
}

std::vector<Window> read_range(const Prepared& p, FrameRange range, int count, int length) {
  const auto clip = open_clip(p.clip, p.input, p.graph.layers.front().out, range);
  Calibration calibration = read_calibration_runs(*clip, count, length);
  std::vector<Window> windows;
  for (std::size_t r = 0; r < calibration.runs.size(); ++r)
    windows.push_back({range.first + static_cast<int>(r) * calibration.step, std::move(calibration.runs[r])});
  if (static_cast<int>(windows.size()) < fewest_windows) return cut(std::move(windows), p.clip);
  if (windows.back().pictures.size() < fewest_frames) windows.pop_back();
  return windows;
}

}  // namespace

Windows read_windows(const Prepared& p, int count, int length) {
  if (p.clip == "-")
    throw UsageError("tuning looks at a clip from its start several times: standard input has to be a file first");
  Windows result;
  std::vector<Window> all = read_range(p, p.frames, count + count / 2, length);
  for (std::size_t w = 0; w < all.size(); ++w) {
    const bool held = w % fewest_windows == fewest_windows - 1;
    (held ? result.held_out : result.tuned).push_back(std::move(all[w]));
  }
  return result;
}

}  // namespace eddy
