// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/closeness.hpp"
#include "eddy/error.hpp"

namespace eddy {
namespace {

Closeness closeness(const std::vector<float>& ours, const std::vector<float>& theirs) {
  ClosenessMeter meter;
  meter.add(ours, theirs);
  return meter.all();
}

TEST(Closeness, IsComputedByHand) {
  const Closeness c = closeness({1, 2, 3, 5}, {1, 2, 4, 3});
  EXPECT_EQ(c.values, 4);
  EXPECT_DOUBLE_EQ(c.largest, 2);
  EXPECT_DOUBLE_EQ(c.mean, 0.75);
  // Squares 0 0 1 4: mean 1.25. Their values: mean 2.5, variance 1.25. Ours: mean 2.75, variance 2.1875,
  // covariance 1.125.
  EXPECT_NEAR(c.rms_share, 1, 1e-12);
  EXPECT_NEAR(c.correlation, 1.125 / std::sqrt(1.25 * 2.1875), 1e-12);
}

TEST(Closeness, OfEqualValuesIsComplete) {
  const Closeness c = closeness({1, -2, 3}, {1, -2, 3});
  EXPECT_EQ(c.largest, 0);
  EXPECT_EQ(c.rms_share, 0);
  EXPECT_NEAR(c.correlation, 1, 1e-12);
}

TEST(Closeness, OverAllFramesIsThatOfTheirValuesTogether) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(100, 1);  // far from 0: sums of squares would cancel
  std::vector<float> ours, theirs;
  ClosenessMeter meter;
  for (int frame = 0; frame < 5; ++frame) {
    std::vector<float> a, b;
    for (int i = 0; i < 40; ++i) {
      b.push_back(normal(random));
      a.push_back(b.back() + (normal(random) - 100) / 10);
    }
    meter.add(a, b);
    ours.insert(ours.end(), a.begin(), a.end());
    theirs.insert(theirs.end(), b.begin(), b.end());
  }
  const Closeness together = closeness(ours, theirs);
  ASSERT_EQ(meter.frames().size(), 5U);
  EXPECT_EQ(meter.frames()[0].values, 40);
  EXPECT_EQ(meter.all().values, 200);
  EXPECT_NEAR(meter.all().correlation, together.correlation, 1e-9);
  EXPECT_NEAR(meter.all().rms_share, 0.1, 0.02);
  EXPECT_NEAR(meter.all().correlation, 1 / std::sqrt(1.01), 0.003);
}

TEST(Closeness, WhereNothingVariesThereIsNoCorrelation) {
  const Closeness c = closeness({1, 2}, {3, 3});
  EXPECT_TRUE(std::isnan(c.correlation));
  EXPECT_TRUE(to_json(c).at("correlation").is_number_float());
  EXPECT_EQ(nlohmann::json::parse(to_json(c).dump()).at("correlation"), nullptr);
  EXPECT_EQ(to_text(c), "difference 1.5 in the mean, 2 at most");
}

TEST(Closeness, ValuesThatAreNoNumbersAreSeen) {
  EXPECT_TRUE(std::isnan(closeness({1, std::numeric_limits<float>::quiet_NaN(), 1}, {1, 1, 2}).largest));
}

TEST(Closeness, OfDifferentLengthsIsRefused) { EXPECT_THROW(closeness({1, 2}, {1}), UsageError); }

}  // namespace
}  // namespace eddy
