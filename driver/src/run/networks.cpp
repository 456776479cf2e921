// SPDX-License-Identifier: Apache-2.0
#include "eddy/networks.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "shipped_files.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

/// ONNX files of a folder, by name.
std::vector<fs::path> models_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".onnx") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

fs::path network_folder() {
  if (const char* folder = std::getenv("EDDY_NETWORKS"); folder != nullptr && *folder != '\0') return folder;
  return shipped_files(Shipped::networks);
}

std::vector<std::string> shipped_networks() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(network_folder(), error)) {
    const std::string name = entry.path().filename().string();
    if (fs::exists(entry.path() / (name + ".onnx"))) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

fs::path find_model(const std::string& name_or_path) {
  const fs::path path = name_or_path;
  if (fs::is_regular_file(path)) return path;
  if (fs::is_directory(path)) {
    const auto files = models_in(path);
    if (files.size() == 1) return files.front();
    throw FileError(fmt::format("{} is a folder with {} ONNX files: name the file", name_or_path, files.size()));
  }
  const auto names = shipped_networks();
  if (std::ranges::find(names, name_or_path) != names.end())
    return network_folder() / name_or_path / (name_or_path + ".onnx");
  throw FileError(fmt::format("there is no model \"{}\": give the path of an ONNX file, or a shipped network ({})",
                              name_or_path, fmt::join(names, ", ")));
}

}  // namespace eddy
