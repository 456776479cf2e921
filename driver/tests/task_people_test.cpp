// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "eddy/frames.hpp"
#include "task/people.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const fs::path people_folder = fs::path(EDDY_TESTVECTORS) / "networks/people";

MATCHER_P2(IsAt, x, y, "") { return arg.x == x && arg.y == y; }

TaskFile shipped() { return read_task_file(people_folder / "task.json", ""); }

/// Logits of one sub-cell, so that a cell of the map is a value of the tensor.
struct Drawn {
  PeopleRules rules;
  HeatMap heat;
  Drawn(int rows, int columns) : heat{rows, columns, std::vector<float>(static_cast<std::size_t>(rows * columns), -9)} {
    rules.cell = 10;
    rules.window_width = 3;
    rules.window_height = 5;
    rules.apart_x = 1;
    rules.apart_y = 3;
    rules.radius = 15;
  }
  void set(int x, int y, float logit) { heat.values[static_cast<std::size_t>(y * heat.columns + x)] = logit; }
  [[nodiscard]] std::vector<Person> found() const { return find_people(rules, heat); }
};

// ---------------------------------------------------------------- against scripts/workload/people_score.py
TEST(People, ScoreOfTheStoredAnswersIsThatOfTheReferenceScorer) {
  const TaskFile file = shipped();
  const PeopleRules rules = people_rules(file);
  const Array answers = read_npy(people_folder / "float_reference.npy");
  const auto labels =
      TaskFile::get<std::vector<std::vector<std::array<double, 3>>>>(*file.labels(), "labels", "frames");
  constexpr Shape shape{4, 24, 32};
  constexpr int first = 556, frames = 145;
  PeopleScore score;
  for (int f = 0; f < frames; ++f) {
    const auto from = answers.values.begin() + f * shape.count();
    const std::vector<float> logits(from, from + shape.count());
    std::vector<Place> places;
    for (const auto& label : labels[static_cast<std::size_t>(first + f)]) places.push_back({label[0], label[1]});
    const auto people = find_people(rules, heat_map(rules, {4, 24, 32}, logits));
    if (f == 0) {
      EXPECT_THAT(people, ElementsAre(IsAt(54, 30), IsAt(50, 16), IsAt(8, 16), IsAt(33, 16), IsAt(19, 38)));
    }
    score.add(rules, people, places);
  }
  EXPECT_EQ(score.frames, frames);
  EXPECT_NEAR(score.precision(), 0.99324, 5e-6);
  EXPECT_NEAR(score.recall(), 0.97783, 5e-6);
  EXPECT_NEAR(score.f1(), 0.98547, 5e-6);
  EXPECT_NEAR(score.mean_count_error(), 0.16552, 5e-6);
}

// ---------------------------------------------------------------- finding
TEST(People, ChannelsAreSubcellsOfTheHeatMap) {
  PeopleRules rules;
  rules.subcells = 2;
  const HeatMap heat = heat_map(rules, {4, 1, 2}, std::vector<float>{0, 1, 10, 11, 20, 21, 30, 31});
  EXPECT_EQ(heat.rows, 2);
  EXPECT_THAT(heat.values, ElementsAre(0, 10, 1, 11, 20, 30, 21, 31));
  EXPECT_THROW(heat_map(rules, {3, 1, 2}, std::vector<float>(6)), UsageError);
}

TEST(People, OnlyCellsAboveTheThresholdCount) {
  Drawn drawn(9, 9);
  drawn.rules.threshold = 0.5;
  drawn.set(1, 1, 0.5F);
  drawn.set(7, 1, 0.6F);
  EXPECT_THAT(drawn.found(), ElementsAre(IsAt(7, 1)));
}

TEST(People, AreTheMaximaOfTheirWindows) {
  Drawn drawn(12, 12);
  drawn.rules.apart_x = drawn.rules.apart_y = 0;  // the window alone
  drawn.set(5, 5, 3);
  drawn.set(6, 7, 2);  // one column and two rows away: in the window
  drawn.set(7, 5, 2);  // two columns away: outside
  drawn.set(5, 8, 1);  // three rows away from the first, but one from the second
  EXPECT_THAT(drawn.found(), ElementsAre(IsAt(5, 5), IsAt(7, 5)));
}

TEST(People, WeakerOnesTooNearAreDropped) {
  Drawn drawn(12, 12);
  drawn.set(5, 5, 3);
  drawn.set(6, 8, 2);   // three rows away: out of the window, too near all the same
  drawn.set(5, 11, 1);  // near to the one that was dropped, not to the one that stays
  EXPECT_THAT(drawn.found(), ElementsAre(IsAt(5, 5), IsAt(5, 11)));
}

TEST(People, OfEqualsInAWindowTheUpperLeftStays) {
  Drawn drawn(9, 9);
  drawn.set(4, 4, 1);
  drawn.set(3, 4, 1);
  drawn.set(4, 3, 1);
  EXPECT_THAT(drawn.found(), ElementsAre(IsAt(4, 3)));
}

TEST(People, AreFoundAtTheBorder) {
  Drawn drawn(6, 6);
  drawn.set(0, 0, 1);
  drawn.set(5, 5, 2);
  EXPECT_THAT(drawn.found(), ElementsAre(IsAt(5, 5), IsAt(0, 0)));
}

// ---------------------------------------------------------------- matching
TEST(People, EachTakesTheNearestLabelThatIsFree) {
  const Drawn drawn(1, 1);
  // Cells of 10 pixels: the people stand at 5, 15 and 95.
  const std::vector<Person> people{{0, 0, 3}, {1, 0, 2}, {9, 0, 1}};
  const std::vector<Place> labels{{12, 5}, {24, 5}};
  // The first is 7 away from label 0; the second, nearer to it, has to take the other.
  EXPECT_THAT(match_people(drawn.rules, people, labels), ElementsAre(0, 1, -1));
}

TEST(People, ALabelAtTheRadiusStillMatches) {
  const Drawn drawn(1, 1);
  const std::vector<Person> people{{0, 0, 1}};
  EXPECT_THAT(match_people(drawn.rules, people, std::vector<Place>{{20, 5}}), ElementsAre(0));
  EXPECT_THAT(match_people(drawn.rules, people, std::vector<Place>{{20.001, 5}}), ElementsAre(-1));
  EXPECT_THAT(match_people(drawn.rules, people, std::vector<Place>{}), ElementsAre(-1));
}

TEST(People, ScoreOfNobodyIsNoDivisionByZero) {
  PeopleScore score;
  EXPECT_EQ(score.f1(), 0);
  score.add({}, {}, {});
  EXPECT_EQ(score.precision(), 0);
  EXPECT_EQ(score.mean_count_error(), 0);
}

// ---------------------------------------------------------------- rules
TEST(People, RulesThatMakeNoSenseAreNamed) {
  for (const auto& [key, value] : std::vector<std::pair<const char*, nlohmann::json>>{
           {"cell", 0}, {"subcells", 0}, {"peak_window", {3}}, {"picture", {0, 5}}, {"decision_threshold", "much"}}) {
    TaskFile file = shipped();
    file.content[key] = value;
    try {
      people_rules(file);
      ADD_FAILURE() << key;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(key));
      EXPECT_THAT(error.what(), HasSubstr("task.json"));
    }
  }
}

}  // namespace
}  // namespace eddy
