// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/quantise.hpp"

namespace eddy {

Thresholds read_thresholds(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  Thresholds result;
  try {
    const auto json = nlohmann::json::parse(stream);
    if (!json.is_object())
      throw UsageError(fmt::format("{}: expected an object with \"pixel\" and \"layers\"", file.string()));
    for (const auto& [key, value] : json.items()) {
      if (key == "pixel") {
        result.pixel = value.get<int>();
      } else if (key == "layers") {
        result.layers = value.get<std::map<std::string, double>>();
      } else {
        throw UsageError(fmt::format("{}: unknown key \"{}\"; \"pixel\" and \"layers\" are known", file.string(), key));
      }
    }
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), error.what()));
  }
  if (const auto all = result.layers.extract("*")) result.share = all.mapped();
  return result;
}

}  // namespace eddy
