// SPDX-License-Identifier: Apache-2.0
/// Layers beside the tensors of the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "eddy/check_layers.hpp"
#include "eddy/error.hpp"
#include "eddy/quantise.hpp"
#include "temp_folder.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::unit_folder;
using testing::unit_model;
using testing::UnitModel;

LayerCheck check(const std::string& name, const UnitModel& m, const QuantiseOptions& options = {}) {
  const Quantised q = quantise(m.graph, m.spec, m.pictures, options);
  return check_layers(unit_folder / (name + ".onnx"), m.graph, q.network, m.spec, m.pictures);
}

/// Beside ONNX Runtime itself; skipped where it is not installed.
class CheckedByRuntime : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      check("conv_3x3", unit_model("conv_3x3"));
    } catch (const FileError& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

TEST_F(CheckedByRuntime, EveryLayerOfAModelIsItsTensor) {
  for (const std::string name :
       {"resnet_block", "u_net", "channels_last_between", "curve_hard_swish", "max_pool_2x2"}) {
    const UnitModel m = unit_model(name);
    const LayerCheck c = check(name, m);
    EXPECT_EQ(c.layers.size(), m.graph.layers.size()) << name;
    EXPECT_EQ(c.first_over(BackEnd::import), nullptr) << name << '\n' << to_text(c);
    EXPECT_EQ(c.first_over(BackEnd::integers), nullptr) << name << '\n' << to_text(c);
    for (const CheckedLayer& layer : c.layers) {
      EXPECT_GT(layer.error(BackEnd::import).snr, 90) << name << ' ' << layer.name;
      EXPECT_LT(layer.error(BackEnd::integers).mean, layer.error(BackEnd::integers).worst + 1e-12) << layer.name;
    }
  }
}

/// What happens to a layer shows there, and in none before it.
TEST_F(CheckedByRuntime, ABrokenImportIsNamed) {
  UnitModel m = unit_model("resnet_block");
  GraphLayer& main1 = m.graph.layers.at(2);
  ASSERT_EQ(main1.name, "main1");
  for (float& bias : main1.bias) bias += 0.1F;
  const LayerCheck c = check("resnet_block", m);
  ASSERT_NE(c.first_over(BackEnd::import), nullptr);
  EXPECT_EQ(c.first_over(BackEnd::import)->name, "main1");
  EXPECT_FALSE(c.good());
  EXPECT_THAT(to_text(c), HasSubstr("import: layer main1 (tensor"));
}

TEST_F(CheckedByRuntime, TheLayerThatLosesItsWeightsIsNamed) {
  QuantiseOptions options;
  options.layer_weights["main2"] = WeightFormat::int2;
  const LayerCheck c = check("resnet_block", unit_model("resnet_block"), options);
  ASSERT_NE(c.first_over(BackEnd::integers), nullptr);
  EXPECT_EQ(c.first_over(BackEnd::integers)->name, "main2");
  EXPECT_EQ(c.first_over(BackEnd::import), nullptr);
}

TEST_F(CheckedByRuntime, ThresholdsShowInTheEventsAlone) {
  QuantiseOptions options;
  options.thresholds.share = 0.1;
  const UnitModel m = unit_model("resnet_block");
  const LayerCheck exact = check("resnet_block", m), c = check("resnet_block", m, options);
  double most = 0;
  for (std::size_t l = 0; l < c.layers.size(); ++l) {
    EXPECT_EQ(c.layers[l].error(BackEnd::integers).rms, exact.layers[l].error(BackEnd::integers).rms);
    EXPECT_EQ(exact.layers[l].error(BackEnd::events).rms, exact.layers[l].error(BackEnd::integers).rms);
    most = std::max(most, c.layers[l].share(c.layers[l].error(BackEnd::events).rms));
  }
  EXPECT_GT(most, 0.02);
}

TEST_F(CheckedByRuntime, LayersThatNoTensorHoldsAreLeftOutByName) {
  const UnitModel m = unit_model("prelu_by_channel");
  const LayerCheck c = check("prelu_by_channel", m);
  EXPECT_THAT(c.left_out, ElementsAre("prelu.positive"));
  EXPECT_EQ(c.layers.size() + 1, m.graph.layers.size());
}

/// A step of its codes is nothing; two are.
TEST_F(CheckedByRuntime, CodesMayBeAStepOff) {
  const auto folder = unit_folder.parent_path() / "quantised";
  const auto file = folder / "gate_qdq_u8s8.onnx";
  Graph graph = import_onnx(file);
  const InputSpec spec = input_spec_for(graph, file);
  const auto pictures = read_pictures(folder / "frames/gate_qdq_u8s8.npy", spec, graph.layers[0].out, {}, 100);
  const auto check = [&] { return check_layers(file, graph, quantise(graph, spec, pictures).network, spec, pictures); };
  const LayerCheck c = check();
  EXPECT_EQ(c.first_over(BackEnd::import), nullptr) << to_text(c);
  for (const CheckedLayer& layer : c.layers) EXPECT_EQ(layer.step, 1) << layer.name;
  EXPECT_GT(c.layers.back().error(BackEnd::import).worst, 0.5) << "a SiLU whose product alone is rounded";
  ASSERT_TRUE(graph.layers[1].grid);
  for (float& bias : graph.layers[1].bias) bias += 2 * graph.layers[1].grid->step;
  const LayerCheck moved = check();
  ASSERT_NE(moved.first_over(BackEnd::import), nullptr);
  EXPECT_EQ(moved.first_over(BackEnd::import)->name, graph.layers[1].name);
}

/// Figures, on a referee whose answers are known: 1 x 1 x 2 values, of which the second is off by 0.5.
TEST(CheckedLayers, ErrorsAreThoseOfTheirDefinitions) {
  const TempFolder folder;
  std::ofstream(folder / "script") << "if [ $# = 0 ]; then echo Judge 1.0; exit; fi\n"
                                      "printf '\\000\\000\\000\\000\\000\\000\\000\\100'\n";  // 0, 2
  Graph graph;
  graph.inputs = {{"in", {1, 1, 1, 2}, false, {1, 1, 2}}};
  GraphLayer& layer = graph.layers.emplace_back();
  layer.name = "in";
  layer.out = layer.acc = {1, 1, 2};
  layer.tensor = GraphTensor{"in", {1, 1, 1, 2}, {}};
  InputSpec spec;
  spec.scale = 1.0 / 64;
  const std::vector<Picture> pictures{{{1, 1, 2}, {0, 160}, {}}};
  const Network network = quantise(graph, spec, pictures).network;
  const LayerCheck c = check_layers("m.onnx", graph, network, spec, pictures, {}, {"/bin/sh", folder / "script"});
  ASSERT_EQ(c.layers.size(), 1U);
  const LayerError& e = c.layers[0].error(BackEnd::import);
  EXPECT_EQ(c.referee, "Judge 1.0");
  EXPECT_DOUBLE_EQ(c.layers[0].range, 2);
  EXPECT_DOUBLE_EQ(e.worst, 0.5);
  EXPECT_DOUBLE_EQ(e.mean, 0.25);
  EXPECT_DOUBLE_EQ(e.rms, std::sqrt(0.125));
  EXPECT_DOUBLE_EQ(e.snr, 10 * std::log10(4 / 0.25));
  EXPECT_DOUBLE_EQ(c.layers[0].share(e.worst), 0.25);
  const auto json = to_json(c);
  EXPECT_EQ(json["layers"][0]["errors"][0]["back_end"], "import");
  EXPECT_EQ(json["layers"][0]["errors"][0]["referee"], "Judge 1.0");
  EXPECT_EQ(json["first_over"]["import"], "in");
}

}  // namespace
}  // namespace eddy
