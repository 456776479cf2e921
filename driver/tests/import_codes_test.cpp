// SPDX-License-Identifier: Apache-2.0
/// Models that were quantised before they are imported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "made_model.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MadeModel;
using Type = onnx::TensorProto;

/// A scale and a zero point, as NAME.scale and NAME.zero.
std::vector<std::string> codes(MadeModel& m, const std::string& name, double scale, int zero,
                               Type::DataType type = Type::UINT8) {
  m.constant(name + ".scale", Type::FLOAT, {}, {scale});
  m.constant(name + ".zero", type, {}, {static_cast<double>(zero)});
  return {name + ".scale", name + ".zero"};
}

void quantize(MadeModel& m, const std::string& from, const std::vector<std::string>& codes, const std::string& to) {
  m.node("QuantizeLinear", {from, codes[0], codes[1]}, to);
}
void dequantize(MadeModel& m, const std::string& from, const std::vector<std::string>& codes, const std::string& to) {
  m.node("DequantizeLinear", {from, codes[0], codes[1]}, to);
}

/// A convolution of 1x1 between codes, 1 to 2 channels, whose weights are 3 and -2 times 0.5.
MadeModel coded_conv(int out_zero = 0) {
  MadeModel m;
  m.input("in", {1, 1, 4, 4});
  const auto in = codes(m, "in_q", 0.25, 10), out = codes(m, "out_q", 0.5, out_zero);
  quantize(m, "in", in, "a");
  dequantize(m, "a", in, "b");
  m.constant("w", Type::INT8, {2, 1, 1, 1}, {3, -2});
  dequantize(m, "w", codes(m, "w_q", 0.5, 0, Type::INT8), "weights");
  m.node("Conv", {"b", "weights"}, "c");
  quantize(m, "c", out, "d");
  dequantize(m, "d", out, "out");
  m.output("out");
  return m;
}

TEST(ImportCodes, RoundingBecomesTheEndOfTheLayerBefore) {
  const Graph graph = fuse(coded_conv().parse());
  ASSERT_EQ(graph.layers.size(), 2U) << "the input and the convolution";
  EXPECT_EQ(graph.layers[0].grid, (Grid{0.25F, -10, 245}));
  EXPECT_EQ(graph.layers[1].grid, (Grid{0.5F, 0, 255}));
  EXPECT_THAT(graph.layers[1].ports.at(0).weights, ElementsAre(1.5F, -1.0F));
  EXPECT_THAT(graph.layers[1].ports.at(0).steps, ElementsAre(0.5, 0.5));
}

TEST(ImportCodes, ModelsWithOtherCodesAreOtherNetworks) {
  const TempFolder folder;
  const auto digest_from = [&](int out_zero) {
    std::ofstream(folder / "coded.onnx", std::ios::binary) << coded_conv(out_zero).proto().SerializeAsString();
    return network_digest(folder / "coded.onnx");
  };
  EXPECT_NE(digest_from(0), digest_from(1));
}

TEST(ImportCodes, ValuesAreRoundedHalfToEvenAndCutToTheCodes) {
  const Graph graph = fuse(coded_conv().parse());
  // 0.3 is nearest to 1 of the steps of 0.25, and -9 is beyond the code 0; 1.5 * 0.25 = 0.375, -0.25 below the codes.
  const auto values = forward(graph, std::vector<float>{0.3F, -9, 0.5F, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_THAT(std::vector<float>(values[0].begin(), values[0].begin() + 4), ElementsAre(0.25F, -2.5F, 0.5F, 61.25F));
  EXPECT_THAT(std::vector<float>(values[1].begin(), values[1].begin() + 8), ElementsAre(0.5F, 0, 0, 2.5F, 1, 0, 92, 0))
      << "0.375 / 0.5 = 0.75; 0.75 / 0.5 = 1.5, to 2; 91.875 / 0.5 = 183.75";
}

TEST(ImportCodes, OutputsMayBeCodes) {
  MadeModel m = coded_conv();
  m.graph().mutable_output(0)->set_name("d");
  const Graph graph = fuse(m.parse());
  EXPECT_THAT(apply_steps(graph.outputs.at(0).steps, {1.5F, 0}), ElementsAre(3, 0));
}

TEST(ImportCodes, TwoRoundingsToOneGridAreOne) {
  MadeModel m = coded_conv();
  quantize(m, "out", {"out_q.scale", "out_q.zero"}, "e");
  dequantize(m, "e", {"out_q.scale", "out_q.zero"}, "again");
  m.graph().mutable_output(0)->set_name("again");
  EXPECT_EQ(fuse(m.parse()).layers.size(), 2U);
}

TEST(ImportCodes, AnInputOfBytesIsWhatItsReaderSays) {
  MadeModel m;
  m.input("in", {1, 1, 4, 4});
  m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(Type::UINT8);
  dequantize(m, "in", codes(m, "in_q", 0.25, 10), "a");
  m.node("Relu", {"a"}, "out");
  m.output("out");
  const Graph graph = m.parse();
  const auto& codes = graph.inputs.at(0).codes;
  ASSERT_TRUE(codes);
  EXPECT_EQ(codes->value(12), 0.5F);
  EXPECT_EQ(codes->code(-2.5F), 0);
}

TEST(ImportCodes, AnInputOfBytesWithAScaleForEachChannelIsRefused) {
  MadeModel m;
  m.input("in", {1, 2, 4, 4});
  m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(Type::UINT8);
  m.constant("scale", Type::FLOAT, {2}, {0.25, 0.5});
  m.constant("zero", Type::UINT8, {2}, {0, 0});
  m.node("DequantizeLinear", {"in", "scale", "zero"}, "out");
  m.output("out");
  EXPECT_THAT(m.refusal(), HasSubstr("input \"in\": activations with a scale for each channel"));
}

TEST(ImportCodes, WhatCannotRunIsNamed) {
  MadeModel zero = coded_conv();
  zero.graph().mutable_initializer(0)->set_float_data(0, 0);
  EXPECT_THAT(zero.refusal(), HasSubstr("a scale of 0"));

  MadeModel other = coded_conv();
  other.graph().mutable_node(1)->set_input(1, "out_q.scale");
  EXPECT_THAT(other.refusal(), HasSubstr("a scale of 0.5 and a zero point of 10 for codes that were made with 0.25"));

  MadeModel bare = coded_conv();
  bare.graph().mutable_node(3)->set_input(0, "a");
  EXPECT_THAT(bare.refusal(), HasSubstr("a DequantizeLinear has to read them"));

  MadeModel real = coded_conv();
  real.graph().mutable_node(1)->set_input(0, "in");
  EXPECT_THAT(real.refusal(), HasSubstr("it reads real numbers where codes are wanted"));

  MadeModel wide = coded_conv();
  wide.graph().mutable_initializer(1)->set_data_type(Type::UINT16);
  EXPECT_THAT(wide.refusal(), HasSubstr("activations of 16 bits"));

  MadeModel many = coded_conv();
  many.constant("scales", Type::FLOAT, {3}, {1, 2, 3});
  many.graph().mutable_node(2)->set_input(1, "scales");
  EXPECT_THAT(many.refusal(), HasSubstr("scales"));

  MadeModel moving = coded_conv();
  moving.graph().mutable_node(0)->set_op_type("DynamicQuantizeLinear");
  EXPECT_THAT(moving.refusal(), HasSubstr("scales that depend on the frame"));
}

}  // namespace
}  // namespace eddy
