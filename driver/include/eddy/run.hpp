// SPDX-License-Identifier: Apache-2.0
/// Runs a clip through a network on a device, several frames in flight, and compares everything with the golden model.
/// docs/driver.md.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eddy/device.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/lockstep.hpp"
#include "eddy/prepare.hpp"
#include "eddy/saved_state.hpp"

namespace eddy {

/// How far a run is.
struct Progress {
  int done = 0, total = 0;  // frames; total 0: not known
  std::uint64_t cycles = 0;
  double seconds = 0;
  std::int64_t events_checked = 0;
  int skipped = 0;  // frames before the saved state that the run went on from; not among the others
};

struct RunOptions {
  int in_flight = 3;
  /// After each frame, in order: its number, counted from the run's first, the picture that went in, and the outputs
  /// that the device's records make, in the order of Network::outputs.
  std::function<void(int frame, const Picture& picture, std::span<const Tensor> outputs)> on_frame{};
  /// Often, also within a frame.
  std::function<void(const Progress&)> on_progress{};
  /// Go on from here: the golden model takes the frames before alone.
  const SavedState* from = nullptr;
  /// Saved when the run has ended well and, unless `save_every` is 0, whenever so many frames are done: then no frame
  /// is in flight for a moment, which costs cycles. Empty: never.
  std::filesystem::path save{};
  int save_every = 0;
  /// Asked often: true gives the run up, with RunResult::interrupted.
  std::function<bool()> stop{};
};

/// What the device did in a layer, beside what the golden model counts. Sums over the run.
struct LayerResult {
  std::string name;
  Mode mode = Mode::temporal;
  LayerCounts counts;           // golden model
  std::uint64_t events_in = 0;  // as received, copies count
  std::uint64_t mac_words = 0;  // of Lanes products
  std::uint64_t swept = 0;      // neurons visited
};

struct RunResult {
  std::string backend;
  int skipped = 0;           // frames before the saved state that the run went on from
  int frames = 0;            // that were collected, behind those
  int saved = 0;             // frames done in the state that was saved last; 0: none was
  bool interrupted = false;  // by RunOptions::stop
  std::optional<Mismatch> mismatch;
  std::optional<Error> failure;  // what device or clip threw after the first frame was handed over
  std::int64_t events_checked = 0;
  bool traced = true;                                    // false: the device shows records only
  std::vector<LayerResult> layers;                       // with the frames that were skipped
  std::vector<TileCounters> counters;                    // likewise
  std::vector<std::uint64_t> first_cycles, last_cycles;  // by frame, as the device counts; 0 where it knows no time
  std::vector<std::vector<LayerTime>> times;             // [frame][layer], likewise
  std::uint64_t cycles = 0;                              // from the first frame handed over to the last collected
  double seconds = 0;                                    // the same
  std::vector<std::string> notes;                        // of clip and device

  [[nodiscard]] bool match() const { return !mismatch && !interrupted && !failure; }
  /// Cycles of each frame: from the last result of the one before to its own, or from its first pixel, whichever is
  /// later. Nothing where the device knows no time.
  [[nodiscard]] std::vector<std::uint64_t> frame_cycles() const;
};

/// Loads the image, or the state, runs the clip to its end, and looks at the counters. A difference, or an Error of
/// device or clip, ends the run and stands in the result. Throws what loading throws.
RunResult run(const Prepared& prepared, Device& device, Clip& clip, const RunOptions& options = {});

/// What a run will take, from the compiler's expected load.
struct Expectation {
  int frames = 0;
  double cycles = 0;
  double minutes = 0;
};
/// `speed`: cycles a second that the device simulates; 0: as usual for a chip of this size on this machine.
Expectation expect(const Prepared& prepared, int frames, int threads, double speed = 0);

/// Value at a share of the sorted values (nearest rank); 0 where there are none.
template <typename T>
T percentile(std::vector<T> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace eddy
