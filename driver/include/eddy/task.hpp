// SPDX-License-Identifier: Apache-2.0
/// What a network's outputs mean: from numbers to answers, a score, and pictures. docs/tasks.md.
///
/// A task is a file `task.json` beside the model, and one class for each kind: `people-heatmap`, `classify`, `segment`,
/// `reconstruct`.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/frames.hpp"
#include "eddy/golden.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// One output of one frame in real values.
struct OutputValues {
  std::string name;           // as the model names it
  std::vector<int> dims;      // as the model gives it, without the batch
  std::vector<float> values;  // row-major
};

/// What the host knows after a frame (FrameTrace::outputs), in real values, in the order of Network::outputs.
std::vector<OutputValues> real_outputs(const Network& network, std::span<const Tensor> outputs);

/// Quality in one number, for those who compare runs: higher is better.
struct TaskScore {
  std::string name;  // "F1"
  double value = 0;
};

/// How well a run did.
struct TaskResult {
  std::optional<TaskScore> score;  // where there are labels
  nlohmann::ordered_json quality;  // what stands under `task` in the report
  std::vector<std::string> lines;  // the same for people
};

class Task {
 public:
  virtual ~Task() = default;

  /// Takes a frame's answer. `index` is the frame's number in the clip (labels and stored answers go by it), `picture`
  /// what the network saw. Frames come in the order of the run. Throws UsageError where the task's output is not there
  /// or has another size.
  virtual void add_frame(int index, const Picture& picture, std::span<const OutputValues> outputs) = 0;

  /// The last frame's answer in a few words: "5 people (5 labelled)".
  [[nodiscard]] virtual std::string last_answer() const = 0;

  /// Quality over the frames so far: score where there are labels for them, closeness to the float network where its
  /// answers are stored for them; where not, it says so.
  [[nodiscard]] virtual TaskResult finish() const = 0;

  /// Answers of all frames, as JSON: {"kind", "frames": [{"frame", ...}]}. Written whole or not at all.
  /// Throws FileError.
  virtual void write_answers(const std::filesystem::path& file) const = 0;

  /// Up to a dozen of the frames, spread over the run, with the answers drawn in and a caption each, as PNG.
  /// Throws FileError.
  virtual void write_contact_sheet(const std::filesystem::path& file) const = 0;
};

/// The task of `task.json` beside the model; null where there is no such file.
///
/// `clip` is the clip of the run, as open_clip takes it; empty: the one that the model is shipped with. Labels and
/// stored answers belong to that clip, and are used for no other. Throws FileError where a file that the task names
/// cannot be read, and UsageError where it makes no sense.
std::unique_ptr<Task> open_task(const std::filesystem::path& model, const std::string& clip = {});

}  // namespace eddy
