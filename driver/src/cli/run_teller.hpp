// SPDX-License-Identifier: Apache-2.0
/// How `eddy run` tells what it does: as text for a person, the verdict alone, or JSON for a program.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eddy/prepare.hpp"
#include "eddy/run.hpp"

namespace eddy::cli {

enum class Telling { text, quiet, json_lines };

class RunTeller {
 public:
  virtual ~RunTeller() = default;

  virtual void start(const Prepared& prepared, const std::optional<Expectation>& expected,
                     const std::string& backend) = 0;
  virtual void progress(const Progress& progress) = 0;
  /// Tables and answers, as lines of text.
  virtual void results(const std::string& lines) = 0;
  virtual void verdict(const std::string& text, const RunResult& result, int exit_status) = 0;
  /// The files that were written.
  virtual void files(const std::vector<std::filesystem::path>& written) = 0;
};

std::unique_ptr<RunTeller> make_run_teller(Telling telling);

}  // namespace eddy::cli
