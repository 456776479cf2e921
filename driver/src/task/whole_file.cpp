// SPDX-License-Identifier: Apache-2.0
#include "task/whole_file.hpp"

#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {

WholeFile::WholeFile(std::filesystem::path file) : file_(std::move(file)), part_(file_) { part_ += ".part"; }

WholeFile::~WholeFile() {
  std::error_code ignored;
  if (!published_) std::filesystem::remove(part_, ignored);
}

void WholeFile::publish() {
  std::error_code error;
  std::filesystem::rename(part_, file_, error);
  if (error) throw FileError(fmt::format("{}: cannot be written ({})", file_.string(), error.message()));
  published_ = true;
}

namespace {

void write(const std::filesystem::path& path, std::string_view bytes, const std::filesystem::path& file) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw FileError(fmt::format("{}: cannot be written", file.string()));
}

}  // namespace

void write_whole(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored)) {
    write(file, bytes, file);
    return;
  }
  WholeFile whole(file);
  write(whole.part(), bytes, file);
  whole.publish();
}

}  // namespace eddy
