// SPDX-License-Identifier: Apache-2.0
/// Thresholds that save most work within a loss of quality, found by trial on frames of a clip. docs/thresholds.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/prepare.hpp"
#include "eddy/run.hpp"

namespace eddy {

/// Thresholds, and what became of them on the second half of each window: on the first, what is not sent gathers.
struct Trial {
  Thresholds thresholds;
  std::int64_t macs_done = 0, macs_dense = 0;
  double error = 0;    // root mean square distance of the outputs from the dense network's, as a share of their range;
                       // the worst output
  double quality = 0;  // by the metric; without one, 1 - error
  double loss = 0;     // of quality, as a share of the dense network's

  /// Share of the dense network's products.
  [[nodiscard]] double done() const { return static_cast<double>(macs_done) / static_cast<double>(macs_dense); }
};

struct TuneProgress {
  Progress progress;          // in trials; `total` is an estimate
  double done = 0, loss = 0;  // of the best so far
};

struct TuneOptions {
  double loss = 0.01;       // the most that may be lost
  bool by_channel = false;  // a threshold for each channel, not only for each layer
  /// What quality is. "": the score of the model's task where it has labels for these frames, else "error"; "task";
  /// "error": closeness to the dense network; else a command, as docs/thresholds.md describes it.
  std::string metric;
  int windows = 2;          // of neighbouring frames to tune on: at least, where the clip is long enough
  int window_frames = 120;  // in each
  double seconds = 300;     // when they are over, or ...
  int trials = 2000;        // ... these, the best so far is taken
  std::function<void(const TuneProgress&)> on_progress;
  /// Asked often, from several threads: true takes the best so far.
  std::function<bool()> stop;
};

/// The same thresholds on frames that were not tuned on.
struct HeldOut {
  Trial dense, given, tuned;
  int frames = 0;
};

struct TuneResult {
  std::string metric;           // its name: "F1", "error", the command
  std::vector<Trial> trials;    // as they were tried; the first two are the dense network and the thresholds as given
  std::size_t best = 0;         // within the loss that was allowed, the one with the fewest products
  int windows = 0, frames = 0;  // that were tuned on
  std::optional<HeldOut> held_out;
  bool interrupted = false;  // by TuneOptions::stop
  bool finished = false;     // the search came to its end, before time or trials did
  double seconds = 0;
  std::vector<std::string> notes;

  [[nodiscard]] const Trial& dense() const { return trials[0]; }
  [[nodiscard]] const Trial& given() const { return trials[1]; }
  [[nodiscard]] const Trial& tuned() const { return trials[best]; }
};

/// Tries thresholds for a network that is prepared, starting from nothing; those of `prepared` are tried too. Every
/// third window of its frames is held out.
/// Throws UsageError where an option is out of range, there are too few frames, or the metric gives no number;
/// FileError as the clip does. Stopped before anything was tried, it returns no trial.
TuneResult tune(const Prepared& prepared, const TuneOptions& options = {});

/// The trials that no other one beats in both work and loss, by work: indices.
std::vector<std::size_t> front(const std::vector<Trial>& trials);

/// The curve of work against loss, one row a trial: a head line, then "trial,done,loss,error,quality,front,chosen,
/// pixel" and a share for each layer, or "0.1;0.2" where its channels differ.
std::string to_csv(const TuneResult& result);
/// The same and all else that was found (schema eddy.tune/1).
nlohmann::ordered_json tune_report(const Prepared& prepared, const TuneResult& result, const TuneOptions& options);
/// The tuned thresholds as read_thresholds takes them, with the network that they were made for, and what they were
/// made from. Throws as network_digest.
nlohmann::ordered_json tuned_file(const Prepared& prepared, const TuneResult& result, const TuneOptions& options);

}  // namespace eddy
