// SPDX-License-Identifier: Apache-2.0
/// The search for thresholds, on costs that are made up, and the steps that it takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "tune/bench.hpp"
#include "tune/knob.hpp"
#include "tune/search.hpp"

namespace eddy {
namespace {

/// Layers of which each saves ever less and costs ever more as its threshold goes up.
class MadeUp {
 public:
  MadeUp(std::uint64_t seed, int layers) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<> some(0.1, 1);
    knobs.push_back(Knob::pixels());
    for (int l = 0; l < layers; ++l) knobs.push_back(Knob::layer(fmt::format("l{}", l), 255, 4));
    for (std::size_t k = 0; k < knobs.size(); ++k) {
      work_.push_back(1e6 * some(random));
      error_.push_back(1e-4 * some(random) * some(random));
    }
  }

  [[nodiscard]] Trial measure(const Thresholds& thresholds) const {
    Trial trial;
    trial.thresholds = thresholds;
    double done = 0;
    for (std::size_t k = 0; k < knobs.size(); ++k) {
      const double value = knobs[k].value(thresholds);
      done += work_[k] / (1 + 0.2 * value);
      trial.error += error_[k] * value;
      trial.macs_dense += static_cast<std::int64_t>(work_[k]);
    }
    trial.macs_done = static_cast<std::int64_t>(done);
    trial.loss = trial.error;
    return trial;
  }

  /// The best of all settings within a budget, each tried.
  [[nodiscard]] std::int64_t least(double budget) const {
    std::vector<Thresholds> all{Thresholds{}};
    for (const Knob& knob : knobs) {
      std::vector<Thresholds> next;
      for (const Thresholds& t : all) {
        std::optional<Thresholds> turned = knob.with(t, 0);
        for (; turned && measure(*turned).loss <= budget; turned = knob.up(*turned)) next.push_back(*turned);
      }
      all = std::move(next);
    }
    std::int64_t least = measure({}).macs_done;
    for (const Thresholds& t : all) least = std::min(least, measure(t).macs_done);
    return least;
  }

  std::vector<Knob> knobs;

 private:
  std::vector<double> work_, error_;
};

std::vector<Trial> search(const MadeUp& costs, double budget, bool by_channel = false) {
  std::vector<Trial> trials{costs.measure({})};
  Search([&](const Thresholds& t) { return costs.measure(t); }, budget, costs.knobs, trials).run(by_channel);
  return trials;
}

TEST(Search, ComesNearTheBestOfAllSettingsInFewTrials) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const MadeUp costs(seed, 2);
    const double budget = 0.005;
    const auto trials = search(costs, budget);
    const Trial& best = trials[Search::best(trials, budget)];
    EXPECT_LE(best.loss, budget);
    EXPECT_LE(static_cast<double>(best.macs_done), 1.05 * static_cast<double>(costs.least(budget))) << "seed " << seed;
    EXPECT_LT(trials.size(), 200U) << "seed " << seed;
  }
}

TEST(Search, AllowsNoMoreThanTheBudget) {
  const MadeUp costs(7, 6);
  for (const double budget : {1e-6, 1e-3, 1e-2, 1.0}) {
    const auto trials = search(costs, budget);
    EXPECT_LE(trials[Search::best(trials, budget)].loss, budget);
  }
  const auto none = search(costs, 1e-6);
  EXPECT_EQ(Search::best(none, 1e-6), 0U) << "nothing but the dense network is that good";
}

TEST(Search, KeepsWhatItTriedWhenItIsStopped) {
  const MadeUp costs(3, 5);
  for (const std::size_t limit : {2U, 10U, 40U}) {
    std::vector<Trial> trials{costs.measure({})};
    const auto measure = [&](const Thresholds& t) {
      if (trials.size() == limit) throw Stopped{};
      return costs.measure(t);
    };
    Search search(measure, 0.01, costs.knobs, trials);
    EXPECT_THROW(search.run(false), Stopped);
    EXPECT_EQ(trials.size(), limit);
    EXPECT_LE(trials[Search::best(trials, 0.01)].loss, 0.01);
  }
}

TEST(Search, GivesChannelsThresholdsOfTheirOwn) {
  // Two channels of one layer: the first costs nothing.
  std::vector<Knob> knobs{Knob::layer("only", 255, 2)};
  const Knob first = knobs[0].of_channel(0), second = knobs[0].of_channel(1);
  const auto measure = [&](const Thresholds& t) {
    Trial trial;
    trial.thresholds = t;
    trial.macs_dense = 2000;
    trial.macs_done = static_cast<std::int64_t>(1000 / (1.0 + first.value(t)) + 1000 / (1.0 + second.value(t)));
    trial.loss = trial.error = 0.001 * second.value(t) + 1e-6 * first.value(t);
    return trial;
  };
  std::vector<Trial> trials{measure({})};
  Search(measure, 0.005, knobs, trials).run(true);
  const Thresholds& best = trials[Search::best(trials, 0.005)].thresholds;
  EXPECT_GT(first.value(best), second.value(best));
}

TEST(Front, HoldsWhatNoOtherTrialBeats) {
  const auto trial = [](std::int64_t done, double loss) {
    Trial t;
    t.macs_done = done;
    t.macs_dense = 100;
    t.loss = loss;
    return t;
  };
  EXPECT_EQ(front({trial(50, 0), trial(20, 0.3), trial(30, 0.1), trial(40, 0.2), trial(20, 0.4)}),
            (std::vector<std::size_t>{1, 2, 0}));
}

TEST(Knob, StepsAreWholeNumbersOfTheChip) {
  for (int bits = 8; bits <= 14; ++bits) {
    const int top = (1 << bits) - 1;
    const Knob knob = Knob::layer("l", top, 1);
    Thresholds t;
    int before = 0;
    for (auto next = knob.up(t); next; next = knob.up(t)) {
      const int value = static_cast<int>(std::lround(next->layers.at("l").at(0) * top));
      EXPECT_EQ(value, knob.value(*next));
      EXPECT_GE(value, before + 1);
      EXPECT_EQ(knob.value(*knob.down(*next)), before);
      before = value;
      t = *next;
    }
    EXPECT_GT(before, top / 3);
    EXPECT_LE(before, top / 2 + 1);
  }
}

TEST(Knob, OneChannelIsTurnedAlone) {
  const Knob layer = Knob::layer("l", 255, 3);
  Thresholds t = layer.with({}, 4);
  EXPECT_EQ(t.layers.at("l").size(), 1U);
  t = *layer.of_channel(1).up(t);
  ASSERT_EQ(t.layers.at("l").size(), 3U);
  EXPECT_EQ(layer.of_channel(0).value(t), 4);
  EXPECT_EQ(layer.of_channel(1).value(t), 6);
  EXPECT_EQ(layer.of_channel(2).value(t), 4);
  EXPECT_EQ(layer.of_channel(1).name(), "l[1]");
}

}  // namespace
}  // namespace eddy
