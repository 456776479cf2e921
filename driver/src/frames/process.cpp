// SPDX-License-Identifier: Apache-2.0
#include "frames/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {
namespace {

using namespace std::chrono_literals;
constexpr auto longest_ending = 10s;
constexpr auto look_again = 5ms;
constexpr std::size_t most_errors = 4096;

}  // namespace

Process::Process(const std::vector<std::string>& command, std::chrono::seconds silence)
    : name_(command.front()), silence_(silence) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> pipe_ends{};
  errors_ = memfd_create("errors", MFD_CLOEXEC);
  if (errors_ < 0 || pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
    throw FileError(fmt::format("{}: {}", name_, std::strerror(errno)));
  output_ = pipe_ends[0];

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors_, STDERR_FILENO);
  const int failed = posix_spawnp(&pid_, name_.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  if (failed != 0) {
    pid_ = -1;
    close(output_);
    close(errors_);
    throw FileError(fmt::format("{} cannot be started ({}): is it installed?", name_, std::strerror(failed)));
  }
}

Process::~Process() {
  close(output_);
  close(errors_);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

std::size_t Process::read(char* data, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    pollfd waiting{output_, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(silence_).count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) throw FileError(fmt::format("{} has given nothing for {} seconds", name_, silence_.count()));
    const ssize_t got = ::read(output_, data + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(fmt::format("reading from {}: {}", name_, std::strerror(errno)));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

int Process::finish() {
  const auto deadline = std::chrono::steady_clock::now() + longest_ending;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) throw FileError(fmt::format("{} does not end", name_));
    std::this_thread::sleep_for(look_again);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Process::errors() const {
  std::string text(most_errors, '\0');
  const ssize_t size = pread(errors_, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace eddy
