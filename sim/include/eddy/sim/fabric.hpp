// SPDX-License-Identifier: Apache-2.0
/// A torus of tiles, stepped by the cycle, as gateways and tests see it.
///
/// Two kinds: TileArray (objects of one Verilated tile, quiet ones left out) and FlatArray (the whole chip as one
/// model). On equal inputs they are equal cycle by cycle.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eddy/sim/faults.hpp"
#include "eddy_pkg.hpp"

namespace eddy::sim {

/// The i/o end of one tile. Inputs are set before a step; outputs are as the last clock edge has left them. A flit
/// moves at the next edge where valid and ready are both set.
struct IoEnd {
  bool in_valid = false;      ///< to the tile
  std::uint64_t in_flit = 0;  ///< flit_t
  bool in_ready = false;      ///< from the tile
  bool out_valid = false;     ///< from the tile
  std::uint64_t out_flit = 0;
  bool out_ready = false;  ///< to the tile
};

/// One write in a tile's host map: address in 32-bit words, and data.
using HostWrite = std::pair<std::uint32_t, std::uint32_t>;

class Fabric {
 public:
  Fabric() = default;
  Fabric(const Fabric&) = delete;
  Fabric& operator=(const Fabric&) = delete;
  virtual ~Fabric() = default;

  [[nodiscard]] virtual int rows() const = 0;
  [[nodiscard]] virtual int columns() const = 0;

  /// Resets all tiles; memories and tables keep their contents. Cycle and checksum start at 0 again.
  virtual void reset() = 0;
  /// One clock cycle of all tiles.
  virtual void step() = 0;
  /// Clock edges since the reset.
  [[nodiscard]] virtual std::uint64_t cycle() const = 0;
  /// True while no tile would change without new input at an i/o end.
  [[nodiscard]] virtual bool quiet() const = 0;
  /// Of all flits that were on links or taken at i/o ends, with their cycles; does not depend on the order of tiles.
  [[nodiscard]] virtual std::uint64_t checksum() const = 0;

  /// The i/o end of a tile. The reference stays good.
  virtual IoEnd& io(int y, int x) = 0;

  /// Called after the edge of a cycle for each tile whose trace port shows something, in the order of tiles.
  std::function<void(int y, int x, const pkg::trace_t&)> on_trace;

  // ------------------------------------------------------------- back door: takes no time
  /// Whole RAM words from word address `word` on, Lanes words of 32 bits each, lane 0 first. Throws std::out_of_range.
  virtual void write_ram(int y, int x, std::uint32_t word, std::span<const std::uint32_t> lanes) = 0;
  virtual void read_ram(int y, int x, std::uint32_t word, std::span<std::uint32_t> lanes) const = 0;
  /// Writes to anything in a tile's host map, as a gateway would send them. The fabric must be quiet, or
  /// std::logic_error.
  virtual void write_host(int y, int x, std::span<const HostWrite> writes) = 0;

  // ------------------------------------------------------------- saved states
  /// All that later cycles depend on, planted faults aside. The fabric must be quiet; std::logic_error where it is not,
  /// or saves no states.
  virtual void save(std::ostream&) { throw std::logic_error("this fabric saves no states"); }
  /// What save() wrote, of a fabric of the same size and RTL. Throws SimulationError where it is not.
  virtual void restore(std::istream&) { throw std::logic_error("this fabric saves no states"); }

  // ------------------------------------------------------------- what goes wrong
  /// Adds a fault; it happens once.
  virtual void add_fault(const Fault& fault) = 0;
  /// Faults that have not happened yet.
  [[nodiscard]] virtual std::size_t faults_pending() const = 0;
  /// Who waits for whom: for a person, when a watchdog has ended a run. One line a population.
  [[nodiscard]] virtual std::string who_waits() const = 0;
};

}  // namespace eddy::sim
