// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

namespace eddy {

std::string json_text(const nlohmann::json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::json parsed_json(std::istream& text) { return nlohmann::json::parse(text); }

nlohmann::ordered_json parsed_ordered_json(const std::string& text) { return nlohmann::ordered_json::parse(text); }

std::string json_problem(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const auto number = text.find("] ");
  return number == std::string::npos ? text : text.substr(number + 2);
}

}  // namespace eddy
