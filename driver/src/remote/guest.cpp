// SPDX-License-Identifier: Apache-2.0
#include "remote/guest.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>

#include "eddy/error.hpp"
#include "remote/wire.hpp"

namespace eddy::remote {
namespace {

constexpr std::chrono::milliseconds Grace{2'000};  // for a process to notice that nobody listens any more

}  // namespace

void tell(Socket& socket, const std::string& text) {
  remote_proto::Reply reply;
  auto& failure = *reply.mutable_failure();
  failure.set_kind(remote_proto::CONNECTION);
  failure.set_text(text);
  failure.set_last(true);
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(boost::asio::buffer(framed(reply)), ignored);
  socket.shutdown(Socket::shutdown_both, ignored);
}

Guest::Guest(Socket socket, int number, const std::function<void()>& before,
             const std::function<SessionEnd(Socket&)>& session)
    : socket_(std::move(socket)), number_(number) {
  std::fflush(nullptr);  // else both processes would write what is still to be written
  const pid_t server = ::getpid();
  process_ = ::fork();
  if (process_ < 0) throw ConnectionError(fmt::format("no process for a client can be had: {}", std::strerror(errno)));
  if (process_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != server) ::_exit(static_cast<int>(SessionEnd::failed));
  before();
  const SessionEnd end = session(socket_);
  std::fflush(nullptr);
  ::_exit(static_cast<int>(end));
}

bool Guest::hung_up() {
  pollfd descriptor{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&descriptor, 1, 0) > 0 && (descriptor.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

bool Guest::end_if_forsaken() {
  if (!hung_up()) return false;
  if (!hung_up_at_) hung_up_at_ = Clock::now();
  if (Clock::now() - *hung_up_at_ < Grace) return false;
  end(SIGKILL);
  return true;
}

void Guest::end(int signal) const { ::kill(process_, signal); }

std::optional<int> Guest::ended() const {
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) != process_) return {};
  return status;
}

int Guest::wait() const {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace eddy::remote
