// SPDX-License-Identifier: Apache-2.0
/// A program whose output is read through a pipe. No shell is involved, and no wait is without a limit.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace eddy {

class Process {
 public:
  /// Starts the program; its input is empty. It may be silent for so long. Throws FileError where there is no such
  /// program.
  explicit Process(const std::vector<std::string>& command, std::chrono::seconds silence = std::chrono::seconds(120));
  ~Process();  // ends the program if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Up to `size` bytes; fewer at the end of the output only. Throws FileError where nothing comes for too long.
  std::size_t read(char* data, std::size_t size);
  /// Waits for the end and returns the exit status (128 + signal where one ended it).
  int finish();
  /// What the program wrote to its standard error so far.
  [[nodiscard]] std::string errors() const;

 private:
  std::string name_;
  std::chrono::seconds silence_;
  pid_t pid_ = -1;
  int output_ = -1, errors_ = -1;
};

}  // namespace eddy
