// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/import.hpp"
#include "eddy/tune.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

Json trial_json(const Trial& trial) {
  return {{"macs_done", trial.macs_done}, {"macs_dense", trial.macs_dense}, {"done", trial.done()},
          {"loss", trial.loss},           {"error", trial.error},           {"quality", trial.quality}};
}

Json made_json(const Prepared& prepared, const TuneResult& result, const TuneOptions& options) {
  const Trial& tuned = result.tuned();
  Json weights = Json::object();
  for (const auto& layer : prepared.quantised.report.layers) {
    if (layer.weights) weights[layer.name] = name_of(*layer.weights);
  }
  Json bits = Json::object();
  for (const Layer& layer : prepared.network().layers) bits[layer.name] = layer.bits;
  return {{"by", "eddy tune"},
          {"model", prepared.model.filename().string()},
          {"clip", prepared.clip},
          {"metric", result.metric},
          {"allowed_loss", options.loss},
          {"loss", tuned.loss},
          {"done", tuned.done()},
          {"bits", std::move(bits)},
          {"weights", std::move(weights)}};
}

}  // namespace

std::string to_csv(const TuneResult& result) {
  const auto best_of = front(result.trials);
  std::string text = "trial,done,loss,error,quality,front,chosen,pixel";
  for (const auto& [layer, shares] : result.dense().thresholds.layers) text += fmt::format(",{}", layer);
  text += '\n';
  for (std::size_t t = 0; t < result.trials.size(); ++t) {
    const Trial& trial = result.trials[t];
    text +=
        fmt::format("{},{:.6f},{:.6f},{:.6f},{:.6f},{},{},{}", t, trial.done(), trial.loss, trial.error, trial.quality,
                    std::ranges::count(best_of, t), t == result.best ? 1 : 0, trial.thresholds.pixel);
    for (const auto& [layer, shares] : trial.thresholds.layers) text += fmt::format(",{}", fmt::join(shares, ";"));
    text += '\n';
  }
  return text;
}

nlohmann::ordered_json tuned_file(const Prepared& prepared, const TuneResult& result, const TuneOptions& options) {
  Thresholds thresholds = result.tuned().thresholds;
  thresholds.network = network_digest(prepared.model);
  Json json = to_json(thresholds);
  json["made"] = made_json(prepared, result, options);
  return json;
}

nlohmann::ordered_json tune_report(const Prepared& prepared, const TuneResult& result, const TuneOptions& options) {
  Json json{{"schema", "eddy.tune/1"},
            {"made", made_json(prepared, result, options)},
            {"windows", result.windows},
            {"frames", result.frames},
            {"dense", trial_json(result.dense())},
            {"given", trial_json(result.given())},
            {"tuned", trial_json(result.tuned())},
            {"held_out", nullptr},
            {"interrupted", result.interrupted},
            {"finished", result.finished},
            {"seconds", result.seconds},
            {"front", front(result.trials)},
            {"trials", Json::array()}};
  if (const auto& held = result.held_out) {
    json["held_out"] = {{"frames", held->frames},
                        {"dense", trial_json(held->dense)},
                        {"given", trial_json(held->given)},
                        {"tuned", trial_json(held->tuned)}};
  }
  for (const Trial& trial : result.trials) {
    Json entry = trial_json(trial);
    entry["thresholds"] = to_json(trial.thresholds);
    json["trials"].push_back(std::move(entry));
  }
  json["notes"] = prepared.notes;
  for (const std::string& note : result.notes) json["notes"].push_back(note);
  return json;
}

}  // namespace eddy
