// SPDX-License-Identifier: Apache-2.0
/// Values of JSON files that users write. Throw UsageError, naming the key, where a value is of another kind: the
/// library itself would round a number, and take true for 1.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "json_text.hpp"

namespace eddy {

[[noreturn]] inline void json_refuse(const nlohmann::json& value, const std::string& key, const std::string& expected) {
  throw UsageError(fmt::format("\"{}\" is {}, expected {}", key, json_text(value), expected));
}

inline double json_number(const nlohmann::json& value, const std::string& key) {
  if (!value.is_number()) json_refuse(value, key, "a number");
  return value.get<double>();
}

inline std::string json_string(const nlohmann::json& value, const std::string& key) {
  if (!value.is_string()) json_refuse(value, key, "a text");
  return value.get<std::string>();
}

inline bool json_is_count(const nlohmann::json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= std::numeric_limits<int>::max();
}

/// A whole number that is not negative.
inline int json_count(const nlohmann::json& value, const std::string& key) {
  if (!json_is_count(value)) json_refuse(value, key, "a whole number, 0 or more");
  return value.get<int>();
}

/// [first, last) with at least one element.
inline std::pair<int, int> json_range(const nlohmann::json& value, const std::string& key) {
  const bool range = value.is_array() && value.size() == 2 && json_is_count(value[0]) && json_is_count(value[1]) &&
                     value[0].get<int>() < value[1].get<int>();
  if (!range) json_refuse(value, key, "[first, end] with 0 <= first < end");
  return {value[0].get<int>(), value[1].get<int>()};
}

}  // namespace eddy
