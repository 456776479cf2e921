// SPDX-License-Identifier: Apache-2.0
/// Every unit model, from its ONNX file to the RTL: all events equal the golden model's, and with all thresholds 0 the
/// chip's answers lie close to those that ONNX Runtime gave to the float model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/devices.hpp"
#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "eddy/task.hpp"
#include "test_length.hpp"

namespace eddy {
namespace {

const std::filesystem::path unit = std::filesystem::path(EDDY_TESTVECTORS) / "networks/unit";

std::vector<std::string> models() {
  std::vector<std::string> names;
  std::ifstream file(unit / "index.json");
  const auto index = nlohmann::json::parse(file);
  for (const auto& model : index.at("models")) {
    if (model.at("expect") == "run") names.push_back(model.at("name"));
  }
  return names;
}

/// On the smallest chip that it fits.
Prepared prepared(const std::string& name, WeightFormat weights) {
  PrepareOptions options;
  options.weights = weights;
  options.model = unit / (name + ".onnx");
  options.clip = unit / "frames" / (name + ".npy");
  options.theta_pixel = 0;
  options.theta = 0;
  options.compile.iterations = 100;
  try {
    options.chip = "tiny";
    return prepare(options);
  } catch (const FitError&) {
    options.chip = "small";
    return prepare(options);
  }
}

class Model : public ::testing::TestWithParam<std::string> {};

TEST_P(Model, GivesTheGoldenEventsAndAboutTheFloatAnswers) {
  const Prepared p = prepared(GetParam(), WeightFormat::int8);
  const Array want = read_npy(unit / "answers" / (GetParam() + ".npy"));
  double error = 0, power = 0;
  std::size_t next = 0;
  RunOptions options;
  options.on_frame = [&](int, const Picture&, std::span<const Tensor> outputs) {
    const auto answers = real_outputs(p.network(), outputs);
    for (const float got : answers.front().values) {
      const double answer = want.values.at(next++);
      error += (got - answer) * (got - answer);
      power += answer * answer;
    }
  };
  const auto device = open_device("sim:", {p.chip, {}});
  const RunResult result = run(p, *device, *open_frames(p), options);
  EXPECT_TRUE(result.match()) << verdict(p, result);
  EXPECT_TRUE(counter_errors(result).empty());
  EXPECT_EQ(next, want.values.size());
  // Weights and activations of 8 bits: some thousandths a layer.
  EXPECT_LT(std::sqrt(error / power), 0.03);
}

/// The models share the other formats among them; with EDDY_FORMATS=all each takes all.
std::vector<WeightFormat> other_formats(const std::string& model) {
  const std::vector<WeightFormat> all = {WeightFormat::int16, WeightFormat::int4,  WeightFormat::int2,
                                         WeightFormat::fp16,  WeightFormat::code8, WeightFormat::code4,
                                         WeightFormat::code2};
  if (testing::all_formats_asked_for()) return all;
  const std::vector<std::string> names = models();
  const auto place = std::ranges::find(names, model) - names.begin();
  return {all[static_cast<std::size_t>(place) % all.size()]};
}

/// Whatever the answers are worth then.
TEST_P(Model, GivesTheGoldenEventsInOtherFormatsOfWeights) {
  for (const WeightFormat weights : other_formats(GetParam())) {
    const Prepared p = prepared(GetParam(), weights);
    const auto device = open_device("sim:", {p.chip, {}});
    const RunResult result = run(p, *device, *open_frames(p));
    EXPECT_TRUE(result.match()) << name_of(weights) << ": " << verdict(p, result);
    EXPECT_TRUE(counter_errors(result).empty()) << name_of(weights);
  }
}

INSTANTIATE_TEST_SUITE_P(Unit, Model, ::testing::ValuesIn(models()), [](const auto& model) { return model.param; });

}  // namespace
}  // namespace eddy
