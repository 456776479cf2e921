// SPDX-License-Identifier: Apache-2.0
#include "task/task_file.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fmt/ranges.h>

#include "json_text.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

/// Empty where the run's clip is the one that labels and stored answers are for; else what to say.
std::string why_no_labels(const TaskFile& file, const std::string& clip) {
  if (clip.empty()) return {};
  const fs::path shipped = file.input.clip;
  if (shipped.empty()) return "it is not said which clip the labels are for";
  std::error_code none;
  if (fs::equivalent(clip, shipped, none)) return {};
  // The same clip at another place.
  const auto bytes = file.find<std::uintmax_t>("clip_bytes");
  if (bytes && fs::path(clip).filename() == shipped.filename() && fs::file_size(clip, none) == *bytes) return {};
  return fmt::format("there are labels for {} only", shipped.filename().string());
}

}  // namespace

nlohmann::json read_json(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream || fs::is_directory(file)) throw FileError(fmt::format("{}: cannot be read", file.string()));
  try {
    return parsed_json(stream);
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), json_problem(error)));
  }
}

std::optional<nlohmann::json> TaskFile::labels() const {
  const auto name = find<std::string>("labels");
  if (!name || !no_labels.empty()) return std::nullopt;
  return read_json(beside(*name));
}

TaskFile read_task_file(const fs::path& path, const std::string& clip) {
  TaskFile file;
  file.path = path;
  file.content = read_json(path);
  file.kind = file.at<std::string>("kind");
  file.output = file.at<std::string>("output");
  file.quality = file.find<std::string>("quality").value_or("");
  const auto input = file.beside("input.json");
  if (fs::exists(input)) file.input = read_input_spec(input);
  file.no_labels = why_no_labels(file, clip);
  return file;
}

const OutputValues& output_of(const TaskFile& file, std::span<const OutputValues> outputs) {
  const auto found = std::ranges::find(outputs, file.output, &OutputValues::name);
  if (found != outputs.end()) return *found;
  std::vector<std::string> names;
  for (const auto& output : outputs) names.push_back(output.name);
  throw UsageError(fmt::format("{}: \"output\" is {}, but the model has {}", file.path.string(), file.output,
                               fmt::join(names, ", ")));
}

}  // namespace eddy
