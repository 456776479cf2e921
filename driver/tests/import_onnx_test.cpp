// SPDX-License-Identifier: Apache-2.0
/// Imported graphs against the answers of a float runtime that others wrote, stored beside the models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "eddy/import.hpp"
#include "file_bytes.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path unit = fs::path(EDDY_TESTVECTORS) / "networks/unit";

/// From [c][h][w] to [h][w][c].
std::vector<float> channels_last(const Shape& s, const std::vector<float>& values) {
  std::vector<float> result;
  for (int y = 0; y < s.h; ++y) {
    for (int x = 0; x < s.w; ++x) {
      for (int c = 0; c < s.c; ++c) result.push_back(values[static_cast<std::size_t>((c * s.h + y) * s.w + x)]);
    }
  }
  return result;
}

/// From [h][w][c] to [c][h][w].
std::vector<float> channels_first(const Shape& s, const std::vector<float>& values) {
  std::vector<float> result;
  for (int c = 0; c < s.c; ++c) {
    for (int p = 0; p < s.h * s.w; ++p) result.push_back(values[static_cast<std::size_t>(p * s.c + c)]);
  }
  return result;
}

/// Largest difference from the stored answers over all frames, as a share of the largest answer.
double difference(const Graph& graph, const std::string& name) {
  const Array frames = read_npy(unit / "frames" / (name + ".npy"));
  const Array answers = read_npy(unit / "answers" / (name + ".npy"));
  const Shape in = graph.layers[0].out;
  const GraphOutput& output = graph.outputs.at(0);
  const Shape out = graph.layers[static_cast<std::size_t>(output.layer)].out;
  double worst = 0, largest = 0;
  auto want = answers.values.begin();
  for (std::int64_t f = 0; f < frames.dims[0]; ++f) {
    std::vector<float> frame;
    const auto first = frames.values.begin() + f * in.count();
    std::transform(first, first + in.count(), std::back_inserter(frame),
                   [](double v) { return static_cast<float>(v / 255); });
    const auto values = forward(graph, graph.inputs.at(0).channels_last ? frame : channels_last(in, frame));
    const auto& layer = values[static_cast<std::size_t>(output.layer)];
    for (const float got : apply_steps(output.steps, channels_first(out, layer))) {
      if (want == answers.values.end()) return 1e9;
      worst = std::max(worst, std::abs(got - *want));
      largest = std::max(largest, std::abs(*want++));
    }
  }
  EXPECT_EQ(want, answers.values.end());
  return worst / largest;
}

struct Model {
  std::string name, expect;
  std::vector<std::string> problems;
};

std::vector<Model> models() {
  std::vector<Model> result;
  const auto index = nlohmann::json::parse(bytes_of(unit / "index.json"));
  for (const auto& m : index.at("models")) {
    result.push_back({m.at("name"), m.at("expect"), m.at("problems")});
  }
  return result;
}

class UnitModel : public ::testing::TestWithParam<Model> {};

TEST_P(UnitModel, RunsOrIsRefusedAsTheIndexSays) {
  const Model& model = GetParam();
  const fs::path file = unit / (model.name + ".onnx");
  if (model.expect == "run") {
    EXPECT_LT(difference(parse_onnx(bytes_of(file), model.name), model.name), 2e-5) << "before fusing";
    EXPECT_LT(difference(import_onnx(file), model.name), 2e-5) << "fused";
  } else if (model.expect == "too large") {
    EXPECT_NO_THROW(import_onnx(file));
  } else {
    try {
      import_onnx(file);
      FAIL() << "was taken";
    } catch (const ModelError& error) {
      EXPECT_EQ(error.exit_status(), 3);
      for (const auto& node : model.problems) EXPECT_THAT(error.what(), HasSubstr('"' + node + '"'));
      const std::string text = error.what();
      EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(model.problems.size()))
          << "names nothing else: " << text;
    }
  }
}

std::string model_name(const ::testing::TestParamInfo<Model>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(All, UnitModel, ::testing::ValuesIn(models()), model_name);

/// Names of the layers, in order.
std::vector<std::string> layers(const std::string& name) {
  std::vector<std::string> result;
  for (const GraphLayer& l : import_onnx(unit / (name + ".onnx")).layers) result.push_back(l.name);
  return result;
}

TEST(Fuse, JoinsWhatOnePopulationDoes) {
  using ::testing::ElementsAre;
  EXPECT_THAT(layers("batch_norm_after_conv"), ElementsAre("image", "first", "second"));
  EXPECT_THAT(layers("add_residual"), ElementsAre("image", "first", "second"));
  EXPECT_THAT(layers("add_constant"), ElementsAre("image", "conv"));
  EXPECT_THAT(layers("max_pool_2x2"), ElementsAre("image", "first", "second"));
  EXPECT_THAT(layers("max_pool_before_relu"), ElementsAre("image", "first", "second"));
  EXPECT_THAT(layers("concat_two_branches"), ElementsAre("image", "left", "right", "join"));
  EXPECT_THAT(layers("nothing_to_do"), ElementsAre("image", "conv"));
  EXPECT_THAT(layers("resnet_block"), ElementsAre("image", "stem", "main1", "main2", "mean", "dense"));
  EXPECT_THAT(layers("mlp_matmul"), ElementsAre("image", "hidden", "scores"));
}

/// Names of the tensors that the layers are; "-" where there is none.
std::vector<std::string> tensors(const std::string& name) {
  std::vector<std::string> result;
  for (const GraphLayer& l : import_onnx(unit / (name + ".onnx")).layers)
    result.push_back(l.tensor ? l.tensor->name : "-");
  return result;
}

TEST(Fuse, ALayerIsTheTensorOfItsLastNode) {
  using ::testing::ElementsAre;
  EXPECT_THAT(tensors("resnet_block"), ElementsAre("image", "stem_relu", "main1_relu", "add_relu", "mean", "dense"));
  EXPECT_THAT(tensors("max_pool_2x2"), ElementsAre("image", "pool", "second"));
  EXPECT_THAT(tensors("max_pool_two_readers"), ElementsAre("image", "first_relu", "pool", "concat"));
  EXPECT_THAT(tensors("prelu_by_channel"), ::testing::Contains("-")) << "one node, two layers";
}

TEST(Fuse, ATensorOfAnotherOrderIsTurned) {
  for (const GraphLayer& l : import_onnx(unit / "channels_last_between.onnx").layers) {
    if (l.name != "both") continue;
    EXPECT_EQ(l.tensor->dims, (std::vector<int>{1, l.out.h, l.out.w, l.out.c}));
    ASSERT_EQ(l.tensor->steps.size(), 1U);
    EXPECT_EQ(std::get<Permute>(l.tensor->steps[0]).order, (std::vector<int>{1, 2, 0}));
  }
}

TEST(Fuse, WhatExportersSpellOutIsOneCurve) {
  for (const std::string name :
       {"pattern_hard_swish", "pattern_hard_swish_by_parts", "pattern_gelu", "pattern_gelu_tanh", "pattern_quick_gelu",
        "pattern_mish", "pattern_leaky_relu", "pattern_sigmoid", "pattern_softsign"}) {
    SCOPED_TRACE(name);
    const Graph graph = import_onnx(unit / (name + ".onnx"));
    ASSERT_EQ(graph.layers.size(), 3U) << "the input, and two convolutions";
    EXPECT_TRUE(graph.layers[1].curve);
    EXPECT_FALSE(graph.layers[2].curve);
  }
  EXPECT_EQ(import_onnx(unit / "pattern_mish.onnx").layers[1].curve.name(), "x * tanh(softplus(x))");
  EXPECT_EQ(import_onnx(unit / "pattern_silu.onnx").layers.size(), 5U) << "the sum stays a sum of ports";
}

TEST(Fuse, LeavesAloneWhatTwoRead) {
  using ::testing::Contains;
  EXPECT_THAT(layers("max_pool_two_readers"), Contains("pool"));
  EXPECT_THAT(layers("max_pool_of_input"), Contains("pool"));
}

TEST(Fuse, PeopleIsEightLayers) {
  const Graph graph = import_onnx(fs::path(EDDY_TESTVECTORS) / "networks/people/people.onnx");
  EXPECT_EQ(graph.layers.size(), 9U);
  EXPECT_EQ(graph.layers[0].out, (Shape{1, 192, 256}));
  EXPECT_EQ(graph.layers.back().out, (Shape{4, 24, 32}));
}

// ---------------------------------------------------------------- bad input
std::string message(const fs::path& file, int status) {
  try {
    import_onnx(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_status(), status);
    return error.what();
  }
  ADD_FAILURE() << "was taken";
  return {};
}

class BadFile : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) {
    const fs::path file = folder_ / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

  TempFolder folder_;
};

TEST_F(BadFile, MissingFileIsNamed) {
  EXPECT_THAT(message("no/such/model.onnx", 6), HasSubstr("no/such/model.onnx: no such file"));
}

TEST_F(BadFile, FolderIsNamed) { EXPECT_THAT(message(unit, 6), HasSubstr("is a folder")); }

TEST_F(BadFile, TextIsRecognised) {
  EXPECT_THAT(message(write("text.onnx", "This is a note about a model,\nnot a model.\n"), 3),
              HasSubstr("it holds text"));
}

TEST_F(BadFile, EmptyIsRefused) { EXPECT_THROW(import_onnx(write("empty.onnx", "")), Error); }

TEST_F(BadFile, EveryTruncationIsRefused) {
  const std::string whole = bytes_of(unit / "conv_3x3.onnx");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_THROW(parse_onnx(whole.substr(0, size), "cut"), ModelError) << size;
  }
  EXPECT_THAT(message(write("cut.onnx", bytes_of(unit / "mlp_gemm.onnx").substr(0, 2000)), 3),
              HasSubstr("is cut off or damaged"));
}

/// Damaged bytes may give another model, but never a crash.
TEST_F(BadFile, DamagedBytesDoNotCrash) {
  const std::string whole = bytes_of(unit / "opset_13.onnx");
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
    try {
      fuse(parse_onnx(bytes, "damaged"));
    } catch (const ModelError&) {
    }
  }
}

TEST_F(BadFile, WeightsThatAreNotNumbersAreNamed) {
  std::string bytes = bytes_of(unit / "conv_1x1.onnx");
  const std::size_t raw = bytes.find("conv.weight", bytes.find("conv.weight") + 1);  // the initializer follows the node
  ASSERT_NE(raw, std::string::npos);
  const std::size_t data = bytes.find('\x4a', raw);  // field 9: raw_data
  ASSERT_NE(data, std::string::npos);
  bytes.replace(data + 2, 4, std::string("\x00\x00\xc0\x7f", 4));
  EXPECT_THAT(message(write("nan.onnx", bytes), 3),
              HasSubstr("constant \"conv.weight\" has 1 values that are infinite or NaN"));
}

}  // namespace
}  // namespace eddy
