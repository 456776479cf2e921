// SPDX-License-Identifier: Apache-2.0
/// A file that appears under its name when it is whole, and not before.
#pragma once

#include <filesystem>
#include <string_view>

namespace eddy {

/// Something else writes to part(); publish() gives it its name. Without that call it is removed.
class WholeFile {
 public:
  explicit WholeFile(std::filesystem::path file);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] const std::filesystem::path& part() const { return part_; }
  /// Throws FileError.
  void publish();

 private:
  std::filesystem::path file_, part_;
  bool published_ = false;
};

/// Straight into what is no regular file: a terminal, a pipe. Throws FileError.
void write_whole(const std::filesystem::path& file, std::string_view bytes);

}  // namespace eddy
