// SPDX-License-Identifier: Apache-2.0
/// The program as its user has it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "file_bytes.hpp"
#include "temp_folder.hpp"

namespace eddy::testing {

struct Ended {
  int status = -1;
  std::string text;  // both streams
};

/// Each test has a folder of its own, in which the program runs.
class Program : public ::testing::Test {
 protected:
  /// `before`: shell text in front of the program, such as a limit of time.
  Ended eddy(const std::string& arguments, const std::string& before = {}) const {
    const std::string command =
        fmt::format("cd {} && {} {} {} 2>&1", folder_.string(), before, EDDY_PROGRAM, arguments);
    Ended ended;
    FILE* pipe = ::popen(command.c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) ended.text += static_cast<char>(c);
    const int status = ::pclose(pipe);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  void expect(const std::string& arguments, int status, const std::string& says, const std::string& before = {}) const {
    const Ended ended = eddy(arguments, before);
    EXPECT_EQ(ended.status, status) << arguments << "\n" << ended.text;
    EXPECT_THAT(ended.text, ::testing::HasSubstr(says)) << arguments;
  }

  TempFolder folder_;
  const std::string unit_ = EDDY_TESTVECTORS "/networks/unit/";
};

}  // namespace eddy::testing
