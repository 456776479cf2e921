// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/event_trace.hpp"

#include <ostream>

namespace eddy::sim {

EventTrace::EventTrace(std::ostream& out) : out_(out) {
  out_ << "# cycle tile_y tile_x population frame y x channel value\n";
}

void EventTrace::add(std::uint64_t cycle, int tile_y, int tile_x, int population, const pkg::trace_t& trace) {
  std::uint64_t& frame = frame_[{tile_y, tile_x, population}];
  if (trace.valid) {
    for (unsigned lane = 0; lane < pkg::Lanes; ++lane) {
      if (((trace.group.fire >> lane) & 1U) == 0) continue;
      out_ << cycle << ' ' << tile_y << ' ' << tile_x << ' ' << population << ' ' << frame << ' ' << trace.y << ' '
           << trace.group.x << ' ' << trace.group.c + lane << ' ' << trace.group.value[lane] << '\n';
    }
  }
  // The group that comes with the end belongs to the frame that ends.
  if (trace.frame_end) {
    out_ << "# " << cycle << ' ' << tile_y << ' ' << tile_x << ' ' << population << " end of frame " << frame << '\n';
    ++frame;
  }
}

}  // namespace eddy::sim
