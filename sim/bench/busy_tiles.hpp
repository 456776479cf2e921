// SPDX-License-Identifier: Apache-2.0
/// Work for some tiles of a fabric: each gets an event whenever it takes one, for a 3x3 convolution to 8 channels, so
/// that its MAC has a word in nearly all cycles. The events of a tile enter at its neighbour's i/o end and come over a
/// link.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "array_messages.hpp"
#include "eddy/sim/fabric.hpp"

namespace eddy::sim {

class BusyTiles {
 public:
  /// Of `fabric`, the first `busy` tiles, counted row by row.
  BusyTiles(Fabric& fabric, int busy) : fabric_(fabric) {
    for (int tile = 0; tile < busy; ++tile) {
      const int partner = (tile ^ 1) < busy ? tile ^ 1 : tile;
      fabric.write_host(row(tile), column(tile), convolution());
      sources_.push_back({&fabric.io(row(partner), column(partner)), core(row(tile), column(tile))});
    }
  }

  /// One cycle of the fabric.
  void step() {
    for (Source& source : sources_) {
      IoEnd& end = *source.end;
      if (source.taken) {
        const pkg::event_t event{.axon = 0, .pos = static_cast<pkg::pos_t>(random_() % (Pixels * Pixels)), .value = 3};
        end.in_flit = message(pkg::kind_e::KindEvent, source.to, event.to_u64());
        end.in_valid = true;
      }
      source.taken = end.in_ready;
    }
    fabric_.step();
  }

 private:
  static constexpr pkg::coord_t Pixels = 16;  // a side of the layer

  struct Source {
    IoEnd* end;
    pkg::dest_t to;
    bool taken = true;  // the flit offered leaves at the next edge
  };

  [[nodiscard]] int row(int tile) const { return tile / fabric_.columns(); }
  [[nodiscard]] int column(int tile) const { return tile % fabric_.columns(); }

  static std::vector<HostWrite> convolution() {
    using namespace pkg;
    axis_t axis{};
    axis.up = axis.stride = axis.dilation = axis.tap_step = axis.out_step = 1;
    axis.offset = -1;
    axis.taps = 3;
    axis.size = Pixels;
    port_t port{};
    port.y = port.x = axis;
    port.w_base = 12 * 1024;
    port.w_y = 6;
    port.w_x = 2;
    port.acc_row = 2 * Pixels;
    port.acc_words = port.words = 2;
    port.mark_row = 1;
    port.pool_y = port.pool_x = {.stride = 1, .size = 1, .pad = 0};
    port.out_rows = port.out_cols = Pixels;

    std::vector<HostWrite> writes;
    add_entry(writes, table_e::TabPort, 0, port);
    add_entry(writes, table_e::TabInAxon, 0, in_axon_t{.port = 0, .xbits = 4, .cbits = 0});
    add_entry(writes, table_e::TabArrival, 0, axon_state_t{});
    writes.push_back(register_write(reg_e::RegInAxons, 1));
    writes.push_back(register_write(reg_e::RegQueueBase, 14 * 1024));
    writes.push_back(register_write(reg_e::RegQueueWords, 512));
    return writes;
  }

  Fabric& fabric_;
  std::vector<Source> sources_;
  std::mt19937 random_{1};
};

}  // namespace eddy::sim
