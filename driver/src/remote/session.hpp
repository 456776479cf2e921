// SPDX-License-Identifier: Apache-2.0
/// One client of a server: its requests, one after another, to a device of its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "eddy/chip.hpp"
#include "eddy/device.hpp"
#include "remote/connection.hpp"
#include "remote/pulse.hpp"
#include "remote/wire.hpp"

namespace eddy::remote {

class Session {
 public:
  using MakeDevice = std::function<std::unique_ptr<Device>()>;

  Session(Connection& connection, const Chip& chip, const MakeDevice& make, std::chrono::milliseconds alive);

  /// Serves until the client hangs up. What the device throws goes to the client, and the session goes on.
  /// Throws ConnectionError where the client is cut off, silent, or says what it should not: it was told why.
  void run();

 private:
  void converse();
  [[nodiscard]] bool greet();
  void answer(const remote_proto::Request& request);
  void act(const remote_proto::Request& request, remote_proto::Reply& reply);
  void load(const std::string& bytes);
  void set_frames_in_flight(std::uint32_t frames);
  void submit(const remote_proto::Submit& submit);
  void collect(remote_proto::Reply& reply);
  void counters(remote_proto::Reply& reply);
  void make_device();
  void arm_trace();
  void fired(const Firing& firing);
  void flush();
  void send(remote_proto::Reply& reply);

  Connection& connection_;
  const Chip& chip_;
  const MakeDevice& make_;
  std::unique_ptr<Device> device_;
  std::optional<Shape> frame_;  // of the image; none is loaded
  bool pixels_ = true;
  int waiting_ = 0;    // frames submitted and not collected
  int in_flight_ = 1;  // as the client wants it
  bool tracing_ = false;
  remote_proto::Reply batch_;  // firings that are still to be sent
  Firing last_fired_;
  Clock::time_point flushed_;
  Pulse pulse_;  // the last member: it ends first
};

}  // namespace eddy::remote
