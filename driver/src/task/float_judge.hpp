// SPDX-License-Identifier: Apache-2.0
/// ONNX Runtime in a process of its own: takes all frames first, then gives tensors of the model frame by frame.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/referee.hpp"
#include "frames/process.hpp"
#include "task/npy_writer.hpp"
#include "task/scratch_folder.hpp"

namespace eddy {

class FloatJudge {
 public:
  /// Asks the program for its name. Throws FileError that says how to install it.
  FloatJudge(std::filesystem::path model, const Graph& graph, InputSpec spec, RefereeProgram program);

  /// The next frame, as a clip gives it. Throws FileError.
  void add_frame(const Picture& picture);
  /// After the last frame: starts the model, which is to give these tensors, inner ones too.
  void start(std::span<const std::string> tensors);
  /// The next tensor's values; of each frame all tensors in their order. Throws FileError where the model fails, or
  /// gives nothing for half a minute.
  std::vector<float> next(std::size_t values);
  /// After the last tensor of the last frame. Throws FileError where the model failed behind it.
  void finish();

  [[nodiscard]] int frames() const { return frames_; }
  /// "ONNX Runtime 1.31.1".
  [[nodiscard]] const std::string& name() const { return name_; }
  /// A place for temporary files.
  [[nodiscard]] const ScratchFolder& scratch() const { return scratch_; }

 private:
  std::filesystem::path model_;
  InputSpec spec_;
  RefereeProgram program_;
  std::string name_;
  std::vector<GraphInput> inputs_;
  ScratchFolder scratch_{"referee"};
  std::vector<std::unique_ptr<NpyWriter>> files_;  // [input] as the model takes it
  int frames_ = 0;
  std::size_t tensors_ = 0, given_ = 0;
  std::optional<Process> process_;
};

}  // namespace eddy
