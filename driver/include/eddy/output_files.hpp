// SPDX-License-Identifier: Apache-2.0
/// A run's outputs as NumPy arrays, one file an output, written while the run goes on.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "eddy/task.hpp"

namespace eddy {

/// FOLDER/NAME.npy for each output, float32 [frames][dimensions of the output]. Characters that a file name may not
/// hold become '_'.
///
/// A file gets its name in finish(), when it is whole; without that call nothing is left behind.
class OutputFiles {
 public:
  /// Makes the folder where there is none. Throws FileError.
  OutputFiles(const std::filesystem::path& folder, const Network& network);
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// All outputs of the next frame, in the order of Network::outputs. Throws FileError, as on a full disk.
  void add_frame(std::span<const OutputValues> outputs);

  /// Completes the files and returns their paths, in the order of Network::outputs. Throws FileError.
  std::vector<std::filesystem::path> finish();

 private:
  class File;
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace eddy
