// SPDX-License-Identifier: Apache-2.0
/// Formats of weights that are chosen by a budget.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "eddy/choose_weights.hpp"
#include "eddy/error.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using testing::unit_model;
using testing::UnitModel;

WeightChoice choose(const UnitModel& m, double budget, const QuantiseOptions& options = {}) {
  return choose_weights(m.graph, m.spec, m.pictures, options, budget);
}

/// Of the only output, as a run would have it.
double error_with(const UnitModel& m, const std::map<std::string, WeightFormat>& formats) {
  QuantiseOptions options;
  options.layer_weights = formats;
  const Quantised q = quantise(m.graph, m.spec, m.pictures, options);
  return q.report.layers.at(static_cast<std::size_t>(q.network.outputs.at(0).layer)).activation_error;
}

TEST(WeightChoice, StaysWithinItsBudget) {
  const UnitModel m = unit_model("resnet_block");
  for (const double budget : {0.001, 0.01, 0.03, 0.1}) {
    const WeightChoice c = choose(m, budget);
    EXPECT_EQ(c.before, error_with(m, {}));
    EXPECT_EQ(c.after, error_with(m, c.formats));
    EXPECT_LE(c.after - c.before, budget);
  }
  EXPECT_LT(choose(m, 0.03).bytes_after, choose(m, 0.03).bytes_before);
  EXPECT_LT(choose(m, 0.1).bytes_after, choose(m, 0.001).bytes_after);
}

TEST(WeightChoice, SavesAllThatTheBudgetNeverMinds) {
  const UnitModel m = unit_model("resnet_block");
  const WeightChoice c = choose(m, 1);
  EXPECT_EQ(c.bytes_after * 4, c.bytes_before);
  for (const FormatPrice& p : c.prices) EXPECT_EQ(p.chosen, p.format == WeightFormat::int2) << p.layer;
}

TEST(WeightChoice, PricesEachLayerAlone) {
  const UnitModel m = unit_model("resnet_block");
  const WeightChoice c = choose(m, 0.01);
  EXPECT_EQ(c.prices.size(), 2U * 4) << "stem, main1, main2, dense: the average has none to choose";
  for (const FormatPrice& p : c.prices)
    EXPECT_DOUBLE_EQ(p.loss, error_with(m, {{p.layer, p.format}}) - c.before) << p.layer << ' ' << name_of(p.format);
}

TEST(WeightChoice, OffersCodesToLayersInFp16) {
  const UnitModel m = unit_model("resnet_block");
  QuantiseOptions options;
  options.weights = WeightFormat::fp16;
  const WeightChoice c = choose(m, 0.02, options);
  EXPECT_EQ(c.prices.size(), 6U * 4) << "codes and whole numbers of 2, 4 and 8 bits; stem, main1, main2, dense";
  options.layer_weights = c.formats;
  const Quantised q = quantise(m.graph, m.spec, m.pictures, options);
  EXPECT_EQ(c.after, q.report.layers.at(static_cast<std::size_t>(q.network.outputs.at(0).layer)).activation_error);
  EXPECT_LE(c.after - c.before, 0.02);
  const auto coded = [](const auto& layer) { return is_coded(layer.second); };
  EXPECT_TRUE(std::ranges::any_of(c.formats, coded)) << "codes of 8 bits lose least";
  EXPECT_LE(c.bytes_after * 2, c.bytes_before);
}

TEST(WeightChoice, LeavesNamedLayersTheirFormat) {
  const UnitModel m = unit_model("resnet_block");
  QuantiseOptions options;
  options.layer_weights["stem_relu"] = WeightFormat::int16;
  const WeightChoice c = choose(m, 1, options);
  EXPECT_FALSE(c.formats.contains("stem"));
  EXPECT_TRUE(c.formats.contains("main1"));
}

TEST(WeightChoice, RefusesABudgetOutOfRange) {
  const UnitModel m = unit_model("conv_3x3");
  for (const double budget : {0.0, -0.1, 1.5}) EXPECT_THROW(choose(m, budget), UsageError) << budget;
}

}  // namespace
}  // namespace eddy
