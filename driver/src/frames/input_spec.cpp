// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "json_text.hpp"
#include "json_value.hpp"

namespace eddy {

NLOHMANN_JSON_SERIALIZE_ENUM(Channels, {{Channels::gray, "gray"}, {Channels::rgb, "rgb"}, {Channels::bgr, "bgr"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Resize, {{Resize::stretch, "stretch"}, {Resize::fit, "fit"}, {Resize::crop, "crop"}})

namespace {

/// Reads one of the words of an enum; the library itself would take any word for the first.
template <typename Enum>
Enum word(const nlohmann::json& json, const std::string& key, const char* words) {
  const auto value = json.get<Enum>();
  if (nlohmann::json(value) != json) json_refuse(json, key, words);
  return value;
}

/// One number, or one for each channel.
std::vector<double> numbers(const nlohmann::json& json, const std::string& key) {
  if (!json.is_array()) return {json_number(json, key)};
  std::vector<double> values;
  for (const auto& value : json) values.push_back(json_number(value, key));
  return values;
}

InputSpec from_json(const nlohmann::json& json);

/// Of each input by name; their shapes are the model's.
std::vector<InputPart> parts(const nlohmann::json& json, const std::string& key) {
  if (!json.is_object()) json_refuse(json, key, "an object with an entry for each input");
  std::vector<InputPart> result;
  for (const auto& [name, value] : json.items()) result.push_back({name, {}, 0, from_json(value)});
  return result;
}

using Take = std::function<void(InputSpec&, const nlohmann::json&, const std::string& key)>;

/// What a file may say.
const std::map<std::string, Take>& keys() {
  const Take ignore = [](auto&, const auto&, const auto&) {};  // for readers of the file, and other programs
  static const std::map<std::string, Take> table{
      {"channels",
       [](auto& spec, const auto& v, const auto& k) { spec.channels = word<Channels>(v, k, "gray, rgb or bgr"); }},
      {"resize",
       [](auto& spec, const auto& v, const auto& k) { spec.resize = word<Resize>(v, k, "stretch, fit or crop"); }},
      {"filter",
       [](auto&, const auto& v, const auto& k) {
         if (v != "area") json_refuse(v, k, "area");
       }},
      {"width", [](auto& spec, const auto& v, const auto& k) { spec.width = json_count(v, k); }},
      {"height", [](auto& spec, const auto& v, const auto& k) { spec.height = json_count(v, k); }},
      {"scale", [](auto& spec, const auto& v, const auto& k) { spec.scale = json_number(v, k); }},
      {"mean", [](auto& spec, const auto& v, const auto& k) { spec.mean = numbers(v, k); }},
      {"std", [](auto& spec, const auto& v, const auto& k) { spec.std = numbers(v, k); }},
      {"inputs", [](auto& spec, const auto& v, const auto& k) { spec.parts = parts(v, k); }},
      {"clip", [](auto& spec, const auto& v, const auto& k) { spec.clip = json_string(v, k); }},
      {"clip_package", [](auto& spec, const auto& v, const auto& k) { spec.clip_package = json_string(v, k); }},
      {"clip_size", ignore},
      {"clip_frames", ignore},
      {"clip_rate", ignore},
      {"frames", [](auto& spec, const auto& v, const auto& k) { spec.frames = json_range(v, k); }},
      {"calibration_frames",
       [](auto& spec, const auto& v, const auto& k) { spec.calibration_frames = json_range(v, k); }},
  };
  return table;
}

InputSpec from_json(const nlohmann::json& json) {
  if (!json.is_object()) throw UsageError("expected an object, such as {\"scale\": 1}");
  InputSpec spec;
  for (const auto& [key, value] : json.items()) {
    const auto found = keys().find(key);
    if (found == keys().end()) {
      throw UsageError(fmt::format("unknown key \"{}\"; {} are known", key, fmt::join(std::views::keys(keys()), ", ")));
    }
    found->second(spec, value, key);
  }
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

void check_shape(const InputSpec& spec, const Shape& shape, const std::string& where, const std::string& model) {
  check_numbers(spec, where);
  for (const auto* values : {&spec.mean, &spec.std}) {
    if (values->size() != 1 && values->size() != static_cast<std::size_t>(shape.c)) {
      throw UsageError(fmt::format("{}: {} numbers for mean or std, but {} takes {} channels", where, values->size(),
                                   model, shape.c));
    }
  }
  if ((spec.width != 0 && spec.width != shape.w) || (spec.height != 0 && spec.height != shape.h)) {
    throw UsageError(
        fmt::format("{} of {}x{}, but {} takes {}x{}", where, spec.width, spec.height, model, shape.w, shape.h));
  }
  const int channels = spec.channels == Channels::gray ? 1 : 3;
  if ((shape.c == 1 || shape.c == 3) && channels != shape.c) {
    throw UsageError(fmt::format("{}: channels {}, but {} takes {}", where, json_text(nlohmann::json(spec.channels)),
                                 model, shape.c));
  }
}

/// Where nothing is told.
InputSpec usual(const GraphInput& input) {
  InputSpec spec;
  if (input.shape.c == 3) spec.channels = Channels::rgb;
  if (input.codes) {  // grey levels are codes, the least of them 0
    spec.scale = 1;
    spec.mean = {-static_cast<double>(input.codes->grid.lo + input.codes->zero)};
  }
  return spec;
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
    spec = from_json(parsed_json(stream));
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), json_problem(error)));
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
  if (spec.parts.empty()) return check_shape(spec, graph.layers.front().out, "input", graph.name);
  for (const InputPart& part : spec.parts) check_shape(part.spec, part.shape, "input " + part.name, graph.name);
}

InputSpec fitted(InputSpec spec, const Graph& graph) {
  if (graph.inputs.size() < 2) check_input_spec(spec, graph);  // a size that it says
  spec.width = graph.layers.front().out.w;
  spec.height = graph.layers.front().out.h;
  std::vector<InputPart> told;
  std::swap(told, spec.parts);
  for (const InputPart& part : told) {
    if (graph.inputs.size() == 1 || std::ranges::find(graph.inputs, part.name, &GraphInput::name) == graph.inputs.end())
      throw UsageError(fmt::format("inputs: {} has {} named \"{}\"", graph.name,
                                   graph.inputs.size() == 1 ? "one input, none" : "none", part.name));
  }
  for (std::size_t i = 0; graph.inputs.size() > 1 && i < graph.inputs.size(); ++i) {
    const GraphInput& input = graph.inputs[i];
    const auto found = std::ranges::find(told, input.name, &InputPart::name);
    InputPart part{input.name, input.shape, input.c_first, found != told.end() ? found->spec : usual(input)};
    part.spec.width = input.shape.w;
    part.spec.height = input.shape.h;
    spec.parts.push_back(std::move(part));
  }
  return spec;
}

InputSpec input_spec_for(const Graph& graph, const std::filesystem::path& model) {
  const auto file = model.parent_path() / "input.json";
  const InputSpec told = std::filesystem::exists(file) ? read_input_spec(file) : usual(graph.inputs.front());
  InputSpec spec = fitted(told, graph);
  check_input_spec(spec, graph);
  return spec;
}

InputSpec decoded(InputSpec spec, const Codes& codes) {
  spec.mean.resize(std::max(spec.mean.size(), spec.std.size()), spec.mean.front());
  for (std::size_t c = 0; c < spec.mean.size(); ++c)
    spec.mean[c] += codes.zero * spec.std[spec.std.size() == 1 ? 0 : c];
  for (double& std : spec.std) std /= codes.grid.step;
  return spec;
}

namespace {

nlohmann::ordered_json json_of(const InputSpec& spec) {
  nlohmann::ordered_json json{{"channels", nlohmann::json(spec.channels)},
                              {"width", spec.width},
                              {"height", spec.height},
                              {"resize", nlohmann::json(spec.resize)},
                              {"filter", "area"},
                              {"scale", spec.scale},
                              {"mean", spec.mean},
                              {"std", spec.std}};
  return json;
}

}  // namespace

std::string to_json(const InputSpec& spec) {
  nlohmann::ordered_json json = json_of(spec);
  if (!spec.parts.empty()) json = nlohmann::ordered_json::object();
  for (const InputPart& part : spec.parts) json["inputs"][part.name] = json_of(part.spec);
  if (!spec.clip.empty()) json["clip"] = spec.clip;
  if (!spec.clip_package.empty()) json["clip_package"] = spec.clip_package;
  if (spec.frames) json["frames"] = *spec.frames;
  if (spec.calibration_frames) json["calibration_frames"] = *spec.calibration_frames;
  return json_text(json, 2);
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
