// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "eddy/error.hpp"
#include "eddy/task.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

/// A task that gives pictures of 2x1 in two channels back, channel after channel.
class ReconstructTask : public ::testing::Test {
 protected:
  void SetUp() override {
    write("input.json", R"({"scale": 0.1, "mean": [1, 2], "std": [2, 4], "clip": "own.npy"})");
    write("task.json", R"({"kind": "reconstruct", "output": "frame", "peak": 3, "quality": "made up",
                           "train_frames": [5, 6]})");
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] std::unique_ptr<Task> open() const { return open_task(folder_ / "any.onnx"); }
  static std::vector<OutputValues> frame(std::vector<float> values) { return {{"frame", {4}, std::move(values)}}; }
  // Real values: channel 0: (30 * 0.1 - 1) / 2 = 1 and 2; channel 1: (60 * 0.1 - 2) / 4 = 1 and 2.
  static Picture picture() { return {{2, 1, 2}, {30, 60, 50, 100}, {}}; }

  TempFolder folder_;
};

TEST_F(ReconstructTask, RatioIsOfAllFramesTogether) {
  const auto task = open();
  task->add_frame(4, picture(), frame({1, 2, 1, 3}));  // one value of four is off by 1
  EXPECT_EQ(task->last_answer(), "PSNR 15.56 dB");
  task->add_frame(5, picture(), frame({1, 2, 1, 2}));
  const TaskResult result = task->finish();
  ASSERT_TRUE(result.score.has_value());
  EXPECT_EQ(result.score->name, "PSNR");
  EXPECT_NEAR(result.score->value, 10 * std::log10(9.0 * 8), 1e-6);
  EXPECT_EQ(result.quality.at("psnr"), result.score->value);
  EXPECT_EQ(result.quality.at("trained_frames"), 1);
  EXPECT_THAT(result.lines, Contains(HasSubstr("made up")));
}

TEST_F(ReconstructTask, EqualPicturesHaveAFiniteRatio) {
  const auto task = open();
  task->add_frame(0, picture(), frame({1, 2, 1, 2}));
  EXPECT_EQ(task->finish().score->value, 100);
}

TEST_F(ReconstructTask, RatiosAreWrittenAndPicturesDrawn) {
  const auto task = open();
  task->add_frame(4, picture(), frame({1, 2, 1, 3}));
  task->write_answers(folder_ / "answers.json");
  std::ifstream stream(folder_ / "answers.json");
  EXPECT_NEAR(nlohmann::json::parse(stream).at("frames")[0].at("psnr"), 10 * std::log10(9.0 * 4), 1e-6);
  task->write_contact_sheet(folder_ / "sheet.png");
  EXPECT_GT(fs::file_size(folder_ / "sheet.png"), 1'000U);
}

TEST_F(ReconstructTask, WhatDoesNotFitIsRefused) {
  EXPECT_THROW(open()->add_frame(0, picture(), frame({1, 2})), UsageError);
  write("task.json", R"({"kind": "reconstruct", "output": "frame", "peak": 0})");
  EXPECT_THROW((void)open(), UsageError);
  write("task.json", R"({"kind": "reconstruct", "output": "frame"})");
  EXPECT_THROW((void)open(), UsageError);
}

}  // namespace
}  // namespace eddy
