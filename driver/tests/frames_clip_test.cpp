// SPDX-License-Identifier: Apache-2.0
/// Clips of all kinds, frame by frame, and what is said of those that cannot be read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "frames/process.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Clips : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// A gray picture that ffmpeg reads: width and height, pixels x + 10 * y + first.
  void picture(const std::string& name, int width, int height, int first) const {
    std::ofstream stream(folder_ / name, std::ios::binary);
    stream << "P5\n" << width << ' ' << height << "\n255\n";
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) stream << static_cast<char>(first + x + 10 * y);
    }
  }
  /// A lossless video of `frames` still pictures, each lighter than the one before.
  [[nodiscard]] std::string video(int frames, const char* pixels = "gray") const {
    Process ffmpeg({"ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
                    fmt::format("color=black:s=8x6:r=10,geq=lum=16+10*N:cb=128:cr=128"), "-frames:v",
                    std::to_string(frames), "-c:v", "ffv1", "-pix_fmt", pixels, path("video.avi")});
    EXPECT_EQ(ffmpeg.finish(), 0) << ffmpeg.errors();
    return path("video.avi");
  }

  template <typename F>
  static std::string file_error(F f) {
    try {
      f();
    } catch (const FileError& error) {
      EXPECT_EQ(error.exit_status(), 6);
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  TempFolder folder_;
};

const Shape small{1, 6, 8};

// ---------------------------------------------------------------- ranges
TEST(FrameRange, IsReadFromText) {
  EXPECT_EQ(parse_range("3:7").first, 3);
  EXPECT_EQ(parse_range("3:7").last, 7);
  EXPECT_EQ(parse_range("3:").last, -1);
  EXPECT_EQ(parse_range(":7").first, 0);
  for (const char* bad : {"", "3", "7:3", "3:3", "a:b", "-1:4", "1:2:3"})
    EXPECT_THROW(parse_range(bad), UsageError) << bad;
}

// ---------------------------------------------------------------- sources
TEST_F(Clips, VideoGivesItsFramesInOrder) {
  const auto pictures = read_pictures(video(5), {}, small, {}, 100);
  ASSERT_EQ(pictures.size(), 5U);
  for (std::size_t f = 1; f < 5; ++f) EXPECT_GT(pictures[f].pixels[0], pictures[f - 1].pixels[0]);
  const auto part = read_pictures(path("video.avi"), {}, small, {2, 4}, 100);
  ASSERT_EQ(part.size(), 2U);
  EXPECT_EQ(part[0].pixels, pictures[2].pixels);
  EXPECT_EQ(part[1].pixels, pictures[3].pixels);
}

TEST_F(Clips, ColoursComeInTheOrderAsked) {
  {
    std::ofstream stream(folder_ / "red.ppm", std::ios::binary);
    stream << "P6\n2 1\n255\n"
           << "\xff\x10\x20"
           << "\xf0\x11\x21";
  }
  InputSpec spec;
  spec.channels = Channels::rgb;
  const auto rgb = read_pictures(folder_.string(), spec, {3, 1, 2}, {}, 1);
  EXPECT_EQ(rgb[0].pixels, (std::vector<std::uint8_t>{0xff, 0x10, 0x20, 0xf0, 0x11, 0x21}));
  spec.channels = Channels::bgr;
  const auto bgr = read_pictures(folder_.string(), spec, {3, 1, 2}, {}, 1);
  EXPECT_EQ(bgr[0].pixels, (std::vector<std::uint8_t>{0x20, 0x10, 0xff, 0x21, 0x11, 0xf0}));
}

TEST_F(Clips, FolderGivesItsPicturesByName) {
  picture("b.pgm", 8, 6, 100);
  picture("a.pgm", 8, 6, 10);
  std::ofstream(folder_ / "notes.txt") << "no picture";
  const auto pictures = read_pictures(folder_.string(), {}, small, {}, 100);
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[0].pixels[0], 10);
  EXPECT_EQ(pictures[1].pixels[47], 157);
}

/// As people count, not as text sorts; and nothing that a file manager or an editor hides.
TEST_F(Clips, FolderCountsInItsNames) {
  const std::vector<std::string> order{"a.pgm",   "f1.pgm",  "f2.pgm",    "f009.pgm",
                                       "f10.pgm", "f11.pgm", "f11_2.pgm", "g0.pgm"};
  for (std::size_t i = order.size(); i-- > 0;) picture(order[i], 8, 6, static_cast<int>(i));
  picture(".hidden.pgm", 8, 6, 99);
  std::vector<int> first;
  for (const auto& p : read_pictures(folder_.string(), {}, small, {}, 100)) first.push_back(p.pixels[0]);
  EXPECT_THAT(first, ::testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST_F(Clips, AnotherSizeIsScaledAndSaid) {
  picture("a.pgm", 16, 12, 0);
  const auto clip = open_clip(folder_.string(), {}, small);
  const auto picture = clip->next();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->shape, small);
  EXPECT_EQ(picture->pixels[0], (0 + 1 + 10 + 11 + 2) / 4);
  EXPECT_THAT(clip->notes(), ::testing::ElementsAre(HasSubstr("16x12 are scaled to 8x6 (stretch)")));
}

TEST_F(Clips, ArraysComeInEitherOrder) {
  std::vector<float> values(2 * 3 * 2 * 4);
  std::iota(values.begin(), values.end(), 0.0F);
  write_npy(path("chw.npy"), {2, 3, 2, 4}, values);
  const auto first = read_pictures(path("chw.npy"), {}, {3, 2, 4}, {}, 9);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].values[0], 24);
  EXPECT_EQ(first[1].values[1], 32) << "the second channel of the first pixel";
  write_npy(path("hwc.npy"), {2, 2, 4, 3}, values);
  EXPECT_EQ(read_pictures(path("hwc.npy"), {}, {3, 2, 4}, {}, 9)[1].values[1], 25);
  write_npy(path("hw.npy"), {4, 3, 4}, values);
  EXPECT_EQ(read_pictures(path("hw.npy"), {}, {1, 3, 4}, {}, 9).size(), 4U);
  write_npy(path("flat.npy"), {4, 12}, values);
  EXPECT_EQ(read_pictures(path("flat.npy"), {}, {1, 1, 12}, {}, 9).size(), 4U);
  EXPECT_THAT(file_error([&] {
                open_clip(path("hw.npy"), {}, {2, 3, 4});
              }),
              AllOf(HasSubstr("[4, 3, 4] does not hold frames of 2 channels"),
                    HasSubstr("[frames, 2, 3, 4], [frames, 3, 4, 2] or [frames, 24] would")));
}

/// Bytes are pixels, and pixels are scaled, wherever they come from.
TEST_F(Clips, ArraysOfBytesAreScaledLikeAnyPicture) {
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 12, 16), }";
  header.resize(117, ' ');
  std::ofstream(path("bytes.npy"), std::ios::binary)
      << "\x93NUMPY\x01" << '\0' << static_cast<char>(header.size() + 1) << '\0' << header << '\n'
      << std::string(2 * 12 * 16, '\x40');
  const auto clip = open_clip(path("bytes.npy"), {}, small);
  const auto picture = clip->next();
  ASSERT_TRUE(picture);
  EXPECT_THAT(picture->pixels, ::testing::ElementsAreArray(std::vector<int>(48, 0x40)));
  EXPECT_THAT(clip->notes(), ::testing::ElementsAre(HasSubstr("16x12 are scaled to 8x6")));
}

TEST_F(Clips, AnEndBeforeThatOfTheRangeIsSaidOnce) {
  write_npy(path("three.npy"), {3, 6, 8}, std::vector<float>(3 * 48));
  const auto clip = open_clip(path("three.npy"), {}, small, {1, 9});
  while (clip->next()) {
  }
  EXPECT_FALSE(clip->next());
  EXPECT_THAT(clip->notes(), ::testing::ElementsAre(HasSubstr("three.npy has 3 frames: there is none from 3 on")));
}

/// Standard input that is the end of a pipe, for as long as an object lives.
class PipedInput {
 public:
  PipedInput() : before_(dup(STDIN_FILENO)) {
    EXPECT_EQ(pipe(ends_.data()), 0);
    dup2(ends_[0], STDIN_FILENO);
  }
  ~PipedInput() {
    dup2(before_, STDIN_FILENO);
    for (const int file : {before_, ends_[0], ends_[1]}) close(file);
  }
  PipedInput(const PipedInput&) = delete;
  PipedInput& operator=(const PipedInput&) = delete;
  void write(const std::string& bytes) const {
    EXPECT_EQ(::write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int before_;
  std::array<int, 2> ends_{};
};

TEST_F(Clips, WaitingForStandardInputCanBeStopped) {
  const PipedInput input;
  const auto clip = open_clip("-", {}, small);
  int asked = 0;
  clip->stop_when([&] { return ++asked > 3; });
  input.write(std::string(48 + 20, '\x07'));
  const auto picture = clip->next();
  ASSERT_TRUE(picture);
  EXPECT_THAT(picture->pixels, ::testing::Each(7));
  EXPECT_FALSE(clip->next()) << "a frame and a half are there, and nobody writes the rest";
  EXPECT_GT(asked, 3);
}

TEST_F(Clips, SamplesAreSpreadOverTheRange) {
  std::vector<float> values(100 * 48);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i / 48);
  write_npy(path("clip.npy"), {100, 6, 8}, values);
  const auto first_values = [&](FrameRange range, int count) {
    std::vector<float> result;
    for (const auto& p : sample_pictures(path("clip.npy"), {}, small, range, count)) result.push_back(p.values[0]);
    return result;
  };
  EXPECT_THAT(first_values({}, 4), ::testing::ElementsAre(0, 16, 32, 48, 64, 80, 96));
  EXPECT_THAT(first_values({10, 13}, 4), ::testing::ElementsAre(10, 11, 12));
}

TEST_F(Clips, GeneratedSceneSaysSoAndRepeats) {
  const auto clip = open_clip("generated:7", {}, small);
  EXPECT_TRUE(clip->generated());
  EXPECT_THAT(clip->notes(), ::testing::ElementsAre(HasSubstr("GENERATED")));
  const auto a = read_pictures("generated:7", {}, small, {0, 3}, 10),
             b = read_pictures("generated:7", {}, small, {0, 3}, 10);
  ASSERT_EQ(a.size(), 3U);
  for (std::size_t f = 0; f < 3; ++f) EXPECT_EQ(a[f].pixels, b[f].pixels);
  EXPECT_NE(a[0].pixels, read_pictures("generated:8", {}, small, {}, 1)[0].pixels);
  EXPECT_THROW(open_clip("generated:x", {}, small), UsageError);
}

TEST_F(Clips, GeneratedSceneIsMostlyStill) {
  const Shape shape{1, 96, 128};
  const auto pictures = read_pictures("generated", {}, shape, {0, 10}, 10);
  for (std::size_t f = 1; f < pictures.size(); ++f) {
    std::size_t changed = 0;
    for (std::size_t i = 0; i < pictures[f].pixels.size(); ++i)
      changed += pictures[f].pixels[i] != pictures[f - 1].pixels[i] ? 1 : 0;
    EXPECT_GT(changed, pictures[f].pixels.size() / 100);
    EXPECT_LT(changed, pictures[f].pixels.size() / 4);
  }
}

// ---------------------------------------------------------------- what goes wrong
TEST_F(Clips, MissingClipIsNamed) {
  EXPECT_THAT(file_error([&] { open_clip(path("none.avi"), {}, small); }), HasSubstr("none.avi: no such clip"));
}

TEST_F(Clips, ClipsWithoutFramesAreRefused) {
  EXPECT_THAT(file_error([&] { read_pictures(folder_.string(), {}, small, {}, 9); }), HasSubstr("holds no frame"));
  EXPECT_THAT(file_error([&] {
                read_pictures(video(3), {}, small, {5, 9}, 9);
              }),
              HasSubstr("has 3 frames: there is none from 5 on"));
  write_npy(path("none.npy"), {0, 6, 8}, {});
  EXPECT_THAT(file_error([&] { read_pictures(path("none.npy"), {}, small, {}, 9); }), HasSubstr("holds no frame"));
}

TEST_F(Clips, WhatIsNoVideoIsRefusedWithTheReasonOfFfmpeg) {
  std::ofstream(folder_ / "text.avi") << "not a video at all, only text\n";
  EXPECT_THAT(file_error([&] { read_pictures(path("text.avi"), {}, small, {}, 9); }),
              HasSubstr("cannot be read: ffmpeg ends with status"));
}

TEST_F(Clips, CutOffArraysAreRefused) {
  write_npy(path("whole.npy"), {2, 6, 8}, std::vector<float>(96));
  std::string bytes(fs::file_size(path("whole.npy")), '\0');
  std::ifstream(path("whole.npy"), std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  for (const std::size_t size : {0, 5, 20, 100, 200, 500}) {
    std::ofstream(path("cut.npy"), std::ios::binary | std::ios::trunc) << bytes.substr(0, size);
    EXPECT_THROW(read_npy(path("cut.npy")), FileError) << size;
  }
}

TEST_F(Clips, ValuesThatAreNoNumbersAreRefused) {
  std::vector<float> values(2 * 48);
  values[70] = std::numeric_limits<float>::quiet_NaN();
  write_npy(path("nan.npy"), {2, 6, 8}, values);
  EXPECT_THAT(file_error([&] { read_pictures(path("nan.npy"), {}, small, {}, 9); }), HasSubstr("frame 1 holds nan"));
}

TEST_F(Clips, RealValuesAreNotScaled) {
  write_npy(path("other.npy"), {2, 5, 8}, std::vector<float>(80));
  EXPECT_THAT(file_error([&] { read_pictures(path("other.npy"), {}, small, {}, 9); }),
              HasSubstr("real values are not scaled"));
}

}  // namespace
}  // namespace eddy
