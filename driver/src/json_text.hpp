// SPDX-License-Identifier: Apache-2.0
/// JSON as text, whatever it holds.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace eddy {

/// Names of files and tensors need not be UTF-8: what is not is replaced. `indent` -1: one line.
std::string json_text(const auto& json, int indent = -1) {
  using Json = std::remove_cvref_t<decltype(json)>;
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// What is wrong with a JSON text, without the library's own numbers.
inline std::string json_problem(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const auto number = text.find("] ");
  return number == std::string::npos ? text : text.substr(number + 2);
}

}  // namespace eddy
