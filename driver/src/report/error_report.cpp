// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "eddy/report.hpp"

namespace eddy {
namespace {

struct Summary {
  double middle = 0, most = 0;
};
Summary summary(const OutputErrors& output, double OutputError::*figure) {
  std::vector<double> values;
  for (const OutputError& error : output.frames) values.push_back(error.*figure);
  return {percentile(values, 0.5), percentile(values, 1)};
}

nlohmann::ordered_json to_json(const Summary& summary) { return {{"p50", summary.middle}, {"max", summary.most}}; }

}  // namespace

nlohmann::ordered_json error_report(const std::vector<OutputErrors>& outputs) {
  auto json = nlohmann::ordered_json::array();
  for (const OutputErrors& output : outputs) {
    auto& entry = json.emplace_back();
    entry = {{"name", output.name},
             {"dense_range", {output.least, output.most}},
             {"largest", to_json(summary(output, &OutputError::largest))},
             {"rms", to_json(summary(output, &OutputError::rms))},
             {"bound", to_json(summary(output, &OutputError::bound))},
             {"frames", nlohmann::json::array()}};
    for (const OutputError& error : output.frames)
      entry["frames"].push_back({{"largest", error.largest}, {"rms", error.rms}, {"bound", error.bound}});
  }
  return json;
}

std::string error_lines(const std::vector<OutputErrors>& outputs) {
  std::string text;
  for (const OutputErrors& output : outputs) {
    const Summary largest = summary(output, &OutputError::largest), bound = summary(output, &OutputError::bound);
    text += fmt::format(
        "Error of {} against the dense network ({:.3g} to {:.3g}): p50 {:.3g}, max {:.3g}; bound by what was not sent: "
        "p50 {:.3g}, max {:.3g}\n",
        output.name, output.least, output.most, largest.middle, largest.most, bound.middle, bound.most);
  }
  return text;
}

}  // namespace eddy
