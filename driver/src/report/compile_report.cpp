// SPDX-License-Identifier: Apache-2.0
#include "eddy/report.hpp"
#include "report/choices.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

Json bytes_json(const MemoryUse& use) {
  return {{"accumulators", use.accumulators},
          {"references", use.references},
          {"weights", use.weights},
          {"queue", use.queue},
          {"total", use.total()}};
}

}  // namespace

nlohmann::ordered_json compile_report(const Prepared& prepared) {
  const CompileReport& report = prepared.compiled.report;
  Json json{{"schema", "eddy.compile/1"},
            {"model", prepared.model.stem().string()},
            {"chip", report.chip},
            {"image_digest", digest(prepared.image())},
            {"network_digest", digest(prepared.network())},
            {"tiles_used", report.tiles_used},
            {"tiles", prepared.chip.tiles()},
            {"bytes", bytes_json(report.memory)},
            {"weight_bytes", Json::object()},
            {"ram_bytes", report.ram_bytes},
            {"load", {{"mean", report.mean_load}, {"largest", report.largest_load}}},
            {"hops", report.hops},
            {"fan_out", report.fan_out},
            {"layers", Json::array()}};
  for (const auto& [format, bytes] : report.weight_bytes) json["weight_bytes"][std::string(name_of(format))] = bytes;
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    const LayerReport& l = report.layers[i];
    const auto& weights = prepared.quantised.report.layers[i + 1].weights;  // the input comes first there
    json["layers"].push_back(
        {{"name", l.name},
         {"mode", prepared.network().layers[i + 1].mode == Mode::temporal ? "temporal" : "spatial"},
         {"weights", weights ? Json(name_of(*weights)) : Json()},
         {"tiles", l.tiles},
         {"populations", l.populations},
         {"split", {{"rows", l.split.rows}, {"columns", l.split.columns}, {"channels", l.split.channels}}},
         {"bytes", bytes_json(l.memory)},
         {"expected_load", l.expected_load}});
  }
  add_choices(prepared, json);
  json["notes"] = prepared.notes;
  return json;
}

}  // namespace eddy
