// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/quantise.hpp"
#include "json_value.hpp"

namespace eddy {

Thresholds read_thresholds(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  Thresholds result;
  try {
    const auto json = nlohmann::json::parse(stream);
    if (!json.is_object()) throw UsageError("expected an object with \"pixel\" and \"layers\"");
    for (const auto& [key, value] : json.items()) {
      if (key == "pixel") {
        result.pixel = json_count(value, key);
      } else if (key == "layers") {
        if (!value.is_object()) json_refuse(value, key, "an object with a share for each layer");
        for (const auto& [layer, share] : value.items()) result.layers[layer] = json_number(share, layer);
      } else {
        throw UsageError(fmt::format("unknown key \"{}\"; \"pixel\" and \"layers\" are known", key));
      }
    }
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), json_problem(error)));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), error.what()));
  }
  if (const auto all = result.layers.extract("*")) result.share = all.mapped();
  return result;
}

}  // namespace eddy
