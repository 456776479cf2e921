// SPDX-License-Identifier: Apache-2.0
/// Which frames a network is calibrated on, and what it gets where nothing is asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/prepare.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// A clip of real values 1, 2, 3, ... by frame, through a network of one convolution.
class Calibrated : public ::testing::Test {
 protected:
  Prepared prepare_clip(int frames, std::optional<FrameRange> range) {
    const Shape shape = import_model(model_).graph.layers.front().out;
    std::vector<float> values;
    for (int f = 1; f <= frames; ++f)
      values.insert(values.end(), static_cast<std::size_t>(shape.count()), static_cast<float>(f));
    write_npy(clip_, {frames, shape.c, shape.h, shape.w}, values);
    PrepareOptions options;
    options.model = model_;
    options.clip = clip_;
    options.frames = range;
    return prepare(options);
  }
  static int frames_of(const Prepared& p) { return p.quantised.report.calibration_frames; }
  static double largest_of(const Prepared& p) { return p.quantised.report.layers.front().largest; }

  const std::string model_ = EDDY_TESTVECTORS "/networks/unit/conv_3x3.onnx";
  const TempFolder folder_;
  const std::string clip_ = folder_ / "clip.npy";
};

TEST_F(Calibrated, OnAllFramesOfAShortClip) {
  for (const int frames : {1, 2, 3, 24}) {
    const Prepared p = prepare_clip(frames, std::nullopt);
    EXPECT_EQ(frames_of(p), frames);
    EXPECT_EQ(largest_of(p), frames) << "the last frame is the brightest";
    EXPECT_EQ(p.frames.last, frames) << "what the clip has";
    EXPECT_THAT(p.notes, Contains(HasSubstr(fmt::format("calibrated on {0} of the clip's first {0} frames", frames))));
  }
}

TEST_F(Calibrated, OnFramesSpreadOverALongOneToItsLast) {
  for (const int frames : {25, 96, 110}) {
    const Prepared p = prepare_clip(frames, std::nullopt);
    EXPECT_GE(frames_of(p), 16);
    EXPECT_LE(frames_of(p), 33);
    EXPECT_EQ(largest_of(p), frames);
  }
}

/// Two frames say little of the ranges of a thousand.
TEST_F(Calibrated, NotOnAFewOthersAlone) {
  for (const FrameRange range : {FrameRange{2, 30}, FrameRange{0, 28}}) {
    const Prepared p = prepare_clip(30, range);
    EXPECT_EQ(frames_of(p), 24);
    EXPECT_EQ(largest_of(p), range.last);
    EXPECT_THAT(p.notes, Contains(HasSubstr("those that are run among them")));
  }
}

TEST_F(Calibrated, OnOthersWhereThereAreEnough) {
  EXPECT_EQ(largest_of(prepare_clip(30, FrameRange{14, 30})), 14) << "those before";
  const Prepared behind = prepare_clip(30, FrameRange{0, 16});
  EXPECT_EQ(frames_of(behind), 14);
  EXPECT_EQ(largest_of(behind), 30);
  EXPECT_EQ(behind.frames.last, 16);
}

TEST_F(Calibrated, FramesThatAreNotThereAreSaid) {
  const Prepared p = prepare_clip(4, FrameRange{0, 9});
  EXPECT_EQ(p.frames.last, 4);
  EXPECT_THAT(p.notes, Contains(HasSubstr("has 4 frames: there is none from 4 on")));
  EXPECT_THROW(prepare_clip(4, FrameRange{4, 9}), FileError);
}

TEST(Prepared, AModelInFp16StaysInFp16UnlessToldOtherwise) {
  PrepareOptions options;
  options.model = EDDY_TESTVECTORS "/networks/unit/half_precision.onnx";
  options.clip = EDDY_TESTVECTORS "/networks/unit/frames/half_precision.npy";
  const auto format = [](const Prepared& p) { return p.network().layers.at(1).ports.at(0).format; };
  const Prepared half = prepare(options);
  EXPECT_EQ(format(half), WeightFormat::fp16);
  EXPECT_THAT(half.notes, Contains(HasSubstr("FP16, as the model is")));
  options.weight_budget = 0.05;
  const Prepared chosen = prepare(options);
  EXPECT_TRUE(std::ranges::any_of(chosen.weight_choice->prices, [](const auto& p) { return is_coded(p.format); }));
  options.weight_budget.reset();
  options.weights = WeightFormat::int8;
  EXPECT_EQ(format(prepare(options)), WeightFormat::int8);
}

}  // namespace
}  // namespace eddy
