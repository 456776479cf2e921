// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "eddy/error.hpp"
#include "eddy/task.hpp"
#include "task/runs.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A task of masks of 4x2, with labels for frames 7 and 8.
class SegmentTask : public ::testing::Test {
 protected:
  void SetUp() override {
    write("input.json", R"({"clip": "own.npy"})");
    write("task.json", R"({"kind": "segment", "output": "mask", "decision_threshold": 0.5, "labels": "labels.json",
                           "quality": "made up", "train_frames": [0, 8]})");
    write("labels.json", R"({"width": 4, "height": 2, "first": 7, "frames": [[1, 2, 5], [0, 1, 7]]})");
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] std::unique_ptr<Task> open(const std::string& clip = {}) const {
    return open_task(folder_ / "any.onnx", clip);
  }
  static std::vector<OutputValues> mask(std::vector<float> values) { return {{"mask", {1, 2, 4}, std::move(values)}}; }
  static Picture grey() { return {{1, 2, 4}, std::vector<std::uint8_t>(8, 90), {}}; }

  TempFolder folder_;
};

TEST(Runs, BeginWithThoseOutside) {
  EXPECT_THAT(runs_of({0, 1, 1, 0}), ElementsAre(1, 2, 1));
  EXPECT_THAT(runs_of({1, 1}), ElementsAre(0, 2));
  EXPECT_EQ(bits_of(std::vector{0, 2, 1}, 3), (Bits{1, 1, 0}));
  EXPECT_FALSE(bits_of(std::vector{0, 2, 1}, 4));
  EXPECT_FALSE(bits_of(std::vector{0, 2, 1}, 2));
  EXPECT_FALSE(bits_of(std::vector{4, -1}, 3));
}

TEST_F(SegmentTask, IntersectionOverUnionIsOfAllFramesTogether) {
  const auto task = open();
  task->add_frame(7, grey(), mask({0.5F, 0.6F, 0.4F, 1, 0, 0, 0, 0}));  // seen 1 and 3, labelled 1 and 2
  EXPECT_EQ(task->last_answer(), "25.0 %, IoU 0.33");
  task->add_frame(8, grey(), mask({1, 1, 0, 0, 0, 0, 0, 0}));  // seen 0 and 1, labelled 0
  const TaskResult result = task->finish();
  ASSERT_TRUE(result.score.has_value());
  EXPECT_EQ(result.score->name, "IoU");
  EXPECT_DOUBLE_EQ(result.score->value, 2.0 / 5);
  EXPECT_DOUBLE_EQ(result.quality.at("precision"), 0.5);
  EXPECT_DOUBLE_EQ(result.quality.at("recall"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(result.quality.at("covered"), 0.25);
  EXPECT_EQ(result.quality.at("labelled_frames"), 2);
  EXPECT_EQ(result.quality.at("trained_frames"), 1);
  EXPECT_EQ(result.quality.at("meaning"), "made up");
  EXPECT_THAT(result.lines, Contains(HasSubstr("made up")));
}

TEST_F(SegmentTask, FramesWithoutLabelsAreToldAndNotScored) {
  for (const auto& [clip, why] : {std::pair{"", "no labels for these frames"}, {"generated", "own.npy only"}}) {
    const auto task = open(clip);
    task->add_frame(*clip == '\0' ? 6 : 7, grey(), mask({1, 1, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(task->last_answer(), "25.0 %");
    const TaskResult result = task->finish();
    EXPECT_FALSE(result.score.has_value());
    EXPECT_THAT(result.lines, Contains(HasSubstr(why)));
  }
}

TEST_F(SegmentTask, MasksAreWrittenAndDrawn) {
  const auto task = open();
  task->add_frame(7, grey(), mask({0, 1, 1, 1, 0, 0, 0, 0}));
  task->write_answers(folder_ / "answers.json");
  std::ifstream stream(folder_ / "answers.json");
  const auto json = nlohmann::json::parse(stream);
  EXPECT_EQ(json.at("frames")[0].at("frame"), 7);
  EXPECT_EQ(json.at("frames")[0].at("runs"), nlohmann::json({1, 3, 4}));
  task->write_contact_sheet(folder_ / "sheet.png");
  EXPECT_GT(fs::file_size(folder_ / "sheet.png"), 1'000U);
}

TEST_F(SegmentTask, LabelsThatAreNoMasksAreRefused) {
  for (const char* frames : {"[[1, 2]]", "[[9]]", "[[-1, 9]]", "[1]"}) {
    write("labels.json", std::string(R"({"width": 4, "height": 2, "first": 0, "frames": )") + frames + "}");
    EXPECT_THROW((void)open(), UsageError) << frames;
  }
  write("labels.json", R"({"width": 4, "height": 3, "first": 0, "frames": [[12]]})");
  const auto task = open();
  EXPECT_THROW(task->add_frame(0, grey(), mask(std::vector<float>(8))), UsageError);
}

}  // namespace
}  // namespace eddy
