// SPDX-License-Identifier: Apache-2.0
/// Every unit model, quantised, beside the float network.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "legal_network.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using testing::expect_legal;
using testing::unit_folder;
using testing::unit_model;
using testing::UnitModel;

/// Root mean square difference of an output from the float network, as a share of the layer's largest value, without
/// thresholds.
double error_of(const UnitModel& l, const Network& network) {
  GoldenEvents golden(network);
  double squares = 0, count = 0, largest = 0;
  for (const Picture& picture : l.pictures) {
    golden.step(to_frame(network, picture));
    const auto real = forward(l.graph, normalise(picture, l.spec));
    const auto output = static_cast<std::size_t>(network.outputs[0].layer);
    const Tensor& got = golden.sent(network.outputs[0].layer);
    for (std::size_t i = 0; i < real[output].size(); ++i) {
      const double difference = got.values[i] * network.layers[output].scale - double{real[output][i]};
      squares += difference * difference;
      largest = std::max(largest, std::abs(double{real[output][i]}));
      ++count;
    }
  }
  return std::sqrt(squares / count) / largest;
}

std::vector<std::string> runnable() {
  std::vector<std::string> names;
  const auto index = nlohmann::json::parse(std::ifstream(unit_folder / "index.json"));
  for (const auto& m : index.at("models")) {
    if (m.at("expect") == "run") names.push_back(m.at("name"));
  }
  return names;
}

class EveryModel : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryModel, StaysCloseToTheFloatNetwork) {
  const UnitModel l = unit_model(GetParam());
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  expect_legal(q.network);
  EXPECT_LT(error_of(l, q.network), 0.015) << to_text(q.report);
}

TEST_P(EveryModel, FinerActivationsAreCloser) {
  const UnitModel l = unit_model(GetParam());
  QuantiseOptions fine;
  fine.bits = 14;
  const Quantised q = quantise(l.graph, l.spec, l.pictures, fine);
  expect_legal(q.network);
  EXPECT_LT(error_of(l, q.network), 0.01) << to_text(q.report);
}

TEST_P(EveryModel, ThetaZeroEqualsDense) {
  const UnitModel l = unit_model(GetParam());
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  GoldenEvents events(q.network);
  const GoldenDense dense(q.network);
  for (const Picture& picture : l.pictures) {
    const Frame frame = to_frame(q.network, picture);
    events.step(frame);
    const auto expected = dense.run(frame);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(events.sent(static_cast<int>(i)), expected[i]) << i;
  }
}

std::string plain_name(const ::testing::TestParamInfo<std::string>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Unit, EveryModel, ::testing::ValuesIn(runnable()), plain_name);

}  // namespace
}  // namespace eddy
