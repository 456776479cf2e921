// SPDX-License-Identifier: Apache-2.0
/// Models that exporters have quantised, from the ONNX file to the RTL: every event equals the golden model's, and
/// every answer is within one step of ONNX Runtime's.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/devices.hpp"
#include "eddy/frames.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "eddy/task.hpp"

namespace eddy {
namespace {

const std::filesystem::path folder = std::filesystem::path(EDDY_TESTVECTORS) / "networks/quantised";

struct CodedModel {
  std::string name;
  int steps = 1;  // how far the answers may be off
  friend void PrintTo(const CodedModel& model, std::ostream* stream) { *stream << model.name; }
};

std::vector<CodedModel> coded_models() {
  std::ifstream file(folder / "index.json");
  std::vector<CodedModel> result;
  const auto index = nlohmann::json::parse(file);
  for (const auto& model : index.at("models")) result.push_back({model.at("name"), model.at("steps")});
  return result;
}

class Quantised : public ::testing::TestWithParam<CodedModel> {};

TEST_P(Quantised, GivesTheAnswersOfOnnxRuntimeWithinAStep) {
  const std::string& name = GetParam().name;
  PrepareOptions options;
  options.model = folder / (name + ".onnx");
  options.clip = folder / "frames" / (name + ".npy");
  options.theta_pixel = 0;
  options.theta = 0;
  options.chip = "tiny";
  options.compile.iterations = 100;
  const Prepared p = prepare(options);
  const Output& output = p.network().outputs.front();
  const double step = p.graph.outputs.front().steps.empty() ? p.network().layers.at(output.layer).scale : 1;
  const Array want = read_npy(folder / "answers" / (name + ".npy"));
  double farthest = 0;
  std::size_t next = 0, equal = 0;
  RunOptions run_options;
  run_options.on_frame = [&](int, const Picture&, std::span<const Tensor> outputs) {
    const auto answers = real_outputs(p.network(), outputs);
    for (const float got : answers.front().values) {
      const double steps = std::abs(got - want.values.at(next++)) / step;
      farthest = std::max(farthest, steps);
      equal += steps < 0.01 ? 1 : 0;
    }
  };
  const auto device = open_device("sim:", {p.chip, {}});
  const RunResult result = run(p, *device, *open_frames(p), run_options);
  EXPECT_TRUE(result.match()) << verdict(p, result);
  ASSERT_EQ(next, want.values.size());
  const double share = static_cast<double>(equal) / static_cast<double>(next);
  fmt::print("{}: {:.2f} % equal, {:.2f} steps at most, {} layers\n", name, 100 * share, farthest,
             p.network().layers.size());
  EXPECT_LT(farthest, GetParam().steps + 0.01);
}

INSTANTIATE_TEST_SUITE_P(Models, Quantised, ::testing::ValuesIn(coded_models()),
                         [](const auto& model) { return model.param.name; });

}  // namespace
}  // namespace eddy
