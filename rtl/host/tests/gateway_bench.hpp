// SPDX-License-Identifier: Apache-2.0
/// One gateway between a memory and a network that the test plays: registers, rings, flits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "Veddy_gateway.h"
#include "axi_memory.hpp"
#include "eddy_csr.h"
#include "eddy_host_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

#define EDDY_REG(NAME) static_cast<std::uint32_t>(offsetof(eddy_csr_t, NAME))

namespace eddy::test {

class GatewayBench {
 public:
  GatewayBench();
  ~GatewayBench();  // fails the test on a violation of AXI4

  // ---- time
  /// As the simulator does: no clock edge while the gateway says that nothing would change, and no input waits.
  bool skip_quiet = true;
  void tick();
  void run(unsigned count) {
    while (count-- > 0) tick();
  }
  /// Ticks until `done()`; false after `limit` cycles.
  bool run_until(const std::function<bool()>& done, unsigned limit = 200000);

  // ---- registers
  std::uint32_t read(std::uint32_t address);
  void write(std::uint32_t address, std::uint32_t value);

  // ---- network
  unsigned network_stall = 3;                       ///< of 8, both directions
  bool network_open = true;                         ///< takes flits at all
  std::deque<pkg::flit_t> to_gateway;               ///< not yet offered
  std::vector<pkg::flit_t> from_gateway;            ///< all that came out
  std::function<void(const pkg::flit_t&)> on_flit;  ///< as it comes out
  template <typename Body>
  void send(pkg::kind_e kind, const Body& body) {
    to_gateway.push_back({.kind = kind, .dest = here, .body = body.to_u64()});
  }
  [[nodiscard]] std::vector<pkg::flit_t> sent(pkg::kind_e kind) const;

  // ---- memory and rings
  static constexpr std::uint64_t command_ring = 0x1000, drain_ring = 0x2000, scratch = 0x4000;
  static constexpr unsigned ring_log2 = 3;
  void post_command(host_pkg::descriptor_t descriptor);
  void post_drain(std::uint64_t address, std::uint32_t records, bool irq = false);
  [[nodiscard]] unsigned commands_done() { return read(EDDY_REG(COMMAND.TAIL)); }
  [[nodiscard]] unsigned drains_done() { return read(EDDY_REG(DRAIN.TAIL)); }
  /// The completion of the i-th descriptor ever posted.
  [[nodiscard]] host_pkg::completion_t command_end(unsigned i) { return end_of(command_ring, i); }
  [[nodiscard]] host_pkg::completion_t drain_end(unsigned i) { return end_of(drain_ring, i); }
  /// Posts one command and waits for its end.
  host_pkg::completion_t execute(const host_pkg::descriptor_t& descriptor, unsigned limit = 200000);
  bool wait_commands(unsigned count, unsigned limit = 200000);
  bool wait_drains(unsigned count, unsigned limit = 200000);

  /// Writes one entry of the gateway's own tables through the registers.
  void write_table(pkg::table_e table, unsigned index, std::span<const std::uint32_t> words);
  void write_pixel(unsigned channel, unsigned pixel, std::int16_t value);

  /// Uniform in [0, below).
  std::uint32_t random(std::uint64_t below = 1ULL << 32) { return static_cast<std::uint32_t>(rng() % below); }

  Veddy_gateway dut;
  std::mt19937 rng = make_rng();
  AxiMemory<Veddy_gateway> memory{dut, rng, 1 << 20};
  const pkg::dest_t here{.tile = {.y = 1, .x = 2}, .io = true};
  std::uint64_t cycles = 0;
  unsigned posted_commands = 0, posted_drains = 0;

 private:
  [[nodiscard]] bool input_waits() const;
  host_pkg::completion_t end_of(std::uint64_t ring, unsigned i);
  void store(std::uint64_t address, const host_pkg::descriptor_t& descriptor);
};

}  // namespace eddy::test
