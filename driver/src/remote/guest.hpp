// SPDX-License-Identifier: Apache-2.0
/// A client that is being served, and the process that serves it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "remote/connection.hpp"

namespace eddy::remote {

/// How a process of a session ended, as its exit status.
enum class SessionEnd : int { good = 0, failed = 1 };

/// Tells a client why it is not served any more, as far as it takes that at once.
void tell(Socket& socket, const std::string& text);

class Guest {
 public:
  /// Starts a process that runs `session`, whose result is its exit status, and ends with this one.
  /// `before` runs in it first. Throws ConnectionError where no process can be had.
  Guest(Socket socket, int number, const std::function<void()>& before,
        const std::function<SessionEnd(Socket&)>& session);

  [[nodiscard]] int number() const { return number_; }

  /// Whether the client has hung up: the process will notice, unless it is deep in the device's work.
  [[nodiscard]] bool hung_up();
  /// Ends a process whose client has hung up a while ago. True where it had to.
  bool end_if_forsaken();
  void end(int signal) const;

  /// The wait status where the process has ended. To be called once more is an error then.
  [[nodiscard]] std::optional<int> ended() const;
  /// The same, after a signal that cannot be refused.
  [[nodiscard]] int wait() const;

  [[nodiscard]] Socket& socket() { return socket_; }

 private:
  Socket socket_;
  int number_;
  pid_t process_ = 0;
  std::optional<Clock::time_point> hung_up_at_;
};

}  // namespace eddy::remote
