// SPDX-License-Identifier: Apache-2.0
/// The Verilated gateway between an i/o end of the array and an AXI4 port.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>

#include "eddy/sim/axi.hpp"
#include "eddy_pkg.hpp"

namespace eddy::sim {

/// The gateway's side of an i/o end, in the gateway's words: `rx` comes out of the network, `tx` goes into it.
struct GatewayFlits {
  bool rx_valid = false, rx_ready = false;
  std::uint64_t rx_flit = 0;
  bool tx_valid = false, tx_ready = false;
  std::uint64_t tx_flit = 0;
};

/// AXI4-Lite, from the host's side.
struct RegisterPort {
  bool write_address_valid = false, write_address_ready = false;
  bool write_valid = false, write_ready = false;
  bool write_done = false;
  bool read_valid = false, read_ready = false;
  bool read_done = false;
  std::uint32_t address = 0;
  std::uint32_t write_value = 0, read_value = 0;
};

struct GatewayPlace {
  int y = 0, x = 0;           // the tile at whose i/o end it sits
  int rows = 0, columns = 0;  // of the torus
};

class Gateway {
 public:
  Gateway(const GatewayPlace& place, std::uint64_t seed);
  ~Gateway();

  /// First half of a cycle: what the gateway puts on its wires. The ports hold what the other sides put on theirs
  /// (valid and payload out of the network and of the memory, ready of both, the host's access).
  void drive(GatewayFlits& flits, AxiPort& axi, RegisterPort& registers);
  /// Second half: the clock edge. Left out where nothing would change.
  void clock();

  [[nodiscard]] bool irq() const;
  /// What the frame input sent, after the clock; nothing where the trace port shows nothing.
  [[nodiscard]] std::optional<pkg::trace_t> trace() const;
  /// Would any of its registers change without new input?
  [[nodiscard]] bool active() const;
  /// Was the clock needed in this cycle, as `drive` saw it?
  [[nodiscard]] bool awake() const { return awake_; }
  void save(std::ostream& out);
  void restore(std::istream& in);
  bool skip_quiet = true;

 private:
  struct Model;
  std::unique_ptr<Model> model_;
  bool awake_ = true;
};

}  // namespace eddy::sim
