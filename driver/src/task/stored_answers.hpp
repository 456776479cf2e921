// SPDX-License-Identifier: Apache-2.0
/// The float network's answers to some frames of the shipped clip, as they lie beside the network.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "eddy/closeness.hpp"
#include "eddy/frames.hpp"
#include "task/task_file.hpp"

namespace eddy {

class StoredAnswers {
 public:
  /// Reads the file that the task names, if it names one that belongs to the run's clip.
  /// Throws FileError and UsageError.
  explicit StoredAnswers(const TaskFile& file);

  /// The float network's answer to a frame of the clip, if there is one.
  [[nodiscard]] std::optional<std::vector<float>> answer(int frame) const;
  /// Compares; returns whether there was something to compare with.
  bool compare(int frame, std::span<const float> ours);

  /// Adds `float_reference` to the figures, and a line.
  void tell(TaskResult& result) const;

 private:
  Array array_;
  int first_ = 0;  // frame of array_'s first element
  std::size_t size_ = 0;
  std::vector<int> compared_;
  ClosenessMeter meter_;
};

}  // namespace eddy
