// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/output_files.hpp"
#include "task/npy_writer.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Files : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

  TempFolder folder_;
};

Network two_outputs(const std::string& first, const std::string& second) {
  Network network;
  network.outputs = {{first, 0, {2, 1, 3}, {}}, {second, 0, {1}, {}}};
  return network;
}

std::vector<OutputValues> values(float first, float second) {
  return {{"a", {2, 1, 3}, {first, 1, 2, 3, 4, 5}}, {"b", {1, 1, 1}, {second}}};
}

TEST_F(Files, OutputsAreArraysOfAllFrames) {
  OutputFiles files(folder_ / "new/folder", two_outputs("heat", "count"));
  files.add_frame(values(10, 20));
  files.add_frame(values(11, 21));
  EXPECT_THAT(files.finish(), ElementsAre(folder_ / "new/folder/heat.npy", folder_ / "new/folder/count.npy"));
  const Array heat = read_npy(folder_ / "new/folder/heat.npy"), count = read_npy(folder_ / "new/folder/count.npy");
  EXPECT_THAT(heat.dims, ElementsAre(2, 2, 1, 3));
  EXPECT_THAT(heat.values, ElementsAre(10, 1, 2, 3, 4, 5, 11, 1, 2, 3, 4, 5));
  EXPECT_THAT(count.dims, ElementsAre(2, 1));
  EXPECT_THAT(count.values, ElementsAre(20, 21));
}

TEST_F(Files, OutputsOfARunThatWasCutOffLeaveNothing) {
  {
    OutputFiles files(folder_, two_outputs("a", "b"));
    files.add_frame(values(10, 20));
    EXPECT_THAT(names(), ElementsAre("a.npy.part", "b.npy.part"));
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(Files, NamesThatNoFileMayHaveAreChangedAndStayApart) {
  OutputFiles files(folder_, two_outputs("../a/b:0", "../a/b_0"));
  files.finish();
  EXPECT_THAT(names(), ElementsAre("_.._a_b_0.npy", "_.._a_b_0_.npy"));
}

TEST_F(Files, AFrameOfAnotherSizeIsRefused) {
  OutputFiles files(folder_, two_outputs("a", "b"));
  auto wrong = values(1, 2);
  wrong[0].values.pop_back();
  EXPECT_THROW(files.add_frame(wrong), UsageError);
  EXPECT_THROW(files.add_frame(std::span(wrong).first(1)), UsageError);
}

TEST_F(Files, AFolderThatCannotBeIsAnError) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THROW(OutputFiles(folder_ / "file/below", two_outputs("a", "b")), FileError);
  EXPECT_THROW(NpyWriter(folder_ / "nowhere/a.npy", {1}), FileError);
}

TEST_F(Files, AFullDiskIsAnError) {
  fs::create_symlink("/dev/full", folder_ / "a.npy.part");
  NpyWriter writer(folder_ / "a.npy", {100});
  EXPECT_THROW(
      {
        for (int i = 0; i < 1000; ++i) writer.add(std::vector<float>(100));
        writer.finish();
      },
      FileError);
  EXPECT_FALSE(fs::exists(folder_ / "a.npy"));
}

TEST_F(Files, AHeaderEndsAtAMultipleOf64) {
  NpyWriter writer(folder_ / "a.npy", {7, 100, 100});
  writer.finish();
  EXPECT_EQ(fs::file_size(folder_ / "a.npy") % 64, 0U);
  EXPECT_THAT(read_npy(folder_ / "a.npy").dims, ElementsAre(0, 7, 100, 100));
}

TEST_F(Files, WholeFilesReplaceOlderOnes) {
  std::ofstream(folder_ / "a.txt") << "older and longer";
  write_whole(folder_ / "a.txt", "new");
  std::ifstream stream(folder_ / "a.txt");
  std::string text;
  std::getline(stream, text);
  EXPECT_EQ(text, "new");
  EXPECT_THAT(names(), ElementsAre("a.txt"));
}

}  // namespace
}  // namespace eddy
