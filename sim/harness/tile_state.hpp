// SPDX-License-Identifier: Apache-2.0
/// Memories and tables inside of one tile of a Verilated model, found by their names in the hierarchy.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "eddy_pkg.hpp"

class VerilatedContext;

namespace eddy::sim {

class TileState {
 public:
  /// `tile` is the name of the instance of eddy_tile. Throws std::logic_error where the hierarchy is not as expected.
  TileState(const VerilatedContext& context, const std::string& tile);

  /// As Fabric's.
  void write_ram(std::uint32_t word, std::span<const std::uint32_t> lanes) const;
  void read_ram(std::uint32_t word, std::span<std::uint32_t> lanes) const;

  /// One line for each population of tile (y, x) that takes no row: what it waits for, and from whom. `wait` is wait_o.
  [[nodiscard]] std::string who_waits(int y, int x, std::uint32_t wait) const;

 private:
  /// A memory of words that take `bytes` in the model.
  struct Memory {
    std::uint8_t* data = nullptr;
    std::size_t bytes = 0;
    std::size_t words = 0;
    [[nodiscard]] std::uint64_t number(std::size_t index) const;  // words of at most 64 bits
    [[nodiscard]] std::vector<std::uint32_t> wide(std::size_t index) const;
  };
  static Memory find(const VerilatedContext& context, const std::string& scope, const char* name, unsigned bits);

  [[nodiscard]] std::uint32_t* ram(std::uint32_t word) const;
  [[nodiscard]] std::string waits_for_input(const pkg::pop_t& pop, unsigned parity, unsigned row) const;
  [[nodiscard]] std::string waits_for_credit(const pkg::pop_t& pop, unsigned parity, unsigned row) const;

  std::array<Memory, pkg::Banks> banks_;
  Memory pops_;       // pop_t
  Memory progress_;   // by in-axon: parity, row
  Memory idle_;       // by in-axon: rows that do not depend on it
  Memory sources_;    // by in-axon: dest_t, out-axon there
  Memory out_axons_;  // out_axon_t
  Memory credits_;    // by out-axon: parity, row
  Memory frame_;      // of all populations, 8 bits each
  Memory row_;        // by population
};

}  // namespace eddy::sim
