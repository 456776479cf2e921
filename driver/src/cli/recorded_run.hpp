// SPDX-License-Identifier: Apache-2.0
/// A run as its report tells it, to be run again: `eddy run --replay out/run/report.json`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/prepare.hpp"

namespace eddy::cli {

struct Comparison {
  bool same = false;
  std::string text;  // a line
};

class RecordedRun {
 public:
  /// Throws FileError where the file is no report of a run (schema eddy.run/1).
  explicit RecordedRun(const std::filesystem::path& report);

  /// What the program was called with, its name left out.
  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }
  /// Throws FileError where other things were prepared than then: the model, the clip or the program changed.
  void check_same(const Prepared& prepared) const;
  /// Did the run of this report go as the recorded one? Yes where that one did not come to its end.
  [[nodiscard]] Comparison compared_with(const nlohmann::ordered_json& report) const;

 private:
  std::filesystem::path file_;
  nlohmann::ordered_json report_;
  std::vector<std::string> arguments_;
  bool ended_ = false;  // by itself
};

}  // namespace eddy::cli
