// SPDX-License-Identifier: Apache-2.0
/// `task.json`: what all kinds of tasks have in it, and whether its labels belong to the clip of the run.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "eddy/task.hpp"

namespace eddy {

/// Throws FileError where it cannot be read, and UsageError where it is no JSON.
nlohmann::json read_json(const std::filesystem::path& file);

struct TaskFile {
  std::filesystem::path path;
  nlohmann::json content;
  InputSpec input;        // of the file beside it
  std::string kind;       // which class
  std::string output;     // name of the output that is the answer
  std::string quality;    // to be said with every figure of quality; may be empty
  std::string no_labels;  // why labels and stored answers are not used; empty where they are

  /// The value under `key`. Throws UsageError, naming the key, where it is missing or of another type.
  template <typename T>
  [[nodiscard]] T at(const char* key) const {
    return get<T>(content, path, key);
  }
  /// The same where the key may be missing.
  template <typename T>
  [[nodiscard]] std::optional<T> find(const char* key) const {
    if (!content.contains(key)) return std::nullopt;
    return at<T>(key);
  }
  /// The labels' file, where it is named and belongs to the clip of the run.
  [[nodiscard]] std::optional<nlohmann::json> labels() const;
  [[nodiscard]] std::filesystem::path beside(const std::string& name) const { return path.parent_path() / name; }

  template <typename T>
  static T get(const nlohmann::json& json, const std::filesystem::path& path, const char* key) {
    try {
      return json.at(key).get<T>();
    } catch (const nlohmann::json::exception& error) {
      throw UsageError(fmt::format("{}: \"{}\": {}", path.string(), key, error.what()));
    }
  }
};

TaskFile read_task_file(const std::filesystem::path& file, const std::string& clip);

/// The task's output among a frame's. Throws UsageError where it is not there.
const OutputValues& output_of(const TaskFile& file, std::span<const OutputValues> outputs);

}  // namespace eddy
