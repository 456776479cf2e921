// SPDX-License-Identifier: Apache-2.0
/// A torus of routers for tests: objects of the one Verilated class, joined by links.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "Veddy_noc_router.h"
#include "eddy_pkg.hpp"

namespace eddy::test {

/// A place where flits enter and leave: tile * 2 + (0: core, 1: i/o). Tiles are counted row by row.
using End = std::size_t;

/// Numbers of the router's ports: port_e of eddy_noc_pkg.
enum Port : std::size_t { kNorth, kEast, kSouth, kWest, kCore, kIo };
inline constexpr std::size_t kLinks = 4;
constexpr std::size_t opposite(std::size_t port) { return (port + 2) % kLinks; }

/// link_t as it lies in a port of the Verilated router.
template <class Words>
bool link_valid(const Words& link) {
  return (link[2] & 2) != 0;
}
template <class Words>
unsigned link_vc(const Words& link) {
  return link[2] & 1;
}
template <class Words>
std::uint64_t link_flit(const Words& link) {
  return link[0] | std::uint64_t{link[1]} << 32;
}
template <class Words>
void set_link(Words& link, bool valid, unsigned vc, std::uint64_t flit) {
  link[0] = static_cast<std::uint32_t>(flit);
  link[1] = static_cast<std::uint32_t>(flit >> 32);
  link[2] = (valid ? 2U : 0U) | vc;
}

/// One clock cycle: inputs as they were set, then the rising edge.
void clock(Veddy_noc_router& router);

/// Straps given, all inputs quiet, reset done.
void reset(Veddy_noc_router& router, std::size_t column, std::size_t row, std::size_t columns, std::size_t rows);

/// A link output in a cycle in which it carries a flit.
struct Hop {
  std::size_t tile;
  std::size_t port;
  unsigned vc;
  std::uint64_t flit;
};

class Torus {
 public:
  Torus(std::size_t columns, std::size_t rows);

  /// Offers a flit at an end from the next cycle on, until the network has taken it.
  void offer(End end, std::uint64_t flit);
  [[nodiscard]] bool offering(End end) const { return ends_[end].valid; }

  /// One clock cycle.
  void step();

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t tiles() const { return columns_ * rows_; }
  [[nodiscard]] std::size_t ends() const { return 2 * tiles(); }
  [[nodiscard]] pkg::dest_t dest(End end) const;
  [[nodiscard]] End end_of(pkg::dest_t dest) const { return 2 * (dest.tile.y * columns_ + dest.tile.x) + dest.io; }
  /// Links between the tiles of two ends on the shortest way.
  [[nodiscard]] std::size_t distance(End a, End b) const;

  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }
  /// Router cycles that were simulated; with `skip_quiet` fewer than cycle() * tiles().
  [[nodiscard]] std::uint64_t evaluated() const { return evaluated_; }

  std::function<void(End, std::uint64_t flit)> on_arrival;  ///< a flit left the network in this cycle
  std::function<void(const Hop&)> on_hop;                   ///< a flit is on a link in this cycle
  std::function<bool(End)> sink_ready;                      ///< asked for each end in each cycle; none: always
  bool skip_quiet = true;                                   ///< leave out routers that say that they have nothing to do

 private:
  struct Node {
    std::unique_ptr<Veddy_noc_router> router;
    std::array<Veddy_noc_router*, kLinks> neighbour;
  };
  struct Offer {
    bool valid = false;
    std::uint64_t flit = 0;
  };

  /// Reads the neighbours' outputs. True when anything came.
  static bool read_links(Node& node);
  /// Handshakes at both ends. True when a flit waits to come in.
  bool serve_ends(std::size_t tile);

  std::size_t columns_;
  std::size_t rows_;
  std::vector<Node> nodes_;
  std::vector<Offer> ends_;
  std::vector<char> awake_;
  std::uint64_t cycle_ = 0;
  std::uint64_t evaluated_ = 0;
};

}  // namespace eddy::test
