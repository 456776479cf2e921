// SPDX-License-Identifier: Apache-2.0
#include "remote/pulse.hpp"

#include <utility>

#include "eddy/error.hpp"
#include "remote/connection.hpp"

namespace eddy::remote {

Pulse::Pulse(Connection& connection, std::string message, std::chrono::milliseconds interval)
    : connection_(connection), message_(std::move(message)), interval_(interval), thread_([this] { run(); }) {}

Pulse::~Pulse() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  end_.notify_all();
  thread_.join();
}

void Pulse::run() {
  constexpr int looks = 4;  // in an interval
  std::unique_lock lock(mutex_);
  while (!end_.wait_for(lock, interval_ / looks, [this] { return ended_; })) {
    if (!beating_ || Clock::now() - connection_.last_sent() < interval_) continue;
    lock.unlock();
    try {
      connection_.send(message_);
    } catch (const Error&) {
      return;  // who uses the connection will notice
    }
    lock.lock();
  }
}

}  // namespace eddy::remote
