// SPDX-License-Identifier: Apache-2.0
#include "torus.hpp"

#include <algorithm>

namespace eddy::test {

void clock(Veddy_noc_router& router) {
  router.clk_i = 0;
  router.eval();
  router.clk_i = 1;
  router.eval();
}

void reset(Veddy_noc_router& router, std::size_t column, std::size_t row, std::size_t columns, std::size_t rows) {
  router.clk_i = 0;
  router.rst_ni = 1;
  router.eval();  // the first evaluation sees no edges
  router.rst_ni = 0;
  router.tile_i = static_cast<std::uint8_t>(row << 4 | column);
  router.size_i = static_cast<std::uint8_t>((rows - 1) << 4 | (columns - 1));
  for (std::size_t port = 0; port < kLinks; ++port) {
    set_link(router.link_i[port], false, 0, 0);
    router.link_credit_i[port] = 0;
  }
  router.core_valid_i = router.io_valid_i = 0;
  router.core_ready_i = router.io_ready_i = 0;
  clock(router);
  router.rst_ni = 1;
  router.tile_i = router.size_i = 0xff;  // straps count during reset only
}

Torus::Torus(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows) {
  nodes_.resize(tiles());
  ends_.resize(ends());
  awake_.resize(tiles());
  for (Node& node : nodes_) node.router = std::make_unique<Veddy_noc_router>();
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t x = 0; x < columns; ++x) {
      const auto at = [&](std::size_t row, std::size_t column) {
        return nodes_[row % rows * columns + column % columns].router.get();
      };
      Node& node = nodes_[y * columns + x];
      node.neighbour[kNorth] = at(y + rows - 1, x);
      node.neighbour[kEast] = at(y, x + 1);
      node.neighbour[kSouth] = at(y + 1, x);
      node.neighbour[kWest] = at(y, x + columns - 1);
      reset(*node.router, x, y, columns, rows);
    }
  }
}

pkg::dest_t Torus::dest(End end) const {
  const std::size_t tile = end / 2;
  return {.tile = {.y = static_cast<std::uint8_t>(tile / columns_), .x = static_cast<std::uint8_t>(tile % columns_)},
          .io = end % 2 != 0};
}

std::size_t Torus::distance(End a, End b) const {
  const auto ring = [](std::size_t from, std::size_t to, std::size_t size) {
    const std::size_t ahead = (to + size - from) % size;
    return std::min(ahead, size - ahead);
  };
  const pkg::tile_id_t from = dest(a).tile;
  const pkg::tile_id_t to = dest(b).tile;
  return ring(from.x, to.x, columns_) + ring(from.y, to.y, rows_);
}

void Torus::offer(End end, std::uint64_t flit) { ends_[end] = {.valid = true, .flit = flit}; }

bool Torus::read_links(Node& node) {
  Veddy_noc_router& router = *node.router;
  bool came = false;
  for (std::size_t port = 0; port < kLinks; ++port) {
    const Veddy_noc_router& other = *node.neighbour[port];
    router.link_i[port] = other.link_o[opposite(port)];
    router.link_credit_i[port] = other.link_credit_o[opposite(port)];
    came = came || link_valid(router.link_i[port]) || router.link_credit_i[port] != 0;
  }
  return came;
}

bool Torus::serve_ends(std::size_t tile) {
  Veddy_noc_router& router = *nodes_[tile].router;
  const End core = 2 * tile;
  const End io = core + 1;

  router.core_ready_i = !sink_ready || sink_ready(core);
  router.io_ready_i = !sink_ready || sink_ready(io);
  if (on_arrival && router.core_valid_o && router.core_ready_i) on_arrival(core, router.core_flit_o);
  if (on_arrival && router.io_valid_o && router.io_ready_i) on_arrival(io, router.io_flit_o);

  router.core_valid_i = ends_[core].valid;
  router.io_valid_i = ends_[io].valid;
  router.core_flit_i = ends_[core].flit;
  router.io_flit_i = ends_[io].flit;
  if (router.core_ready_o) ends_[core].valid = false;
  if (router.io_ready_o) ends_[io].valid = false;
  return router.core_valid_i || router.io_valid_i;
}

// All outputs are registered: reading them all, then stepping all, is exact.
void Torus::step() {
  for (std::size_t tile = 0; tile < tiles(); ++tile) {
    Node& node = nodes_[tile];
    if (on_hop) {
      for (std::size_t port = 0; port < kLinks; ++port) {
        const auto& link = node.router->link_o[port];
        if (link_valid(link)) on_hop({tile, port, link_vc(link), link_flit(link)});
      }
    }
    const bool came = read_links(node);
    const bool enters = serve_ends(tile);
    awake_[tile] = !skip_quiet || came || enters || node.router->active_o;
  }
  for (std::size_t tile = 0; tile < tiles(); ++tile) {
    if (!awake_[tile]) continue;
    clock(*nodes_[tile].router);
    ++evaluated_;
  }
  ++cycle_;
}

}  // namespace eddy::test
