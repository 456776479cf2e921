// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "eddy/check_layers.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

constexpr double percent = 100;

constexpr int group_width = 36;  // of a back end's columns

/// "worst", "mean", "rms" as shares of the range, and the signal-to-noise ratio.
std::string columns(const CheckedLayer& layer, BackEnd back_end) {
  const LayerError& e = layer.error(back_end);
  return fmt::format("  |{:>9.3g}{:>9.3g}{:>9.3g}{:>9.1f}", percent * layer.share(e.worst),
                     percent * layer.share(e.mean), percent * layer.share(e.rms), e.snr);
}

std::string bound_of(const LayerCheck& check, BackEnd back_end) {
  switch (back_end) {
    case BackEnd::import:
      return fmt::format("bound {:.3g} % at worst{}", percent * check.bounds.import,
                         std::ranges::any_of(check.layers, [](const CheckedLayer& l) { return l.step > 0; })
                             ? ", and a step of codes"
                             : "");
    case BackEnd::integers:
      return fmt::format("bound {:.3g} % rms", percent * check.bounds.integers);
    case BackEnd::events:
      break;
  }
  return "not bounded";
}

std::string verdict(const LayerCheck& check, BackEnd back_end) {
  const CheckedLayer* layer = check.first_over(back_end);
  if (layer == nullptr) return fmt::format("{}: every layer is within its bound\n", name_of(back_end));
  const LayerError& e = layer->error(back_end);
  return fmt::format("{}: layer {} (tensor {}) is the first OVER its {}: {:.3g} % at worst, {:.3g} % rms\n",
                     name_of(back_end), layer->name, layer->tensor, bound_of(check, back_end),
                     percent * layer->share(e.worst), percent * layer->share(e.rms));
}

Json error_json(const LayerCheck& check, const CheckedLayer& layer, BackEnd back_end) {
  const LayerError& e = layer.error(back_end);
  return {{"back_end", name_of(back_end)},
          {"referee", check.referee},
          {"worst", e.worst},
          {"mean", e.mean},
          {"rms", e.rms},
          {"snr_db", e.snr},
          {"share", {{"worst", layer.share(e.worst)}, {"mean", layer.share(e.mean)}, {"rms", layer.share(e.rms)}}}};
}

}  // namespace

std::string to_text(const LayerCheck& check) {
  std::size_t name = 5, tensor = 6;
  for (const CheckedLayer& layer : check.layers) {
    name = std::max(name, layer.name.size());
    tensor = std::max(tensor, layer.tensor.size());
  }
  std::string text =
      fmt::format("Each layer beside {}, on {} frames. Errors in % of the range that its values have there\n",
                  check.referee, check.frames);
  for (const BackEnd b : back_ends)
    text += fmt::format("  {:<8}  {}; {}\n", name_of(b), meaning_of(b), bound_of(check, b));
  std::string groups = fmt::format("{:{}}", "", name + tensor + 14);
  std::string titles = fmt::format("{:<{}}  {:<{}}  {:>10}", "layer", name, "tensor", tensor, "range");
  for (const BackEnd b : back_ends) {
    groups += fmt::format("  | {:<{}}", name_of(b), group_width - 1);
    titles += fmt::format("  |{:>9}{:>9}{:>9}{:>9}", "worst", "mean", "rms", "SNR dB");
  }
  text += groups.substr(0, groups.find_last_not_of(' ') + 1) + '\n' + titles + '\n';
  for (const CheckedLayer& layer : check.layers) {
    text += fmt::format("{:<{}}  {:<{}}  {:>10.4g}", layer.name, name, layer.tensor, tensor, layer.range);
    for (const BackEnd b : back_ends) text += columns(layer, b);
    text += '\n';
  }
  if (!check.left_out.empty())
    text += fmt::format("left out, since the model has no tensor for them: {}\n", fmt::join(check.left_out, ", "));
  for (const BackEnd b : {BackEnd::import, BackEnd::integers}) text += verdict(check, b);
  return text;
}

nlohmann::ordered_json to_json(const LayerCheck& check) {
  Json json{{"referee", check.referee},
            {"frames", check.frames},
            {"back_ends", Json::object()},
            {"bounds", {{"import_worst", check.bounds.import}, {"integers_rms", check.bounds.integers}}},
            {"first_over", Json::object()},
            {"left_out", check.left_out},
            {"layers", Json::array()}};
  for (const BackEnd b : back_ends) json["back_ends"][std::string(name_of(b))] = meaning_of(b);
  for (const BackEnd b : {BackEnd::import, BackEnd::integers}) {
    const CheckedLayer* layer = check.first_over(b);
    json["first_over"][std::string(name_of(b))] = layer == nullptr ? Json(nullptr) : Json(layer->name);
  }
  for (const CheckedLayer& layer : check.layers) {
    Json errors = Json::array();
    for (const BackEnd b : back_ends) errors.push_back(error_json(check, layer, b));
    json["layers"].push_back(
        {{"name", layer.name}, {"tensor", layer.tensor}, {"range", layer.range}, {"errors", std::move(errors)}});
  }
  return json;
}

}  // namespace eddy
