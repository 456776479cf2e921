// SPDX-License-Identifier: Apache-2.0
/// Models as other exporters write them, made here node by node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "made_model.hpp"

namespace eddy {
namespace {

using ::testing::AllOf;
using testing::attribute;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MadeModel;

/// One 1x1 convolution from 1 to 2 channels on 4x4.
MadeModel small_conv() {
  MadeModel m;
  m.input("in", {1, 1, 4, 4});
  m.weight("w", {2, 1, 1, 1});
  m.node("Conv", {"in", "w"}, "out");
  m.output("out");
  return m;
}

TEST(Models, InnerTensorsBecomeOutputsOnRequest) {
  MadeModel m = small_conv();
  m.weight("w2", {3, 2, 1, 1});
  m.node("Relu", {"out"}, "relu");
  m.node("Conv", {"relu", "w2"}, "last");
  m.graph().mutable_output(0)->set_name("last");
  const Graph fused = fuse(m.parse());
  EXPECT_EQ(fused.layers.size(), 3U);

  // By the tensor's name, by the node's, and what is an output already. The sum before the ReLU needs a layer of its
  // own.
  const Graph graph = fuse(m.parse({"out", "relu_node", "last"}));
  EXPECT_EQ(graph.layers.size(), 4U);
  ASSERT_EQ(graph.outputs.size(), 3U);
  EXPECT_FALSE(graph.outputs[0].tapped);
  EXPECT_EQ(graph.outputs[1].name, "out");
  EXPECT_TRUE(graph.outputs[1].tapped);
  EXPECT_EQ(graph.outputs[2].name, "relu");
  EXPECT_THAT(graph.outputs[2].dims, ElementsAre(1, 2, 4, 4));
  EXPECT_THAT(m.refusal({"nothing"}), HasSubstr("tap \"nothing\": no tensor and no node has this name"));
  EXPECT_THAT(m.refusal({"w"}), HasSubstr("tap \"w\": it is a constant"));
}

TEST(Models, AnOpenBatchIsOne) {
  MadeModel m = small_conv();
  m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_param(
      "batch");
  EXPECT_THAT(m.parse().inputs.at(0).dims, ElementsAre(1, 1, 4, 4));
}

TEST(Models, ConstantsMayStandAmongTheInputs) {
  MadeModel m = small_conv();
  m.input("w", {2, 1, 1, 1});
  EXPECT_EQ(m.parse().layers.size(), 2U);
}

/// What PyTorch made of x.view(x.size(0), -1).
TEST(Models, ShapesMayBeComputedInTheGraph) {
  MadeModel m;
  m.input("in", {0, 2, 3, 4});
  m.node("Shape", {"in"}, "shape");
  m.integers("zero", {0}, true);
  m.node("Gather", {"shape", "zero"}, "batch");
  attribute(m.node("Unsqueeze", {"batch"}, "batch1"), "axes", std::vector<std::int64_t>{0});
  m.integers("rest", {-1});
  attribute(m.node("Concat", {"batch1", "rest"}, "target"), "axis", 0);
  m.node("Reshape", {"in", "target"}, "flat");
  m.weight("w", {24, 5});
  m.node("MatMul", {"flat", "w"}, "out");
  m.output("out");
  m.proto().mutable_opset_import(0)->set_version(11);
  const Graph graph = m.parse();
  EXPECT_THAT(graph.outputs[0].dims, ElementsAre(1, 5));
  std::vector<float> input(24);
  input[(1 * 4 + 2) * 2 + 1] = 1;  // y 1, x 2, channel 1: number 12 + 4 + 2 in the model's order
  EXPECT_EQ(forward(graph, input)[1][3], 18 * 5 + 4);
}

TEST(Models, AFlatInputMayBecomeAPicture) {
  MadeModel m;
  m.input("in", {1, 24});
  m.integers("shape", {1, 2, 3, 4});
  m.node("Reshape", {"in", "shape"}, "picture");
  m.weight("w", {1, 2, 1, 1});
  m.node("Conv", {"picture", "w"}, "out");
  m.output("out");
  const Graph graph = m.parse();
  EXPECT_EQ(graph.layers[0].out, (Shape{2, 3, 4}));
  EXPECT_THAT(graph.inputs.at(0).dims, ElementsAre(1, 24));
}

/// Clips are scaled to the model's picture: another one of as many values would show something else.
TEST(Models, APictureDoesNotBecomeAnother) {
  MadeModel m;
  m.input("in", {1, 1, 8, 8});
  m.integers("shape", {1, 4, 4, 4});
  m.node("Reshape", {"in", "shape"}, "picture");
  m.weight("w", {1, 4, 1, 1});
  m.node("Conv", {"picture", "w"}, "out");
  m.output("out");
  EXPECT_THAT(m.refusal(), AllOf(HasSubstr("\"picture_node\" (Reshape): [1, 1, 8, 8] becomes [1, 4, 4, 4]"),
                                 HasSubstr("an input of rows and columns keeps them")));
}

/// A reshape is a matter of who reads it: the host reads any.
TEST(Models, ReshapesThatMoveNeuronsAreRefusedWhereTheChipReadsThem) {
  MadeModel m = small_conv();
  m.integers("shape", {1, 4, 2, 4});
  m.node("Reshape", {"out", "shape"}, "moved");
  m.output("moved");
  EXPECT_THAT(m.parse().outputs.at(1).dims, ElementsAre(1, 4, 2, 4));
  m.weight("w_moved", {1, 4, 1, 1});
  m.node("Conv", {"moved", "w_moved"}, "last");
  m.output("last");
  EXPECT_THAT(m.refusal(), AllOf(HasSubstr("\"last_node\" (Conv)"), HasSubstr("neurons would have to change places")));
}

TEST(Models, HalfFloatWeightsAreRead) {
  MadeModel m = small_conv();
  auto& w = *m.graph().mutable_initializer(0);
  w.set_data_type(onnx::TensorProto::FLOAT16);
  w.clear_float_data();
  w.add_int32_data(0x3c00);  // 1
  w.add_int32_data(0xc100);  // -2.5
  const Graph graph = m.parse();
  EXPECT_THAT(graph.layers[1].ports[0].weights, ElementsAre(1, -2.5));
  EXPECT_TRUE(graph.half);
  EXPECT_FALSE(small_conv().parse().half);
}

TEST(Models, EverythingThatIsWrongIsSaidAtOnce) {
  MadeModel m;
  m.input("in", {1, 1, 32, 32});
  m.weight("w5", {1, 1, 5, 5});
  m.weight("w17", {1, 1, 17, 17});
  attribute(m.node("Conv", {"in", "w5"}, "a"), "strides", {5, 5});
  m.node("Conv", {"in", "w17"}, "b");
  attribute(m.node("MaxPool", {"in"}, "c"), "kernel_shape", {7, 7});
  m.node("Sin", {"in"}, "d");
  m.node("Relu", {"nowhere"}, "e");
  m.node("Conv", {"a", "w5"}, "f");  // fine in itself
  m.node("Cos", {"f"}, "g");
  m.output("g");
  const std::string text = m.refusal();
  EXPECT_THAT(text, HasSubstr("made.onnx cannot run, for 6 reasons"));
  EXPECT_THAT(text, HasSubstr("node \"a_node\" (Conv): stride 5; at most 4 is supported"));
  EXPECT_THAT(
      text,
      HasSubstr("node \"b_node\" (Conv): a kernel of 17 on one axis: an input meets 16 outputs there, at most 11"));
  EXPECT_THAT(text, HasSubstr("node \"c_node\" (MaxPool): a window of 7 in steps of 1; at most 5 is supported"));
  EXPECT_THAT(text, HasSubstr("node \"d_node\" (Sin): this operator is not supported"));
  EXPECT_THAT(text, HasSubstr("node \"e_node\" (Relu): reads \"nowhere\", which nothing before it writes"));
  EXPECT_THAT(text, HasSubstr("node \"g_node\" (Cos): this operator is not supported"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("f_node")));
}

TEST(Models, WhatTheWholeModelLacksIsSaid) {
  MadeModel empty = small_conv();
  empty.graph().clear_input();
  EXPECT_THAT(empty.refusal(), HasSubstr("no input"));
  MadeModel old = small_conv();
  old.proto().mutable_opset_import(0)->set_version(6);
  EXPECT_THAT(old.refusal(), HasSubstr("opset 6; from 7 to"));
  MadeModel batch = small_conv();
  batch.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(
      8);
  EXPECT_THAT(batch.refusal(), HasSubstr("a batch of 8"));
  MadeModel open = small_conv();
  open.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(2)->set_dim_param(
      "height");
  EXPECT_THAT(open.refusal(), HasSubstr("dimension 2 (height) is not fixed"));
  MadeModel bytes = small_conv();
  bytes.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
  EXPECT_THAT(bytes.refusal(), HasSubstr("of type UINT8"));
  MadeModel none = small_conv();
  none.graph().clear_output();
  EXPECT_THAT(none.refusal(), HasSubstr("no output"));
  MadeModel outside = small_conv();
  outside.graph().mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(outside.refusal(), HasSubstr("its values lie in another file"));
  MadeModel foreign = small_conv();
  foreign.graph().mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(foreign.refusal(), HasSubstr("operators of \"com.example\" are not supported"));
}

TEST(Models, WithoutANodeThereIsNothingToRun) {
  MadeModel m = small_conv();
  m.graph().clear_node();
  EXPECT_THAT(m.refusal(), HasSubstr("made.onnx is an ONNX model without a node: there is nothing to run"));
}

TEST(Models, ANameIsWrittenOnce) {
  for (const char* name : {"out", "in", "w"}) {
    MadeModel m = small_conv();
    m.node("Relu", {"in"}, name).set_name("second");
    EXPECT_THAT(m.refusal(),
                HasSubstr(fmt::format("\"second\" (Relu): writes \"{}\", which something before it gives", name)));
  }
}

TEST(Models, ANumberWithoutDimensionsIsNoRow) {
  for (const char* kind : {"Gemm", "MatMul"}) {
    MadeModel m;
    m.input("in", {1, 1});
    m.node("Squeeze", {"in"}, "number");
    m.weight("w", {1, 2});
    m.node(kind, {"number", "w"}, "out");
    m.output("out");
    EXPECT_THAT(m.refusal(), HasSubstr("input of shape [] for weights of 1 inputs; [1, 1] is taken")) << kind;
  }
}

TEST(Models, AShapeOfMoreElementsThanCanBeCountedIsRefused) {
  constexpr std::int64_t huge = std::int64_t{1} << 62;
  MadeModel m;
  m.input("in", {1, 4});
  m.integers("shape", {huge, huge, 4});
  m.node("Reshape", {"in", "shape"}, "out");
  m.output("out");
  EXPECT_THAT(m.refusal(), HasSubstr("[1, 4] does not become"));
}

TEST(Models, SumsOfDifferentShapesAreRefused) {
  MadeModel m = small_conv();
  m.node("GlobalAveragePool", {"out"}, "mean");
  m.node("Add", {"out", "mean"}, "sum");
  m.output("sum");
  EXPECT_THAT(m.refusal(), HasSubstr("activations are not broadcast"));
}

TEST(Models, DepthwiseOfThreeBecomesAPortForEachChannel) {
  MadeModel m;
  m.input("in", {1, 2, 4, 4});
  m.weight("w", {6, 1, 1, 1});
  attribute(m.node("Conv", {"in", "w"}, "out"), "group", 2);
  m.output("out");
  const Graph graph = m.parse();
  ASSERT_EQ(graph.layers[1].ports.size(), 2U);
  EXPECT_FALSE(graph.layers[1].ports[1].depthwise);
  EXPECT_EQ(graph.layers[1].ports[1].k_first, 3);
}

/// The second group begins in the middle of the second part.
TEST(Models, GroupsMayCutThePartsOfAConcat) {
  for (const std::int64_t groups : {1, 2, 8}) {
    MadeModel m;
    m.input("in", {1, 2, 4, 4});
    m.weight("w3", {3, 2, 1, 1});
    m.weight("w5", {5, 2, 1, 1});
    m.node("Conv", {"in", "w3"}, "three");
    m.node("Conv", {"in", "w5"}, "five");
    m.node("Relu", {"three"}, "a");
    m.node("Relu", {"five"}, "b");
    attribute(m.node("Concat", {"a", "b"}, "both"), "axis", 1);
    m.weight("w", {8, 8 / groups, 3, 3});
    attribute(m.node("Conv", {"both", "w"}, "out"), "group", groups);
    m.output("out");
    const Graph plain = m.parse(), fused = fuse(plain);
    EXPECT_EQ(fused.layers.size(), 4U) << "no layer for the concatenation";
    std::vector<float> input(32);
    std::iota(input.begin(), input.end(), -9.0F);
    EXPECT_EQ(forward(fused, input).back(), forward(plain, input).back()) << groups << " groups";
  }
}

TEST(Models, AnOutputMayBeReadFurther) {
  MadeModel m = small_conv();
  m.node("Relu", {"out"}, "positive");
  m.output("positive");
  const Graph graph = fuse(m.parse());
  EXPECT_EQ(graph.layers.size(), 3U) << "the bare sum is asked for, so it stays";
  EXPECT_EQ(graph.outputs[0].layer, 1);
  EXPECT_EQ(graph.outputs[1].layer, 2);
}

TEST(Models, AnOutputThatIsTheInputGetsALayer) {
  MadeModel m = small_conv();
  m.node("Identity", {"in"}, "same");
  m.output("same");
  const Graph graph = fuse(m.parse());
  EXPECT_NE(graph.outputs[1].layer, 0);
  std::vector<float> input(16, 0.5F);
  EXPECT_EQ(forward(graph, input)[static_cast<std::size_t>(graph.outputs[1].layer)], input);
}

TEST(Models, WhatNobodyReadsIsLeftOut) {
  MadeModel m = small_conv();
  m.node("Relu", {"in"}, "unused");
  EXPECT_EQ(fuse(m.parse()).layers.size(), 2U);
}

}  // namespace
}  // namespace eddy
