// SPDX-License-Identifier: Apache-2.0
/// `eddy serve` and a program that uses what it serves, as their user has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// The program, with both of its streams in a pipe.
class Running {
 public:
  Running(const fs::path& folder, const std::string& arguments) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) std::abort();
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      const std::string command = fmt::format("cd {} && exec {} {}", folder.string(), EDDY_PROGRAM, arguments);
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~Running() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    std::fclose(out_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Reads on until `what` was printed. False where the program ended without.
  bool printed(const std::string& what) {
    while (text_.find(what) == std::string::npos) {
      const int c = std::fgetc(out_);
      if (c == EOF) return false;
      text_ += static_cast<char>(c);
    }
    return true;
  }

  void send(int signal) const { ::kill(process_, signal); }

  /// Waits for the end; 128 and the signal where one ended it.
  int status() {
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) text_ += static_cast<char>(c);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  pid_t process_ = 0;
  FILE* out_ = nullptr;
  std::string text_;
};

class Serve : public ::testing::Test {
 protected:
  [[nodiscard]] Running eddy(const std::string& arguments) const { return {folder_, arguments}; }

  TempFolder folder_;
};

TEST_F(Serve, ARunThroughASocketMatches) {
  Running server = eddy("serve --backend model: --chip tiny --listen unix://socket");
  ASSERT_TRUE(server.printed("Ctrl-C ends it")) << server.text();
  for (int i = 0; i < 2; ++i) {
    Running run = eddy("run --model digits --chip tiny --backend unix://socket");
    EXPECT_EQ(run.status(), 0) << run.text();
    EXPECT_THAT(run.text(), ContainsRegex("MATCH: [0-9]+,[0-9]+ events"));
  }
  Running other = eddy("run --backend unix://socket");
  EXPECT_EQ(other.status(), 4);
  EXPECT_THAT(other.text(), HasSubstr("has chip tiny"));
  EXPECT_TRUE(server.printed("client 3 is done")) << server.text();
  server.send(SIGINT);
  EXPECT_EQ(server.status(), 0) << server.text();
  EXPECT_THAT(server.text(), HasSubstr("ended; clients served: "));
  EXPECT_FALSE(fs::exists(folder_ / "socket"));
}

TEST_F(Serve, AServerThatIsKilledInTheMiddleOfARunIsStatus6) {
  Running server = eddy("serve --chip tiny --stall 0.95 --listen unix://socket");
  ASSERT_TRUE(server.printed("Ctrl-C ends it")) << server.text();
  Running run = eddy("run --model digits --chip tiny --backend unix://socket");
  ASSERT_TRUE(run.printed("\nChip ")) << run.text();
  std::this_thread::sleep_for(300ms);
  server.send(SIGKILL);
  EXPECT_EQ(run.status(), 6) << run.text();
  EXPECT_THAT(run.text(), HasSubstr("unix://socket: "));
  EXPECT_EQ(server.status(), 128 + SIGKILL);
}

TEST_F(Serve, EndsAfterOneClientWhenAsked) {
  Running server = eddy("serve --backend model: --chip tiny --listen tcp://localhost:0 --once");
  ASSERT_TRUE(server.printed(", Ctrl-C ends it")) << server.text();
  const auto first = server.text().find("tcp://");
  const std::string address = server.text().substr(first, server.text().find(',', first) - first);
  Running test = eddy("selftest --backend " + address);
  EXPECT_EQ(test.status(), 0) << test.text();
  EXPECT_EQ(server.status(), 0) << server.text();
}

TEST_F(Serve, NamesBadAddresses) {
  const auto expect = [&](const std::string& arguments, int status, const std::string& says) {
    Running program = eddy(arguments);
    EXPECT_EQ(program.status(), status) << program.text();
    EXPECT_THAT(program.text(), HasSubstr(says));
  };
  expect("serve --listen here", 2, "\"here\"");
  expect("serve --listen tcp://0.0.0.0:0", 2, "--allow-remote");
  expect("serve --listen unix://none/socket", 6, "none/socket");
  expect("serve --backend telepathy:", 2, "telepathy:");
  expect("run --backend unix://socket", 6, "eddy serve");
  expect("run --backend tcp://localhost", 2, "tcp://HOST:PORT");
}

}  // namespace
}  // namespace eddy
