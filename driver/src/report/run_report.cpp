// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <string_view>

#include "build_info.hpp"
#include "eddy/report.hpp"
#include "eddy_pkg.hpp"
#include "json_text.hpp"
#include "report/choices.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<int>& value) { return value ? Json(*value) : Json(nullptr); }

Json mismatch_json(const RunResult& result, int first_frame) {
  if (!result.mismatch) return nullptr;
  const Mismatch& m = *result.mismatch;
  return {{"frame", m.frame + first_frame},
          {"layer", m.layer},
          {"y", m.y},
          {"x", m.x},
          {"c", m.c},
          {"expected", number_or_null(m.expected)},
          {"got", number_or_null(m.got)},
          {"cycle", m.cycle},
          {"what", m.what},
          {"place", m.place}};
}

/// `latency`: from the first pixel read to the last result written, frame by frame.
Json cycles_json(const RunResult& result) {
  const auto cycles = result.frame_cycles();
  Json latency = Json::array();
  for (std::size_t f = 0; f < cycles.size(); ++f) latency.push_back(result.last_cycles[f] - result.first_cycles[f]);
  return {{"total", result.cycles},
          {"first_frame", cycles.empty() ? 0 : cycles.front()},
          {"per_frame",
           {{"p50", percentile(cycles, 0.5)}, {"p95", percentile(cycles, 0.95)}, {"max", percentile(cycles, 1)}}},
          {"frames", cycles},
          {"latency", std::move(latency)}};
}

/// When each layer was at work in each frame; nothing where the device knows no time.
Json timeline_json(const RunResult& result, int first_frame) {
  Json timeline = Json::array();
  if (result.frame_cycles().empty()) return timeline;
  for (std::size_t f = 0; f < result.times.size(); ++f) {
    Json layers = Json::array();
    for (const LayerTime& time : result.times[f])
      layers.push_back(time.last == 0 ? Json(nullptr) : Json{time.first, time.last});
    timeline.push_back({{"frame", first_frame + static_cast<int>(f)},
                        {"first_pixel", result.first_cycles[f]},
                        {"last_result", result.last_cycles[f]},
                        {"layers", std::move(layers)}});
  }
  return timeline;
}

/// What each tile held and counted since the image was loaded.
Json tiles_json(const Image& image, const RunResult& result) {
  Json tiles = Json::array();
  for (const TileCounters& tile : result.counters) {
    Json populations = Json::array();
    for (const PopulationInfo& p : image.populations) {
      if (p.tile != tile.tile) continue;
      populations.push_back({{"layer", image.layers[static_cast<std::size_t>(p.layer)].name},
                             {"rows", p.rows},
                             {"columns", p.cols},
                             {"channels", p.channels}});
    }
    Json counters = Json::object();
    for (std::size_t i = 0; i < tile.values.size(); ++i) {
      auto name = pkg::to_string(static_cast<pkg::counter_e>(i));
      name.remove_prefix(std::string_view("Cnt").size());
      counters[std::string(name)] = tile.values[i];
    }
    tiles.push_back({{"y", tile.tile.y},
                     {"x", tile.tile.x},
                     {"populations", std::move(populations)},
                     {"counters", std::move(counters)}});
  }
  return tiles;
}

/// What the device counted is null where the run ended before it was asked.
Json layer_json(const LayerResult& layer, bool counted) {
  const auto counter = [&](std::uint64_t value) { return counted ? Json(value) : Json(nullptr); };
  return {{"name", layer.name},
          {"mode", layer.mode == Mode::temporal ? "temporal" : "spatial"},
          {"events_out", layer.counts.events_out},
          {"events_in", counter(layer.events_in)},
          {"macs_dense", layer.counts.macs_dense},
          {"macs_done", layer.counts.macs_done},
          {"mac_words", counter(layer.mac_words)},
          {"neurons", layer.counts.neurons},
          {"swept", counter(layer.swept)}};
}

Json provenance_json(const Prepared& prepared, const Provenance& from) {
  Json json{{"model", prepared.model.string()}, {"model_sha1", file_hash(prepared.model)}, {"clip", prepared.clip}};
  json["clip_sha1"] = std::filesystem::is_regular_file(prepared.clip) ? Json(file_hash(prepared.clip))
                      : std::filesystem::is_directory(prepared.clip)  ? Json(folder_hash(prepared.clip))
                                                                      : Json(nullptr);
  json["network_digest"] = digest(prepared.network());
  json["image_digest"] = digest(prepared.image());
  json["rtl_sha1"] = build::rtl_sha1;
  json["seed"] = from.seed;
  json["threads"] = from.threads;
  json["versions"] = {{"eddy", build::version}, {"compiler", build::compiler}, {"verilator", build::verilator}};
  json["command_line"] = from.command_line;
  return json;
}

}  // namespace

nlohmann::ordered_json run_report(const Prepared& prepared, const RunResult& result, const Provenance& provenance) {
  const int first = prepared.frames.first;
  Json json{{"schema", "eddy.run/1"},
            {"backend", result.backend},
            {"chip", prepared.chip.name},
            {"model", prepared.model.stem().string()},
            {"clip", prepared.clip},
            {"generated_clip", prepared.generated()},
            {"frames", result.frames},
            {"frame_range", {first + result.skipped, first + result.skipped + result.frames}},
            {"frames_before", result.skipped},
            {"finished", true},
            {"match", result.match()},
            {"events_checked", result.events_checked},
            {"every_population_traced", result.traced},
            {"interrupted", result.interrupted},
            {"failure", result.failure ? Json(result.failure->what()) : Json(nullptr)},
            {"first_mismatch", mismatch_json(result, first)},
            {"cycles", cycles_json(result)},
            {"layers", Json::array()}};
  for (const LayerResult& layer : result.layers) json["layers"].push_back(layer_json(layer, !result.counters.empty()));
  json["timeline"] = timeline_json(result, first + result.skipped);
  json["tiles"] = tiles_json(prepared.image(), result);
  json["simulation"] = {
      {"seconds", result.seconds},
      {"cycles_per_second", result.seconds > 0 ? static_cast<double>(result.cycles) / result.seconds : 0.0}};
  json["input"] = parsed_ordered_json(to_json(prepared.input));
  json["thresholds"] = to_json(prepared.thresholds);
  add_choices(prepared, json);
  json["notes"] = prepared.notes;
  for (const std::string& note : result.notes) json["notes"].push_back(note);
  json["provenance"] = provenance_json(prepared, provenance);
  return json;
}

}  // namespace eddy
