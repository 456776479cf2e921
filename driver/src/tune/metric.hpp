// SPDX-License-Identifier: Apache-2.0
/// What the quality of outputs is, in one number.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eddy/prepare.hpp"
#include "eddy/task.hpp"

namespace eddy {

/// The outputs of one frame of the clip.
struct Answered {
  int frame = 0;  // number in the clip
  const Picture* picture = nullptr;
  std::vector<OutputValues> outputs;
};

class Metric {
 public:
  virtual ~Metric() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Higher is better; nothing where these frames cannot be judged. Frames ascend. Throws UsageError and FileError.
  virtual std::optional<double> quality(const std::vector<Answered>& answers) = 0;
};

/// The score of the model's task; null where it has none.
std::unique_ptr<Metric> task_metric(const Prepared& prepared);

/// A command of the shell that is given a folder, and prints a number. docs/thresholds.md.
std::unique_ptr<Metric> command_metric(const std::string& command, const Network& network);

}  // namespace eddy
