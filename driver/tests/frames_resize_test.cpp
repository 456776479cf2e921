// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "frames/resize.hpp"

namespace eddy {
namespace {

Picture ramp(int width, int height) {
  Picture picture{{1, height, width}, {}, {}};
  for (int i = 0; i < width * height; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 251));
  return picture;
}

TEST(Resizing, WholeFactorsAreRoundedBlockMeans) {
  for (const int factor : {2, 3, 4, 5}) {
    const Picture big = ramp(8 * factor, 6 * factor);
    const Picture result = resize(big, 8, 6, Resize::stretch);
    for (int y = 0; y < 6; ++y) {
      for (int x = 0; x < 8; ++x) {
        int sum = 0;
        for (int i = 0; i < factor * factor; ++i) {
          sum += big.pixels[static_cast<std::size_t>((y * factor + i / factor) * 8 * factor + x * factor + i % factor)];
        }
        const int n = factor * factor;
        EXPECT_EQ(result.pixels[static_cast<std::size_t>(y * 8 + x)], (sum + n / 2) / n);
      }
    }
  }
}

TEST(Resizing, KeepsAUniformPictureUniform) {
  const Picture flat{{3, 7, 11}, std::vector<std::uint8_t>(231, 77), {}};
  for (const auto& [w, h] : {std::pair{5, 3}, {11, 4}, {22, 14}, {13, 9}, {1, 1}}) {
    EXPECT_THAT(resize(flat, w, h, Resize::stretch).pixels, ::testing::Each(77));
    EXPECT_THAT(resize(flat, w, h, Resize::crop).pixels, ::testing::Each(77));
  }
}

TEST(Resizing, FitLeavesBlackBordersAndCropLeavesNone) {
  const Picture wide{{1, 4, 16}, std::vector<std::uint8_t>(64, 200), {}};
  const Picture fit = resize(wide, 8, 8, Resize::fit);
  for (int y = 0; y < 8; ++y) EXPECT_EQ(fit.pixels[static_cast<std::size_t>(8 * y)], y >= 3 && y < 5 ? 200 : 0) << y;
  Picture sides = wide;
  for (std::size_t i = 0; i < 64; ++i) sides.pixels[i] = i % 16 < 6 || i % 16 >= 10 ? 0 : 200;
  EXPECT_THAT(resize(sides, 4, 4, Resize::crop).pixels, ::testing::Each(200)) << "the middle";
}

}  // namespace
}  // namespace eddy
