// SPDX-License-Identifier: Apache-2.0
/// A place for files that only pass by.
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {

/// A folder that ends with its owner.
class ScratchFolder {
 public:
  /// Among the temporary files, with `purpose` in its name. Throws FileError.
  explicit ScratchFolder(const std::string& purpose) {
    std::string name = (std::filesystem::temp_directory_path() / fmt::format("eddy-{}-XXXXXX", purpose)).string();
    if (::mkdtemp(name.data()) == nullptr) throw FileError(fmt::format("{}: {}", name, std::strerror(errno)));
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace eddy
