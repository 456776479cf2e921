// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include "eddy/error.hpp"
#include "eddy/import.hpp"
#include "import/importer.hpp"

namespace eddy {
namespace {

std::string read_bytes(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw FileError(fmt::format("{}: no such file", file.string()));
  if (std::filesystem::is_directory(file))
    throw FileError(fmt::format("{} is a folder, not an ONNX file", file.string()));
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  if (!stream || !(bytes << stream.rdbuf()))
    throw FileError(fmt::format("{} cannot be read, or is empty", file.string()));
  return bytes.str();
}

bool looks_like_text(const std::string& bytes) {
  const auto head = std::string_view(bytes).substr(0, 512);
  return std::ranges::all_of(head, [](unsigned char c) { return std::isprint(c) != 0 || std::isspace(c) != 0; });
}

/// Why bytes that could not be read as a model are none.
std::string diagnosis(const std::string& bytes) {
  constexpr char first_field = 8;  // ir_version: every exporter writes it first
  if (looks_like_text(bytes)) return "is no ONNX model: it holds text";
  if (bytes.front() == first_field)
    return fmt::format("is cut off or damaged: its {} bytes are not a whole ONNX model", bytes.size());
  return "is no ONNX model";
}

}  // namespace

Graph parse_onnx(const std::string& bytes, const std::string& name, const std::vector<std::string>& taps) {
  const google::protobuf::LogSilencer quiet;
  onnx::ModelProto model;
  if (bytes.empty()) throw ModelError(fmt::format("{} is empty", name));
  const bool whole = model.ParseFromString(bytes) && model.has_graph() && model.opset_import_size() > 0;
  if (!whole || looks_like_text(bytes)) throw ModelError(fmt::format("{} {}", name, diagnosis(bytes)));
  if (model.graph().node_size() == 0)
    throw ModelError(fmt::format("{} is an ONNX model without a node: there is nothing to run", name));
  return Importer(model, name).run(taps);
}

Graph read_onnx(const std::filesystem::path& file, const std::vector<std::string>& taps) {
  return parse_onnx(read_bytes(file), file.filename().string(), taps);
}

Graph import_onnx(const std::filesystem::path& file, const std::vector<std::string>& taps) {
  return fuse(read_onnx(file, taps));
}

}  // namespace eddy
