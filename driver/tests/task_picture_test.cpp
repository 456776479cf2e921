// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "task/contact_sheet.hpp"
#include "task/font.hpp"
#include "task/spread.hpp"
#include "task/whole_file.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

constexpr Colour black{0, 0, 0}, white{255, 255, 255}, red{255, 0, 0};

/// A file that goes with the test.
class Pictures : public ::testing::Test {
 protected:
  /// What the file holds, by libpng.
  [[nodiscard]] Canvas read_back() const {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    EXPECT_NE(png_image_begin_read_from_file(&image, file_.c_str()), 0) << image.message;
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> bytes(PNG_IMAGE_SIZE(image));
    EXPECT_NE(png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr), 0) << image.message;
    Picture picture{{3, static_cast<int>(image.height), static_cast<int>(image.width)}, bytes, {}};
    Canvas canvas(picture.shape.w, picture.shape.h, black);
    canvas.copy(0, 0, picture);
    return canvas;
  }

  TempFolder folder_;
  fs::path file_ = folder_ / "picture.png";
};

int count(const Canvas& canvas, Colour colour) {
  int n = 0;
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) n += canvas.at(x, y) == colour ? 1 : 0;
  }
  return n;
}

// ---------------------------------------------------------------- lines
TEST(Canvas, BoxIsAnOutline) {
  Canvas canvas(40, 30, black);
  canvas.box(20, 15, 20, 10, 2, white);  // lines at x 10 and 30, y 10 and 20, a pixel to both sides
  for (const auto& [x, y] : {std::pair{9, 15}, {10, 15}, {29, 15}, {30, 15}, {20, 9}, {20, 10}, {20, 19}, {20, 20}})
    EXPECT_EQ(canvas.at(x, y), white) << x << ' ' << y;
  for (const auto& [x, y] : {std::pair{20, 15}, {11, 15}, {7, 15}, {32, 15}, {20, 12}, {20, 22}, {0, 0}})
    EXPECT_EQ(canvas.at(x, y), black) << x << ' ' << y;
}

TEST(Canvas, CircleAndCrossAreWhereTheyBelong) {
  Canvas circle(40, 40, black);
  circle.circle(20, 20, 10, 2, white);
  EXPECT_EQ(circle.at(10, 20), white);
  EXPECT_EQ(circle.at(20, 29), white);
  EXPECT_EQ(circle.at(20, 20), black);
  EXPECT_EQ(circle.at(11, 11), black);  // the corner of a box of that size
  Canvas cross(40, 40, black);
  cross.cross(20, 20, 10, 2, red);
  EXPECT_EQ(cross.at(20, 20), red);
  EXPECT_EQ(cross.at(16, 16), red);
  EXPECT_EQ(cross.at(23, 16), red);
  EXPECT_EQ(cross.at(20, 15), black);
  EXPECT_EQ(cross.at(12, 12), black);
}

TEST(Canvas, WhatLiesOutsideIsCutOff) {
  Canvas canvas(10, 10, black);
  canvas.box(0, 0, 10, 10, 2, white);
  canvas.circle(100, -100, 20, 2, white);
  canvas.copy(8, 8, Picture{{1, 4, 4}, std::vector<std::uint8_t>(16, 255), {}});
  EXPECT_EQ(canvas.at(4, 2), white);
  EXPECT_EQ(canvas.at(9, 9), white);
  EXPECT_EQ(canvas.at(7, 7), black);
}

TEST(Font, WritesOnTheBaseline) {
  Canvas canvas(100, 30, black);
  const Font font(16);
  const double end = font.write(canvas, 5, 20, "Hi7", white);
  EXPECT_GT(end, 25);
  EXPECT_LT(end, 60);
  int lit = 0;
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 100; ++x) {
      if (canvas.at(x, y) == black) continue;
      ++lit;
      EXPECT_TRUE(x >= 4 && x <= end && y >= 4 && y <= 20) << x << ' ' << y;
    }
  }
  EXPECT_GT(lit, 40);
}

// ---------------------------------------------------------------- files
TEST_F(Pictures, PngIsReadBackAsItWasDrawn) {
  Canvas canvas(50, 20, Colour{10, 20, 30});
  canvas.box(25, 10, 30, 10, 3, red);
  write_whole(file_, canvas.png());
  const Canvas back = read_back();
  ASSERT_EQ(back.width(), 50);
  ASSERT_EQ(back.height(), 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 50; ++x) EXPECT_EQ(back.at(x, y), canvas.at(x, y));
  }
}

TEST_F(Pictures, SheetInAFileThatCannotBeIsAnError) {
  const SheetFrame frame{Picture{{1, 2, 2}, {1, 2, 3, 4}, {}}, {}, "", white};
  EXPECT_THROW(write_contact_sheet("/proc/no/folder.png", {&frame}, "", {}, false), FileError);
}

TEST_F(Pictures, SheetOfNoiseIsSmallAllTheSame) {
  std::mt19937 random(5);
  std::vector<SheetFrame> frames(12);
  std::vector<const SheetFrame*> shown;
  for (SheetFrame& frame : frames) {
    frame.picture.shape = {3, 240, 320};
    for (int i = 0; i < 3 * 240 * 320; ++i) frame.picture.pixels.push_back(static_cast<std::uint8_t>(random()));
    shown.push_back(&frame);
  }
  write_contact_sheet(file_, shown, "", {}, false);
  EXPECT_LT(fs::file_size(file_), 1'000'000U);
}

TEST_F(Pictures, SheetShowsFramesMarksAndCaptions) {
  const Picture grey{{1, 96, 128}, std::vector<std::uint8_t>(96 * 128, 100), {}};
  const Colour green{1, 200, 2}, violet{90, 0, 91};
  const SheetFrame marked{grey, {{Mark::Kind::box, 64, 48, 40, 60, green}}, "caption", white},
      plain{grey, {}, "", white};
  const std::vector<const SheetFrame*> five{&marked, &plain, &plain, &plain, &plain};
  write_contact_sheet(file_, five, "title", {{violet, "what violet means"}}, false);
  const Canvas sheet = read_back();
  // Two rows of four: frames of 128x96 are shown at twice their size.
  EXPECT_GT(sheet.width(), 4 * 256);
  EXPECT_GT(sheet.height(), 2 * 192);
  EXPECT_NEAR(count(sheet, {100, 100, 100}), 5 * 256 * 192, 3000);
  EXPECT_NEAR(count(sheet, green), 2 * 2 * (80 + 120), 20);  // two pixels wide
  EXPECT_GT(count(sheet, white), 5);                         // the captions
  EXPECT_GT(count(sheet, violet), 5);                        // the legend
}

TEST_F(Pictures, SheetOfColoursRealValuesAndDarkPixelsCanBeSeen) {
  const Picture bgr{{3, 2, 2}, {9, 8, 250, 9, 8, 250, 9, 8, 250, 9, 8, 250}, {}};
  const Picture real{{1, 2, 2}, {}, {-1, 0, 1, 3}};
  const Picture dark{{1, 2, 2}, {0, 4, 8, 16}, {}};
  const auto shown = [&](const Picture& picture, bool blue_first) {
    const SheetFrame frame{picture, {}, "", white};
    write_contact_sheet(file_, {&frame}, "", {}, blue_first);
    return read_back();
  };
  EXPECT_GT(count(shown(bgr, true), {250, 8, 9}), 1000);
  EXPECT_GT(count(shown(bgr, false), {9, 8, 250}), 1000);
  EXPECT_GT(count(shown(real, false), {64, 64, 64}), 1000);  // 0 in -1..3
  EXPECT_GT(count(shown(dark, false), {64, 64, 64}), 1000);  // 4 of 16
}

TEST_F(Pictures, SheetOfNothingIsRefused) { EXPECT_THROW(write_contact_sheet(file_, {}, "", {}, false), FileError); }

// ---------------------------------------------------------------- which frames
TEST(Spread, ChoosesEvenly) {
  for (const int n : {1, 2, 3, 4, 7, 8, 9, 100, 239}) {
    Spread<int> spread(4);
    for (int i = 0; i < n; ++i) {
      if (spread.takes_next())
        spread.add(i);
      else
        spread.skip();
    }
    const auto chosen = spread.chosen();
    ASSERT_EQ(chosen.size(), static_cast<std::size_t>(std::min(n, 4)));
    EXPECT_EQ(*chosen.front(), 0);
    EXPECT_GE(*chosen.back(), (n - 1) / 2);
    for (std::size_t i = 1; i < chosen.size(); ++i) EXPECT_GT(*chosen[i], *chosen[i - 1]);
  }
}

}  // namespace
}  // namespace eddy
