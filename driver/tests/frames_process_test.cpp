// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eddy/error.hpp"
#include "frames/process.hpp"

namespace eddy {
namespace {

TEST(Processes, MissingProgramIsNamed) { EXPECT_THROW(Process({"no-such-program-here"}), FileError); }

TEST(Processes, StatusAndErrorsAreKept) {
  Process process({"ffmpeg", "-nostdin", "-v", "error", "-i", "file:/no/such/file"});
  char byte = 0;
  EXPECT_EQ(process.read(&byte, 1), 0U);
  EXPECT_NE(process.finish(), 0);
  EXPECT_THAT(process.errors(), ::testing::HasSubstr("No such file"));
}

}  // namespace
}  // namespace eddy
