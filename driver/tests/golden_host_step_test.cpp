// SPDX-License-Identifier: Apache-2.0
/// What the host computes behind the chip, against values by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "eddy/host_step.hpp"

namespace eddy {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> applied(HostStep step, std::vector<float> values) {
  return apply_steps(std::vector<HostStep>{std::move(step)}, std::move(values));
}

TEST(HostStep, PermuteTurnsDimensions) {
  // [2][3] to [3][2]
  EXPECT_THAT(applied(Permute{{2, 3}, {1, 0}}, {0, 1, 2, 10, 11, 12}), ElementsAre(0, 10, 1, 11, 2, 12));
  std::vector<float> values(24);
  std::iota(values.begin(), values.end(), 0.0F);
  const auto turned = applied(Permute{{2, 3, 4}, {2, 0, 1}}, values);
  for (int a = 0; a < 4; ++a) {
    for (int b = 0; b < 2; ++b) {
      for (int c = 0; c < 3; ++c)
        EXPECT_EQ(turned[static_cast<std::size_t>((a * 2 + b) * 3 + c)], static_cast<float>((b * 3 + c) * 4 + a));
    }
  }
  EXPECT_EQ(applied(Permute{{4, 2, 3}, {1, 2, 0}}, turned), values) << "and back";
}

TEST(HostStep, SoftmaxIsOverTheMiddle) {
  const float e = std::exp(1.0F);
  EXPECT_THAT(applied(Softmax{2, 1, false}, {0, 1, 5, 5}),
              Pointwise(FloatNear(1e-6F), {1 / (1 + e), e / (1 + e), 0.5F, 0.5F}));
  // [2][2]: over the first dimension
  EXPECT_THAT(applied(Softmax{2, 2, false}, {0, 7, 1, 7}),
              Pointwise(FloatNear(1e-6F), {1 / (1 + e), 0.5F, e / (1 + e), 0.5F}));
  EXPECT_THAT(applied(Softmax{2, 1, true}, {0, 1}),
              Pointwise(FloatNear(1e-6F), {-std::log(1 + e), 1 - std::log(1 + e)}));
  EXPECT_THAT(applied(Softmax{2, 1, false}, {1000, 1000}), ElementsAre(0.5F, 0.5F)) << "no overflow";
}

TEST(HostStep, ArgMaxIsAnIndex) {
  EXPECT_THAT(applied(ArgMax{3, 1, false}, {1, 3, 2, 4, 4, 0}), ElementsAre(1, 0));
  EXPECT_THAT(applied(ArgMax{3, 1, true}, {1, 3, 2, 4, 4, 0}), ElementsAre(1, 1));
  EXPECT_THAT(applied(ArgMax{2, 3, false}, {1, 3, 2, 4, 0, 9}), ElementsAre(1, 0, 1));
}

TEST(HostStep, OneAfterAnother) {
  const std::vector<HostStep> steps{Permute{{2, 2}, {1, 0}}, ArgMax{2, 1, false}};
  EXPECT_THAT(apply_steps(steps, {0, 5, 3, 4}), ElementsAre(1, 0));
  EXPECT_EQ(to_text(steps), "Transpose, ArgMax");
}

}  // namespace
}  // namespace eddy
