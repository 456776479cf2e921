// SPDX-License-Identifier: Apache-2.0
/// The rules of quantisation: what it keeps, and what it makes agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using ::testing::HasSubstr;
using testing::unit_model;
using testing::UnitModel;

TEST(Quantise, ResidualsKeepTheirGain) {
  for (const char* name : {"add_residual", "resnet_block", "batch_norm_after_add", "add_of_inputs"}) {
    const UnitModel l = unit_model(name);
    const Quantised q = quantise(l.graph, l.spec, l.pictures);
    for (const auto& layer : q.report.layers) EXPECT_LT(layer.gain_error, 0.01) << name << ' ' << layer.name;
  }
}

TEST(Quantise, AveragesArePortsOfOnes) {
  for (const char* name : {"average_pool_2x2", "average_pool_global"}) {
    const UnitModel l = unit_model(name);
    const Quantised q = quantise(l.graph, l.spec, l.pictures);
    const Port& port = q.network.layers.back().ports.at(0);
    EXPECT_TRUE(port.depthwise);
    for (const auto w : port.weights) EXPECT_EQ(w, 1);
  }
}

/// A pool of its own passes its source's values on unchanged.
TEST(Quantise, CopiesAreExact) {
  const UnitModel l = unit_model("max_pool_two_readers");
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  const auto pool = std::ranges::find(q.network.layers, "pool", &Layer::name);
  ASSERT_NE(pool, q.network.layers.end());
  const auto source = static_cast<std::size_t>(pool->ports[0].source);
  EXPECT_EQ(pool->scale, q.network.layers[source].scale);
  const auto tensors = GoldenDense(q.network).run(to_frame(q.network, l.pictures[0]));
  const Tensor& got = tensors[static_cast<std::size_t>(pool - q.network.layers.begin())];
  for (int y = 0; y < got.shape.h; ++y) {
    for (int x = 0; x < got.shape.w; ++x) {
      for (int c = 0; c < got.shape.c; ++c) {
        const Tensor& s = tensors[source];
        EXPECT_EQ(got.at(c, y, x), std::max(std::max(s.at(c, 2 * y, 2 * x), s.at(c, 2 * y, 2 * x + 1)),
                                            std::max(s.at(c, 2 * y + 1, 2 * x), s.at(c, 2 * y + 1, 2 * x + 1))));
      }
    }
  }
}

TEST(Quantise, RangesFollowTheActivation) {
  const UnitModel l = unit_model("clip_relu6");
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  const Layer& relu6 = q.network.layers.at(1);
  EXPECT_EQ(relu6.lo, 0);
  EXPECT_EQ(relu6.hi, 255);
  const Layer& narrow = q.network.layers.at(2);  // clipped to -0.25 and 0.5, which is the largest that occurs
  EXPECT_NEAR(narrow.lo * narrow.scale, -0.25, narrow.scale);
  EXPECT_NEAR(narrow.hi * narrow.scale, 0.5, narrow.scale);
}

TEST(Quantise, ThresholdsAreSharesOfTheRangeAndSpareOutputs) {
  const UnitModel l = unit_model("resnet_block");
  QuantiseOptions options;
  options.thresholds = {3, 1.0 / 64, {{"main2", {0.5}}, {"stem_relu", {0.25}}}, {}};
  const Network network = quantise(l.graph, l.spec, l.pictures, options).network;
  EXPECT_THAT(network.input.theta, ::testing::Each(3));
  const auto theta = [&](const char* name) {
    return std::ranges::find(network.layers, name, &Layer::name)->channels.at(0).theta;
  };
  EXPECT_EQ(theta("main1"), 4);
  EXPECT_EQ(theta("main2"), 128);
  EXPECT_EQ(theta("stem"), 64) << "named by a node in it";
  EXPECT_EQ(theta("dense"), 0) << "an output";
}

TEST(Quantise, ThresholdsMayBeGivenForEachChannel) {
  const UnitModel l = unit_model("resnet_block");
  Network network = quantise(l.graph, l.spec, l.pictures).network;
  Layer& layer = *std::ranges::find(network.layers, "main1", &Layer::name);
  std::vector<double> shares(layer.channels.size(), 1.0 / 255);
  shares.back() = 0.1;
  set_thresholds(network, l.graph, {0, 0, {{"main1", shares}}, {}});
  EXPECT_EQ(layer.channels.front().theta, 1);
  EXPECT_EQ(layer.channels.back().theta, 26);
  shares.pop_back();
  try {
    set_thresholds(network, l.graph, {0, 0, {{"main1", shares}}, {}});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("thresholds for layer main1, which has"));
  }
}

TEST(Quantise, OptionsThatNameNoLayerAreRefused) {
  const UnitModel l = unit_model("conv_3x3");
  QuantiseOptions options;
  options.layer_bits["nobody"] = 9;
  try {
    quantise(l.graph, l.spec, l.pictures, options);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no layer is named \"nobody\"; there are image, conv"));
  }
  options = {};
  options.bits = 15;
  EXPECT_THROW(quantise(l.graph, l.spec, l.pictures, options), UsageError);
  EXPECT_THROW(quantise(l.graph, l.spec, {}, {}), UsageError);
}

/// Sources that meet must send alike: one temporal source turns the others.
TEST(Quantise, ModesAreMadeToAgree) {
  const UnitModel l = unit_model("add_residual");
  QuantiseOptions options;
  options.mode = Mode::spatial;
  EXPECT_TRUE(quantise(l.graph, l.spec, l.pictures, options).report.notes.empty());
  options.layer_modes["second"] = Mode::temporal;  // an output: nobody reads it
  EXPECT_TRUE(quantise(l.graph, l.spec, l.pictures, options).report.notes.empty());
  const UnitModel two = unit_model("concat_two_branches");
  options.layer_modes = {{"left", Mode::temporal}};
  const Quantised q = quantise(two.graph, two.spec, two.pictures, options);
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("right sends differences")));
  EXPECT_EQ(std::ranges::find(q.network.layers, "right", &Layer::name)->mode, Mode::temporal);
  EXPECT_TRUE(std::ranges::find(q.network.layers, "join", &Layer::name)->keep_acc);
  EXPECT_FALSE(std::ranges::find(q.network.layers, "left", &Layer::name)->keep_acc);
}

TEST(Quantise, SourcesThatMeetGetTheSameBits) {
  const UnitModel l = unit_model("concat_two_branches");
  QuantiseOptions options;
  options.layer_bits = {{"left", 13}, {"right", 9}};
  const Quantised q = quantise(l.graph, l.spec, l.pictures, options);
  EXPECT_EQ(std::ranges::find(q.network.layers, "left", &Layer::name)->bits, 9);
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("left: 9 magnitude bits")));
  const UnitModel nested = unit_model("concat_nested");
  options = {};
  options.bits = 12;
  EXPECT_EQ(quantise(nested.graph, nested.spec, nested.pictures, options).network.layers[0].bits, 12)
      << "the input meets others";
}

}  // namespace
}  // namespace eddy
