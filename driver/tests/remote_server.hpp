// SPDX-License-Identifier: Apache-2.0
/// A server in a process of its own, and a client that says what it likes. For tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>

#include "eddy/chip.hpp"
#include "eddy/error.hpp"
#include "eddy/remote_device.hpp"
#include "eddy/serve.hpp"
#include "remote/connection.hpp"
#include "remote/wire.hpp"
#include "temp_folder.hpp"

namespace eddy::testing {

using MakeDevice = std::function<std::unique_ptr<Device>()>;

inline std::unique_ptr<Device> make_plain_model() { return make_model_device(); }

class ServerProcess {
 public:
  explicit ServerProcess(ServeOptions options, const MakeDevice& make = make_plain_model,
                         const std::string& chip = "tiny") {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw ConnectionError("no pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::close(ends[0]);
      ::_exit(run(std::move(options), make, chip, ends[1]));
    }
    ::close(ends[1]);
    FILE* pipe = ::fdopen(ends[0], "r");
    for (int c = std::fgetc(pipe); c != EOF && c != '\n'; c = std::fgetc(pipe)) address_ += static_cast<char>(c);
    std::fclose(pipe);
  }
  ~ServerProcess() {
    if (process_ > 0) stop(SIGKILL);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

  /// Exit status, or 128 and the signal that ended it.
  int stop(int signal) {
    ::kill(process_, signal);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  static int run(ServeOptions options, const MakeDevice& make, const std::string& chip, int out) {
    options.on_listening = [out](const std::string& address) {
      const std::string line = address + "\n";
      if (::write(out, line.data(), line.size()) < 0) std::abort();
      ::close(out);
    };
    try {
      serve(find_chip(chip), make, options);
      return 0;
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      return error.exit_status();
    }
  }

  pid_t process_ = 0;
  std::string address_;
};

/// A client without manners.
class RawClient {
 public:
  explicit RawClient(const std::string& address)
      : connection_(remote::connect_to(remote::parse_address(address), std::chrono::seconds(20))) {}

  void send(const std::string& bytes) { connection_->send(bytes); }

  /// Says no more, and lets the server finish with what was said.
  void hang_up() { connection_->hang_up(); }

  /// The next reply; one without content where the server has hung up.
  remote_proto::Reply receive() {
    const auto bytes = connection_->receive(remote::MostReplyBytes);
    return bytes ? remote::parse_reply(*bytes, "server") : remote_proto::Reply{};
  }

  /// Takes replies until the server hangs up, and returns the text of the last failure.
  std::string last_words() {
    std::string text;
    for (auto reply = receive(); reply.what_case() != 0; reply = receive()) {
      if (reply.has_failure()) text = reply.failure().text();
    }
    return text;
  }

 private:
  std::unique_ptr<remote::Connection> connection_;
};

class Remote : public ::testing::Test {
 protected:
  [[nodiscard]] std::string socket() const { return "unix://" + (folder_ / "socket").string(); }
  [[nodiscard]] ServeOptions at_socket() const { return {.listen = socket()}; }

  TempFolder folder_;
};

inline std::string hello() {
  remote_proto::Request request;
  request.mutable_hello()->set_magic(remote::Magic);
  request.mutable_hello()->set_version(remote::Version);
  return remote::framed(request);
}

}  // namespace eddy::testing
