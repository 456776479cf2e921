// SPDX-License-Identifier: Apache-2.0
#include "report/choices.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

const char* mode_name(Mode mode) { return mode == Mode::temporal ? "temporal" : "spatial"; }

Json to_json(const WeightChoice& choice) {
  Json json{{"budget", choice.budget},
            {"error", {{"before", choice.before}, {"after", choice.after}}},
            {"bytes", {{"before", choice.bytes_before}, {"after", choice.bytes_after}}},
            {"prices", Json::array()}};
  for (const FormatPrice& p : choice.prices) {
    json["prices"].push_back({{"layer", p.layer},
                              {"format", name_of(p.format)},
                              {"bytes_saved", p.bytes},
                              {"loss", p.loss},
                              {"chosen", p.chosen}});
  }
  return json;
}

Json to_json(const ModeFigures& figures) {
  return {{"state_bytes", figures.state}, {"memory_bytes", figures.memory}, {"products", figures.products}};
}

Json to_json(const ModeChoice& choice) {
  Json json{{"limit_bytes", choice.budget ? Json(choice.limit) : Json()},
            {"dense_products", choice.dense},
            {"spatial", to_json(choice.spatial)},
            {"chosen", to_json(choice.chosen)},
            {"temporal", to_json(choice.temporal)},
            {"saving_kept", choice.kept()},
            {"prices", Json::array()}};
  for (const ModePrice& p : choice.prices) {
    json["prices"].push_back({{"layers", p.layers},
                              {"mode", mode_name(p.mode)},
                              {"accumulator_bytes", p.accumulators},
                              {"reference_bytes", p.references},
                              {"products", {{"temporal", p.temporal}, {"spatial", p.spatial}}}});
  }
  return json;
}

Json to_json(const PartitionChoice& choice) {
  Json json{{"seed", choice.trials[choice.taken].seed}, {"first_share", choice.first_share}, {"trials", Json::array()}};
  for (const PartitionTrial& trial : choice.trials) {
    json["trials"].push_back({{"seed", trial.seed},
                              {"cycles", {{"first", trial.first}, {"next", trial.next}}},
                              {"cost", choice.cost(trial)}});
  }
  return json;
}

}  // namespace

void add_choices(const Prepared& prepared, nlohmann::ordered_json& report) {
  report["weight_choice"] = prepared.weight_choice ? to_json(*prepared.weight_choice) : Json();
  report["mode_choice"] = prepared.mode_choice ? to_json(*prepared.mode_choice) : Json();
  report["partition_choice"] = prepared.partition_choice ? to_json(*prepared.partition_choice) : Json();
}

}  // namespace eddy
