// SPDX-License-Identifier: Apache-2.0
/// The float network, run live by ONNX Runtime on the frames of a run, beside the chip's answers.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eddy/closeness.hpp"
#include "eddy/graph.hpp"
#include "eddy/task.hpp"

namespace eddy {

/// Where ONNX Runtime is: an interpreter that has it, and scripts/referee.py.
struct RefereeProgram {
  std::filesystem::path python, script;
};
/// That of this build or, where its folder is gone, of the installation. EDDY_PYTHON in the environment names another
/// interpreter.
RefereeProgram referee_program();

struct OutputCloseness {
  std::string name;
  Closeness all;
  std::vector<Closeness> frames;
};

/// Frames and answers wait in a folder of temporary files; the float network runs in finish(), in a process of its own.
class Referee {
 public:
  /// Looks whether ONNX Runtime is there, so that a long run does not find out at its end.
  /// Throws FileError that says how to install it.
  Referee(const std::filesystem::path& model, const Graph& graph, const Network& network, const InputSpec& spec,
          const RefereeProgram& program = referee_program());
  ~Referee();
  Referee(const Referee&) = delete;
  Referee& operator=(const Referee&) = delete;

  /// The next frame and the chip's answer to it. Throws FileError.
  void add_frame(const Picture& picture, std::span<const OutputValues> outputs);

  /// Closeness of each output over all frames. Throws FileError where the float network fails, or gives nothing for
  /// half a minute.
  std::vector<OutputCloseness> finish();

  /// What judged: "ONNX Runtime 1.31.1".
  [[nodiscard]] const std::string& name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eddy
