// SPDX-License-Identifier: Apache-2.0
/// The gateway as its host drives it: both rings, commands one after the other, errors as exceptions.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "device/rings/ring.hpp"
#include "eddy/image.hpp"
#include "eddy/transport.hpp"

namespace eddy::rings {

/// Limits on every wait, in cycles. Those of the gateway end in an error that says what it waited for.
struct Limits {
  std::uint32_t network = 20'000'000;  // a flit that the network does not take, an answer that does not come
  std::uint32_t memory = 2'000'000;
  std::uint32_t frame = 400'000'000;   // no event and no token of a frame in flight
  std::uint64_t host = 1'000'000'000;  // no interrupt, and nothing has moved in the gateway
};

class HostGateway {
 public:
  /// `name` begins messages. Memory from `Free` on is the caller's.
  HostGateway(Transport& transport, std::string name, const Limits& limits);
  static constexpr std::uint64_t Free = 1U << 20;

  /// Rings empty, errors forgotten, limits set, commands taken. Nothing may be under way.
  void restart();

  /// Posts commands, waits until all are done, and gives their ends. Throws RunError where one ended with an error.
  std::vector<host_pkg::completion_t> execute(std::span<const host_pkg::descriptor_t> commands);
  /// A list of load records, however long, through `op` (OpLoad, OpFence, OpTable).
  void execute_list(host_pkg::op_e op, std::span<const host_pkg::load_t> records);
  /// Words of tiles, one after the other, through a buffer of the gateway's own.
  struct Words {
    pkg::dest_t dest;
    std::uint32_t word = 0;
    std::uint32_t count = 0;
  };
  std::vector<std::vector<std::uint32_t>> read(std::span<const Words> ranges);

  /// Waits until `done()`, which may look at registers and rings. Throws RunError where the gateway has an error.
  void wait(const std::function<bool()>& done);
  /// Throws RunError where the gateway has recorded an error.
  void check();
  [[noreturn]] void fail(const host_pkg::completion_t& end);

  [[nodiscard]] Transport& transport() { return transport_; }
  [[nodiscard]] Ring& commands() { return commands_; }
  [[nodiscard]] Ring& drains() { return drains_; }
  [[nodiscard]] std::uint64_t cycle();
  [[nodiscard]] std::uint32_t get(std::uint32_t offset) { return transport_.read_register(offset); }
  void set(std::uint32_t offset, std::uint32_t value) { transport_.write_register(offset, value); }
  void set_control(std::uint32_t bits);

  void save(std::ostream& state) const;
  void restore(std::istream& state);

  /// For messages: what is loaded.
  const Image* image = nullptr;

 private:
  [[nodiscard]] std::uint64_t moved();

  Transport& transport_;
  std::string name_;
  Limits limits_;
  Ring commands_, drains_;
};

}  // namespace eddy::rings
