// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/quantise.hpp"
#include "json_text.hpp"
#include "json_value.hpp"

namespace eddy {
namespace {

/// One share, or one for each channel.
std::vector<double> shares_of(const nlohmann::json& value, const std::string& layer) {
  if (!value.is_array()) return {json_number(value, layer)};
  if (value.empty()) json_refuse(value, layer, "a share, or one for each channel");
  std::vector<double> shares;
  for (const auto& share : value) shares.push_back(json_number(share, layer));
  return shares;
}

void read_layers(const nlohmann::json& layers, Thresholds& result) {
  if (!layers.is_object()) json_refuse(layers, "layers", "an object with a share for each layer");
  for (const auto& [layer, shares] : layers.items()) {
    if (layer == "*")
      result.share = json_number(shares, layer);
    else
      result.layers[layer] = shares_of(shares, layer);
  }
}

}  // namespace

Thresholds read_thresholds(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  Thresholds result;
  try {
    const auto json = parsed_json(stream);
    if (!json.is_object()) throw UsageError("expected an object with \"pixel\" and \"layers\"");
    for (const auto& [key, value] : json.items()) {
      if (key == "pixel")
        result.pixel = json_count(value, key);
      else if (key == "layers")
        read_layers(value, result);
      else if (key == "network")
        result.network = json_string(value, key);
      else if (key != "made")
        throw UsageError(
            fmt::format("unknown key \"{}\"; \"pixel\", \"layers\", \"network\" and \"made\" are known", key));
    }
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), json_problem(error)));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), error.what()));
  }
  return result;
}

nlohmann::ordered_json to_json(const Thresholds& thresholds) {
  nlohmann::ordered_json json;
  if (!thresholds.network.empty()) json["network"] = thresholds.network;
  json["pixel"] = thresholds.pixel;
  json["layers"]["*"] = thresholds.share;
  for (const auto& [layer, shares] : thresholds.layers) {
    if (shares.size() == 1)
      json["layers"][layer] = shares.front();
    else
      json["layers"][layer] = shares;
  }
  return json;
}

}  // namespace eddy
