// SPDX-License-Identifier: Apache-2.0
/// Whoever wants the answers of a run: the task, files of the outputs, the referee, and the error against the dense
/// network.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/output_errors.hpp"
#include "eddy/output_files.hpp"
#include "eddy/prepare.hpp"
#include "eddy/referee.hpp"
#include "eddy/task.hpp"

namespace eddy::cli {

struct WantedAnswers {
  std::string output;  // a folder: each output as .npy; empty: none
  bool referee = false, error = false;
};

class Answers {
 public:
  Answers(const Prepared& prepared, const WantedAnswers& wanted);

  void add(int frame, const Picture& picture, std::span<const Tensor> tensors);
  /// Puts what came of it into the report, writes its files and adds their names. Returns it as text.
  std::string finish(const std::filesystem::path& out, nlohmann::ordered_json& report,
                     std::vector<std::filesystem::path>& written);

 private:
  const Prepared& prepared_;
  std::unique_ptr<Task> task_;
  std::unique_ptr<OutputFiles> files_;
  std::unique_ptr<Referee> referee_;
  std::unique_ptr<ErrorMeter> errors_;
  bool any_ = false;
};

}  // namespace eddy::cli
