// SPDX-License-Identifier: Apache-2.0
/// JSON from text and to text. The library's templates for both are compiled here once, not by each reader and writer.
#pragma once

#include <istream>
#include <string>

#include <nlohmann/json.hpp>

namespace eddy {

/// Names of files and tensors need not be UTF-8: what is not is replaced. `indent` -1: one line.
std::string json_text(const nlohmann::json& json, int indent = -1);
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);

/// Throw nlohmann::json::exception where the text is none.
nlohmann::json parsed_json(std::istream& text);
nlohmann::ordered_json parsed_ordered_json(const std::string& text);

/// What is wrong with a JSON text, without the library's own numbers.
std::string json_problem(const nlohmann::json::exception& error);

}  // namespace eddy
