// SPDX-License-Identifier: Apache-2.0
/// An array of NumPy's format that grows by a frame at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "task/whole_file.hpp"

namespace eddy {

/// float32 [frames][dims...]. The header has room for any number of frames, and is written again at the end.
class NpyWriter {
 public:
  /// Throws FileError.
  NpyWriter(const std::filesystem::path& file, std::vector<std::int64_t> dims);

  /// Throws FileError, and UsageError where the frame has another size than the array's.
  void add(std::span<const float> frame);
  /// Completes the file under its name. Throws FileError.
  void finish();
  [[nodiscard]] const std::filesystem::path& file() const { return whole_.file(); }

 private:
  void write_header();
  void check() const;

  WholeFile whole_;
  std::vector<std::int64_t> dims_;
  std::size_t frame_size_ = 1;
  std::int64_t frames_ = 0;
  std::ofstream stream_;
};

}  // namespace eddy
