// SPDX-License-Identifier: Apache-2.0
#include "eddy/output_files.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "task/npy_writer.hpp"

namespace eddy {
namespace {

/// ONNX allows any name; a file's holds letters, digits and a few signs.
std::string file_name(std::string name) {
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return !letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.';
      },
      '_');
  if (name.empty() || name.front() == '.') name = fmt::format("_{}", name);
  return name;
}

}  // namespace

class OutputFiles::File : public NpyWriter {
  using NpyWriter::NpyWriter;
};

OutputFiles::OutputFiles(const std::filesystem::path& folder, const Network& network) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot be made a folder ({})", folder.string(), error.message()));
  std::vector<std::string> names;
  for (const auto& output : network.outputs) {
    std::string name = file_name(output.name);
    // Two names may differ only in what a file's name cannot hold.
    while (std::ranges::find(names, name) != names.end()) name += '_';
    names.push_back(name);
    const std::vector<std::int64_t> dims(output.dims.begin(), output.dims.end());
    files_.push_back(std::make_unique<File>(folder / (name + ".npy"), dims));
  }
}

OutputFiles::~OutputFiles() = default;

void OutputFiles::add_frame(std::span<const OutputValues> outputs) {
  if (outputs.size() != files_.size())
    throw UsageError(fmt::format("{} outputs, expected {}", outputs.size(), files_.size()));
  for (std::size_t i = 0; i < files_.size(); ++i) files_[i]->add(outputs[i].values);
}

std::vector<std::filesystem::path> OutputFiles::finish() {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : files_) {
    file->finish();
    paths.push_back(file->file());
  }
  return paths;
}

}  // namespace eddy
