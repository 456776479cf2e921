// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"

namespace eddy {

NLOHMANN_JSON_SERIALIZE_ENUM(Channels, {{Channels::gray, "gray"}, {Channels::rgb, "rgb"}, {Channels::bgr, "bgr"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Resize, {{Resize::stretch, "stretch"}, {Resize::fit, "fit"}, {Resize::crop, "crop"}})

namespace {

/// Reads one of the words of an enum; the library itself would take any word for the first.
template <typename Enum>
Enum word(const nlohmann::json& json, const char* key) {
  const auto value = json.get<Enum>();
  if (nlohmann::json(value) != json) throw UsageError(fmt::format("\"{}\" may not be {}", key, json.dump()));
  return value;
}

/// One number, or one for each channel.
std::vector<double> numbers(const nlohmann::json& json) {
  if (json.is_number()) return {json.get<double>()};
  return json.get<std::vector<double>>();
}

InputSpec from_json(const nlohmann::json& json) {
  InputSpec spec;
  const auto read = [&](const char* key, auto take) {
    if (json.contains(key)) take(json.at(key));
  };
  read("channels", [&](const auto& v) { spec.channels = word<Channels>(v, "channels"); });
  read("resize", [&](const auto& v) { spec.resize = word<Resize>(v, "resize"); });
  read("width", [&](const auto& v) { spec.width = v.template get<int>(); });
  read("height", [&](const auto& v) { spec.height = v.template get<int>(); });
  read("scale", [&](const auto& v) { spec.scale = v.template get<double>(); });
  read("mean", [&](const auto& v) { spec.mean = numbers(v); });
  read("std", [&](const auto& v) { spec.std = numbers(v); });
  read("clip", [&](const auto& v) { spec.clip = v.template get<std::string>(); });
  read("clip_package", [&](const auto& v) { spec.clip_package = v.template get<std::string>(); });
  read("frames", [&](const auto& v) { spec.frames = v.template get<std::pair<int, int>>(); });
  read("calibration_frames", [&](const auto& v) { spec.calibration_frames = v.template get<std::pair<int, int>>(); });
  return spec;
}

void check_numbers(const InputSpec& spec, const std::string& where) {
  if (!std::isfinite(spec.scale) || spec.scale == 0)
    throw UsageError(fmt::format("{}: a scale of {}", where, spec.scale));
  for (const auto* values : {&spec.mean, &spec.std}) {
    if (values->empty()) throw UsageError(fmt::format("{}: mean and std need a number", where));
    for (const double v : *values) {
      if (!std::isfinite(v) || (values == &spec.std && v == 0))
        throw UsageError(fmt::format("{}: {} among mean and std", where, v));
    }
  }
}

int whole_number(const std::string& text, const std::string& range) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
    throw UsageError(fmt::format("frames \"{}\": expected A:B, A: or :B, with whole numbers", range));
  }
  return value;
}

}  // namespace

InputSpec read_input_spec(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  InputSpec spec;
  try {
    spec = from_json(nlohmann::json::parse(stream));
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), error.what()));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), error.what()));
  }
  check_numbers(spec, file.string());
  // A relative clip lies beside the file.
  if (!spec.clip.empty() && std::filesystem::path(spec.clip).is_relative())
    spec.clip = (file.parent_path() / spec.clip).string();
  return spec;
}

void check_input_spec(const InputSpec& spec, const Graph& graph) {
  check_numbers(spec, "input");
  const Shape& shape = graph.layers.front().out;
  for (const auto* values : {&spec.mean, &spec.std}) {
    if (values->size() != 1 && values->size() != static_cast<std::size_t>(shape.c)) {
      throw UsageError(
          fmt::format("{} numbers for mean or std, but {} takes {} channels", values->size(), graph.name, shape.c));
    }
  }
  if ((spec.width != 0 && spec.width != shape.w) || (spec.height != 0 && spec.height != shape.h)) {
    throw UsageError(
        fmt::format("input of {}x{}, but {} takes {}x{}", spec.width, spec.height, graph.name, shape.w, shape.h));
  }
  const int channels = spec.channels == Channels::gray ? 1 : 3;
  if ((shape.c == 1 || shape.c == 3) && channels != shape.c) {
    throw UsageError(
        fmt::format("channels {}, but {} takes {}", nlohmann::json(spec.channels).dump(), graph.name, shape.c));
  }
}

InputSpec input_spec_for(const Graph& graph, const std::filesystem::path& model) {
  const auto file = model.parent_path() / "input.json";
  InputSpec spec;
  if (graph.layers.front().out.c == 3) spec.channels = Channels::rgb;
  if (std::filesystem::exists(file)) spec = read_input_spec(file);
  check_input_spec(spec, graph);
  spec.width = graph.layers.front().out.w;
  spec.height = graph.layers.front().out.h;
  return spec;
}

std::string to_json(const InputSpec& spec) {
  nlohmann::ordered_json json{{"channels", nlohmann::json(spec.channels)},
                              {"width", spec.width},
                              {"height", spec.height},
                              {"resize", nlohmann::json(spec.resize)},
                              {"filter", "area"},
                              {"scale", spec.scale},
                              {"mean", spec.mean},
                              {"std", spec.std}};
  if (!spec.clip.empty()) json["clip"] = spec.clip;
  if (!spec.clip_package.empty()) json["clip_package"] = spec.clip_package;
  if (spec.frames) json["frames"] = *spec.frames;
  if (spec.calibration_frames) json["calibration_frames"] = *spec.calibration_frames;
  return json.dump(2);
}

FrameRange parse_range(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos)
    throw UsageError(fmt::format("frames \"{}\": expected A:B, A: or :B, with whole numbers", text));
  FrameRange range;
  if (colon > 0) range.first = whole_number(text.substr(0, colon), text);
  if (colon + 1 < text.size()) range.last = whole_number(text.substr(colon + 1), text);
  if (range.last >= 0 && range.last <= range.first) throw UsageError(fmt::format("frames \"{}\" are none", text));
  return range;
}

}  // namespace eddy
