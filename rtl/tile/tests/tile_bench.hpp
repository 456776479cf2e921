// SPDX-License-Identifier: Apache-2.0
/// One tile as a torus of 1x1: its links lead back to itself, and a test sits at its i/o end.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <vector>

#include "Veddy_tile.h"
#include "eddy_pkg.hpp"

namespace eddy::test {

using Rng = std::mt19937;
inline int pick(Rng& rng, int low, int high) { return std::uniform_int_distribution<int>(low, high)(rng); }
inline bool chance(Rng& rng, int percent) { return pick(rng, 1, 100) <= percent; }

/// Offset of a word in a tile's host map.
std::uint32_t table_address(pkg::table_e table, unsigned index, unsigned word = 0);
std::uint32_t reg_address(pkg::reg_e reg, unsigned offset = 0);

class TileBench {
 public:
  explicit TileBench(Rng& rng);

  /// How often the test has nothing to send, or takes nothing, in percent of the cycles.
  int gap = 0;
  int stall = 0;
  /// Leaves the clock out where the tile says that it may be.
  bool skip_quiet = false;

  /// Behind what was sent before.
  void send(const pkg::flit_t& flit) { to_send_.push_back(flit.to_u64()); }
  void write(std::uint32_t address, std::uint32_t data);
  template <class Entry>
  void write_entry(pkg::table_e table, unsigned index, const Entry& entry) {
    unsigned word = 0;
    for (const std::uint32_t value : entry.pack()) write(table_address(table, index, word++), value);
  }
  void write_register(pkg::reg_e reg, std::uint32_t value) { write(reg_address(reg), value); }
  /// Sends a read and steps until the answer is there; anything else that comes meanwhile goes to `received`.
  std::uint32_t read(std::uint32_t address);
  std::uint64_t read_counter(pkg::counter_e counter);
  std::uint64_t read_counter(int pop, pkg::pop_counter_e counter);

  /// One cycle.
  void step();
  /// Until all is sent and the tile is quiet; false after `limit` cycles.
  bool settle(long limit = 100000);

  std::deque<pkg::flit_t> received;
  std::vector<pkg::trace_t> traced;
  /// The tile's core, and the end where the test sits.
  static constexpr pkg::dest_t kCore{.tile = {.y = 0, .x = 0}, .io = false};
  static constexpr pkg::dest_t kHost{.tile = {.y = 0, .x = 0}, .io = true};

  long cycle() const { return cycle_; }
  long clocked() const { return clocked_; }
  bool active() const { return dut_.active_o; }

 private:
  void low();
  void high();

  Rng& rng_;
  Veddy_tile dut_;
  std::deque<std::uint64_t> to_send_;
  bool offered_ = false;
  long cycle_ = 0, clocked_ = 0, last_edge_ = 0;
};

}  // namespace eddy::test
