// SPDX-License-Identifier: Apache-2.0
/// input.json: how the frames of a model come to be its input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class InputFile : public ::testing::Test {
 protected:
  InputSpec read(const std::string& text) {
    std::ofstream(folder_ / "input.json") << text;
    return read_input_spec(folder_ / "input.json");
  }

  TempFolder folder_;
};

TEST_F(InputFile, IsReadAndWrittenBack) {
  const InputSpec spec =
      read(R"({"channels": "bgr", "width": 8, "height": 6, "resize": "crop", "scale": 0.5, "mean": [1, 2, 3], "std": 4,
                                  "clip": "beside.npy", "clip_size": [8, 6], "filter": "area", "frames": [2, 5]})");
  EXPECT_EQ(spec.channels, Channels::bgr);
  EXPECT_EQ(spec.resize, Resize::crop);
  EXPECT_EQ(spec.mean, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(spec.std, (std::vector<double>{4}));
  EXPECT_EQ(spec.clip, (folder_ / "beside.npy").string());
  EXPECT_EQ(spec.frames, (std::pair{2, 5}));
  EXPECT_FALSE(spec.calibration_frames);
  EXPECT_DOUBLE_EQ(spec.real(10, 1), (10 * 0.5 - 2) / 4);
  EXPECT_EQ(to_json(read(to_json(spec))), to_json(spec));
}

TEST_F(InputFile, MistakesAreNamed) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"{", "parse error at line 1"},
      {"[]", "expected an object"},
      {R"({"Mean": 1})", "unknown key \"Mean\""},
      {R"({"channels": "cmyk"})", "\"channels\" is \"cmyk\", expected gray, rgb or bgr"},
      {R"({"channels": 3})", "\"channels\" is 3"},
      {R"({"resize": "squeeze"})", "\"resize\""},
      {R"({"filter": "nearest"})", "\"filter\""},
      {R"({"std": [0]})", "among mean and std"},
      {R"({"scale": "x"})", "\"scale\" is \"x\", expected a number"},
      {R"({"mean": [1, true]})", "\"mean\" is true"},
      {R"({"width": 8.5})", "\"width\" is 8.5, expected a whole number"},
      {R"({"height": -6})", "\"height\" is -6"},
      {R"({"clip": 1})", "\"clip\" is 1"},
      {R"({"frames": [1]})", "\"frames\" is [1], expected [first, end]"},
      {R"({"frames": [5, 2]})", "\"frames\" is [5,2]"},
      {R"({"frames": [2, 2]})", "\"frames\" is [2,2]"},
      {R"({"calibration_frames": [-3, 2]})", "\"calibration_frames\" is [-3,2]"},
  };
  for (const auto& [bad, says] : cases) {
    try {
      read(bad);
      ADD_FAILURE() << bad << " was taken";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("input.json: "), HasSubstr(says), ::testing::Not(HasSubstr("json.exception"))));
    }
  }
  EXPECT_THROW(read_input_spec(folder_ / "none.json"), FileError);
}

TEST_F(InputFile, MustFitTheNetwork) {
  Graph graph;
  graph.layers.resize(1);
  graph.layers[0].out = {1, 6, 8};
  graph.inputs = {{"in", {1, 1, 6, 8}, false, {1, 6, 8}}};
  EXPECT_EQ(input_spec_for(graph, folder_ / "model.onnx").width, 8) << "from the network, where no file says it";
  std::ofstream(folder_ / "input.json") << R"({"width": 9, "height": 6})";
  EXPECT_THROW(input_spec_for(graph, folder_ / "model.onnx"), UsageError);
}

}  // namespace
}  // namespace eddy
