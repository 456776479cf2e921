// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/task.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

const fs::path networks = fs::path(EDDY_TESTVECTORS) / "networks";
const fs::path people_model = networks / "people/people.onnx", digits_model = networks / "digits/digits.onnx";
constexpr Shape heat_shape{4, 24, 32};
constexpr int first_stored = 556;

/// The float network's stored answers as if the chip had given them.
class Stored {
 public:
  Stored(const fs::path& file, Shape shape, std::string name)
      : array_(read_npy(file)), shape_(shape), name_(std::move(name)) {}
  [[nodiscard]] std::vector<OutputValues> frame(int index) const {
    const auto from = array_.values.begin() + index * shape_.count();
    return {{"another", {1, 1, 1}, {0}},
            {name_, {shape_.c, shape_.h, shape_.w}, std::vector<float>(from, from + shape_.count())}};
  }

 private:
  Array array_;
  Shape shape_;
  std::string name_;
};
Stored people_answers() { return {networks / "people/float_reference.npy", heat_shape, "heat"}; }
Stored digits_answers() { return {networks / "digits/float_reference.npy", {10, 1, 1}, "scores"}; }

Picture grey(int width, int height) {
  return {{1, height, width}, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), 90), {}};
}

/// A copy of a network's small files in a folder of its own, to be spoiled.
class TaskFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& entry : fs::directory_iterator(networks / "digits"))
      fs::copy(entry.path(), folder_ / entry.path().filename());
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  void change(const std::string& key, const nlohmann::json& value) const {
    std::ifstream stream(folder_ / "task.json");
    nlohmann::json json = nlohmann::json::parse(stream);
    json[key] = value;
    stream.close();
    write("task.json", json.dump());
  }
  template <typename E>
  [[nodiscard]] std::string error() const {
    try {
      const auto task = open_task(folder_ / "digits.onnx");
      task->add_frame(0, grey(8, 8), digits_answers().frame(0));
    } catch (const E& e) {
      return e.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  TempFolder folder_;
};

// ---------------------------------------------------------------- people
TEST(PeopleTask, ScoresTheShippedClip) {
  const auto task = open_task(people_model);
  ASSERT_NE(task, nullptr);
  const Stored answers = people_answers();
  for (int f = 0; f < 145; ++f) task->add_frame(first_stored + f, grey(256, 192), answers.frame(f));
  const TaskResult result = task->finish();
  const auto& q = result.quality;
  EXPECT_EQ(q.at("kind"), "people-heatmap");
  EXPECT_EQ(q.at("frames"), 145);
  EXPECT_EQ(q.at("labelled_frames"), 145);
  EXPECT_NEAR(q.at("precision"), 0.99324, 5e-6);
  EXPECT_NEAR(q.at("recall"), 0.97783, 5e-6);
  EXPECT_NEAR(q.at("f1"), 0.98547, 5e-6);
  ASSERT_TRUE(result.score.has_value());
  EXPECT_EQ(result.score->name, "F1");
  EXPECT_EQ(result.score->value, q.at("f1"));
  EXPECT_NEAR(q.at("count_error"), 0.16552, 5e-6);
  EXPECT_EQ(q.at("trained_frames"), 0);
  EXPECT_THAT(q.at("meaning"), HasSubstr("not with people who counted"));
  EXPECT_EQ(q.at("float").at("f1"), q.at("f1"));
  EXPECT_EQ(q.at("float_reference").at("largest"), 0);
  EXPECT_NEAR(q.at("float_reference").at("correlation"), 1, 1e-9);
  EXPECT_EQ(q.at("float_reference").at("frames").size(), 145U);
  EXPECT_EQ(q.at("float_reference").at("frames")[3].at("frame"), 559);
  EXPECT_THAT(result.lines, Contains(HasSubstr("F1 0.985 (precision 0.993, recall 0.978), count error 0.17")));
  EXPECT_THAT(result.lines, Contains(HasSubstr("not with people who counted")));
  EXPECT_THAT(task->last_answer(), HasSubstr("labelled)"));
}

TEST(PeopleTask, ComparesWithTheFloatNetworkFrameByFrame) {
  const auto task = open_task(people_model);
  auto outputs = people_answers().frame(0);
  task->add_frame(first_stored, grey(256, 192), outputs);
  outputs = people_answers().frame(1);
  outputs[1].values[7] += 2;
  task->add_frame(first_stored + 1, grey(256, 192), outputs);
  const auto reference = task->finish().quality.at("float_reference");
  EXPECT_EQ(reference.at("frames")[0].at("largest"), 0);
  EXPECT_NEAR(reference.at("frames")[1].at("largest"), 2, 1e-6);
  EXPECT_NEAR(reference.at("frames")[1].at("mean"), 2.0 / 3072, 1e-8);
  EXPECT_NEAR(reference.at("mean"), 2.0 / 6144, 1e-8);
}

TEST(PeopleTask, FramesOfTheTrainingPartAreSaid) {
  const auto task = open_task(people_model);
  task->add_frame(10, grey(256, 192), people_answers().frame(0));
  const TaskResult result = task->finish();
  EXPECT_EQ(result.quality.at("trained_frames"), 1);
  EXPECT_TRUE(result.quality.at("float_reference").is_null());
  EXPECT_THAT(result.lines, Contains(HasSubstr("trained on")));
  EXPECT_THAT(result.lines, Contains(HasSubstr("no stored answers")));
}

TEST(PeopleTask, AnotherClipHasNoLabels) {
  for (const char* clip : {"generated", "/some/other/video.avi", "-", "/other/place/vtest.avi"}) {
    const auto task = open_task(people_model, clip);
    task->add_frame(first_stored, grey(256, 192), people_answers().frame(0));
    const TaskResult result = task->finish();
    EXPECT_EQ(result.quality.at("people"), 5) << clip;
    EXPECT_EQ(result.quality.at("labelled_frames"), 0) << clip;
    EXPECT_FALSE(result.quality.contains("f1")) << clip;
    EXPECT_FALSE(result.score.has_value()) << clip;
    EXPECT_THAT(result.lines, Contains("not scored: there are labels for vtest.avi only")) << clip;
    EXPECT_EQ(task->last_answer(), "5 people");
  }
}

TEST(PeopleTask, FramesBehindTheLabelsAreNotScored) {
  const auto task = open_task(people_model);
  task->add_frame(795, grey(256, 192), people_answers().frame(0));
  EXPECT_THAT(task->finish().lines, Contains("not scored: there are no labels for these frames"));
}

TEST(PeopleTask, AnotherOutputIsRefused) {
  const auto task = open_task(people_model);
  auto outputs = people_answers().frame(0);
  outputs[1].name = "warmth";
  try {
    task->add_frame(0, grey(256, 192), outputs);
    ADD_FAILURE();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"output\" is heat, but the model has another, warmth"));
  }
  outputs[1] = {"heat", {2, 24, 32}, std::vector<float>(1536)};
  EXPECT_THROW(task->add_frame(0, grey(256, 192), outputs), UsageError);
}

TEST_F(TaskFiles, PeopleAreWrittenAsAnswers) {
  const auto task = open_task(people_model);
  task->add_frame(first_stored, grey(256, 192), people_answers().frame(0));
  task->write_answers(folder_ / "answers.json");
  std::ifstream stream(folder_ / "answers.json");
  const auto json = nlohmann::json::parse(stream);
  ASSERT_EQ(json.at("frames").size(), 1U);
  EXPECT_EQ(json["frames"][0]["frame"], first_stored);
  ASSERT_EQ(json["frames"][0]["people"].size(), 5U);
  EXPECT_EQ(json["frames"][0]["people"][0][0], 54.5 * 12);
  EXPECT_EQ(json["frames"][0]["people"][0][1], 30.5 * 12);
}

TEST_F(TaskFiles, PeopleAreDrawnOnASheetOfModestSize) {
  const auto task = open_task(people_model);
  const auto clip = open_clip("generated", {}, {1, 192, 256});
  for (int f = 0; f < 60; ++f) task->add_frame(first_stored + f, *clip->next(), people_answers().frame(f));
  task->write_contact_sheet(folder_ / "sheet.png");
  EXPECT_GT(fs::file_size(folder_ / "sheet.png"), 50'000U);
  EXPECT_LT(fs::file_size(folder_ / "sheet.png"), 1'000'000U);
}

// ---------------------------------------------------------------- classes
TEST(ClassifyTask, ScoresTheShippedDigits) {
  const auto task = open_task(digits_model, (networks / "digits/../digits/digits.npy").string());
  for (int f = 0; f < 48; ++f) task->add_frame(f, grey(8, 8), digits_answers().frame(f));
  EXPECT_EQ(task->last_answer(), "6 (right)");
  const TaskResult result = task->finish();
  EXPECT_EQ(result.quality.at("right"), 48);
  EXPECT_EQ(result.quality.at("accuracy"), 1);
  EXPECT_EQ(result.quality.at("float_reference").at("same_answer"), 48);
  EXPECT_THAT(result.lines, Contains("classes: 48 of 48 frames right (100.0 %)"));
}

TEST(ClassifyTask, SeesAWrongAnswer) {
  const auto task = open_task(digits_model);
  auto outputs = digits_answers().frame(0);  // a 2
  outputs[1].values[3] = 1000;
  task->add_frame(0, grey(8, 8), outputs);
  EXPECT_EQ(task->last_answer(), "3 (wrong: 2)");
  task->add_frame(1, grey(8, 8), digits_answers().frame(1));
  const auto quality = task->finish().quality;
  EXPECT_EQ(quality.at("accuracy"), 0.5);
  EXPECT_EQ(quality.at("float_reference").at("same_answer"), 1);
}

TEST(ClassifyTask, WithoutLabelsItAnswersAllTheSame) {
  const auto task = open_task(digits_model, "other.npy");
  task->add_frame(0, grey(8, 8), digits_answers().frame(0));
  EXPECT_EQ(task->last_answer(), "2");
  EXPECT_FALSE(task->finish().quality.contains("accuracy"));
}

// ---------------------------------------------------------------- the file
TEST_F(TaskFiles, ModelWithoutOneHasNoTask) {
  fs::remove(folder_ / "task.json");
  EXPECT_EQ(open_task(folder_ / "digits.onnx"), nullptr);
}

TEST_F(TaskFiles, NonsenseIsRefusedByName) {
  write("task.json", "{");
  EXPECT_THAT(error<UsageError>(), HasSubstr("task.json"));
  write("task.json", R"({"output": "scores"})");
  EXPECT_THAT(error<UsageError>(), HasSubstr("\"kind\""));
  write("task.json", R"({"kind": "translate", "output": "scores"})");
  EXPECT_THAT(error<UsageError>(),
              HasSubstr("\"kind\" is translate; known are people-heatmap, classify, segment, reconstruct"));
  write("task.json", R"({"kind": "classify", "output": "scores"})");
  EXPECT_THAT(error<UsageError>(), HasSubstr("\"classes\""));
}

TEST_F(TaskFiles, FilesThatItNamesMustBeThereAndFit) {
  change("classes", {"yes", "no"});
  EXPECT_THAT(error<UsageError>(), HasSubstr("is no class"));
  change("labels", nullptr);
  EXPECT_THAT(error<UsageError>(), HasSubstr("\"labels\""));
  change("labels", "gone.json");
  EXPECT_THAT(error<FileError>(), HasSubstr("gone.json"));
}

TEST_F(TaskFiles, StoredAnswersMustBeAsManyAsIsSaid) {
  change("reference_frames", {0, 47});
  EXPECT_THAT(error<UsageError>(), HasSubstr("\"reference_frames\""));
  change("reference_frames", {0, 48});
  write("float_reference.npy", "nonsense");
  EXPECT_THAT(error<FileError>(), HasSubstr("float_reference.npy"));
}

TEST_F(TaskFiles, AsManyScoresAsClasses) {
  write("labels.json", R"({"labels": []})");
  change("classes", {"yes", "no"});
  EXPECT_THAT(error<UsageError>(), HasSubstr("2 classes, but scores has 10 values"));
}

}  // namespace
}  // namespace eddy
