// SPDX-License-Identifier: Apache-2.0
/// The whole chip with its surroundings: tiles, one gateway at the i/o end of one of them, host memory. What a host
/// sees of it: registers, memory, an interrupt, and time.
///
///   registers ──► gateway ◄── AXI4, checked ──► memory
///                   │ i/o end
///                 tiles
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <random>

#include "eddy/sim/axi_checker.hpp"
#include "eddy/sim/axi_memory.hpp"
#include "eddy/sim/fabric.hpp"
#include "eddy/sim/gateway.hpp"

namespace eddy::sim {

struct SimulationOptions {
  int gateway_y = 0, gateway_x = 0;  // the tile at whose i/o end the gateway sits
  std::uint64_t seed = 1;            // of all that chance decides
  MemoryTiming memory{};
  double io_stall = 0;  // share of cycles, by chance, in which the gateway's i/o end takes nothing, each way
  bool skip_quiet = true;
};

class Simulation {
 public:
  Simulation(std::unique_ptr<Fabric> tiles, const SimulationOptions& options);

  /// One cycle of everything. Throws SimulationError on a broken rule of AXI4.
  void step();
  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }

  /// Registers of the gateway by byte offset. An access takes cycles.
  [[nodiscard]] std::uint32_t read_register(std::uint32_t offset);
  void write_register(std::uint32_t offset, std::uint32_t value);

  /// Host memory, past the bus: takes no time.
  [[nodiscard]] MemoryContents& memory() { return memory_.contents; }
  [[nodiscard]] AxiMemory& bus() { return memory_; }

  /// Called after the edge of a cycle in which the frame input's trace port shows something.
  std::function<void(const pkg::trace_t&)> on_input;

  [[nodiscard]] bool irq() const { return gateway_.irq(); }
  [[nodiscard]] Fabric& tiles() { return *tiles_; }
  [[nodiscard]] const Fabric& tiles() const { return *tiles_; }

  /// The last cycle in which a flit passed the i/o end, memory moved a beat, or a register was accessed.
  [[nodiscard]] std::uint64_t last_transfer() const { return last_transfer_; }
  /// Nothing will change any more, but for limits that run out: no tile has work, memory owes nothing, and the gateway
  /// offers nothing.
  [[nodiscard]] bool at_rest() const;

  /// All that later cycles depend on; std::logic_error where something is not at rest.
  void save(std::ostream& out);
  /// What save() wrote, of a simulation made with the same options. Throws SimulationError where it is of another.
  void restore(std::istream& in);

 private:
  /// An i/o end is held up by not showing a flit that has not been shown yet.
  struct Hold {
    bool shown = false;
    bool operator()(bool valid, bool stall) { return shown = valid && (shown || !stall); }
    void taken(bool ready) { shown = shown && !ready; }
  };
  [[nodiscard]] bool stall() { return may_stall_ && stall_(random_); }

  std::unique_ptr<Fabric> tiles_;
  Gateway gateway_;
  AxiMemory memory_;
  AxiChecker checker_;
  IoEnd& io_;
  std::mt19937_64 random_;
  std::bernoulli_distribution stall_;
  bool may_stall_;
  AxiPort axi_;
  GatewayFlits flits_;
  Hold into_gateway_, into_tile_;
  RegisterPort registers_;
  std::uint64_t cycle_ = 0, last_transfer_ = 0;
};

}  // namespace eddy::sim
