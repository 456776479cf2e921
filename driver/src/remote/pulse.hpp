// SPDX-License-Identifier: Apache-2.0
/// Sends a message whenever nothing else was sent for a while: so the peer can tell slow from dead.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace eddy::remote {

class Connection;

class Pulse {
 public:
  Pulse(Connection& connection, std::string message, std::chrono::milliseconds interval);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// It rests at first.
  void set_beating(bool beating) { beating_ = beating; }

 private:
  void run();

  Connection& connection_;
  const std::string message_;
  const std::chrono::milliseconds interval_;
  std::atomic<bool> beating_ = false;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace eddy::remote
