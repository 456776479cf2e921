// SPDX-License-Identifier: Apache-2.0
/// Models with several inputs, from the file to the answers of the device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "eddy/devices.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "eddy/task.hpp"
#include "made_model.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using ::testing::HasSubstr;
using testing::MadeModel;

constexpr int frame_count = 3;

/// A picture `image` [2][3][4], a picture `other` of its size, and a point `extra` of 2 channels; the answer is
/// 2 * image - other + 10 * extra at the first place, 2 * image - other elsewhere.
MadeModel model_of_three() {
  MadeModel m;
  m.input("image", {1, 2, 3, 4});
  m.input("extra", {1, 2});
  m.input("other", {1, 2, 3, 4});
  m.constant("two", onnx::TensorProto::FLOAT, {}, {2});
  m.constant("ten", onnx::TensorProto::FLOAT, {}, {10});
  m.integers("point", {1, 2, 1, 1});
  m.node("Mul", {"image", "two"}, "twice");
  m.node("Sub", {"twice", "other"}, "planes");
  m.node("Mul", {"extra", "ten"}, "tenfold");
  m.node("Reshape", {"tenfold", "point"}, "out_extra");
  m.node("Relu", {"planes"}, "out");
  m.output("out");
  m.output("out_extra");
  return m;
}

class SeveralInputs : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "model.onnx", std::ios::binary) << model_of_three().proto().SerializeAsString();
    std::vector<float> image, other, extra;
    for (int i = 0; i < frame_count * 24; ++i) {
      image.push_back(static_cast<float>(i % 17) / 16);
      other.push_back(static_cast<float>(i % 5) / 8);
    }
    for (int i = 0; i < frame_count * 2; ++i) extra.push_back(static_cast<float>(i) / 8);
    write_npy(folder_ / "image.npy", {frame_count, 2, 3, 4}, image);
    write_npy(folder_ / "other.npy", {frame_count, 2, 3, 4}, other);
    write_npy(folder_ / "extra.npy", {frame_count, 2}, extra);
    image_ = image;
    other_ = other;
    extra_ = extra;
  }
  [[nodiscard]] std::string file(const char* name) const { return (folder_ / name).string(); }
  [[nodiscard]] PrepareOptions options(const std::string& clip) const {
    PrepareOptions result;
    result.model = file("model.onnx");
    result.clip = clip;
    result.chip = "tiny";
    result.theta = 0;
    result.theta_pixel = 0;
    result.bits = 14;
    return result;
  }
  [[nodiscard]] std::string refusal(const std::string& clip) const {
    try {
      prepare(options(clip));
    } catch (const UsageError& error) {
      return error.what();
    }
    ADD_FAILURE() << "was taken";
    return {};
  }

  TempFolder folder_;
  std::vector<float> image_, other_, extra_;
};

TEST_F(SeveralInputs, MeetInOneLayerAndGiveTheAnswers) {
  const Prepared p =
      prepare(options("extra=" + file("extra.npy") + ",image=" + file("image.npy") + ",other=" + file("other.npy")));
  const auto device = make_model_device(1);
  int seen = 0;
  RunOptions run_options;
  run_options.on_frame = [&](int frame, const Picture&, std::span<const Tensor> outputs) {
    const auto answers = real_outputs(p.network(), outputs);
    for (std::size_t i = 0; i < 24; ++i) {
      const std::size_t at = static_cast<std::size_t>(frame) * 24 + i;
      EXPECT_NEAR(answers[0].values.at(i), std::max(0.0F, 2 * image_[at] - other_[at]), 2e-3) << frame << ", " << i;
    }
    for (std::size_t c = 0; c < 2; ++c)
      EXPECT_NEAR(answers[1].values.at(c), 10 * extra_[static_cast<std::size_t>(frame) * 2 + c], 5e-3) << frame;
    ++seen;
  };
  const RunResult result = run(p, *device, *open_frames(p), run_options);
  EXPECT_TRUE(result.match()) << verdict(p, result);
  EXPECT_EQ(seen, frame_count);
}

TEST_F(SeveralInputs, EachNeedsItsClip) {
  EXPECT_THAT(refusal(file("image.npy")), HasSubstr("the network has 3 inputs: give image=CLIP (2x3x4)"));
  EXPECT_THAT(refusal("image=" + file("image.npy")), HasSubstr("an input has none"));
  EXPECT_THAT(refusal("image=-,other=-,extra=-"), HasSubstr("standard input"));
}

TEST_F(SeveralInputs, AreToldApartInTheInputFile) {
  std::ofstream(folder_ / "input.json") << R"({"inputs": {"none": {"scale": 1}}})";
  EXPECT_THAT(refusal("generated"), HasSubstr("none named \"none\""));
  std::ofstream(folder_ / "input.json") << R"({"inputs": {"image": {"mean": [1, 2, 3]}}})";
  EXPECT_THAT(refusal("generated"), HasSubstr("input image: 3 numbers for mean or std"));
}

}  // namespace
}  // namespace eddy
