// SPDX-License-Identifier: Apache-2.0
/// Event trace as text: one fired neuron a line.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <tuple>

#include "eddy_pkg.hpp"

namespace eddy::sim {

/// Writes `cycle tile_y tile_x population frame y x channel value`, one event a line. A line that begins with # is a
/// comment: the head, and the end of each population's frame. Population -1 is the frame input. Frames are counted from
/// 0.
class EventTrace {
 public:
  /// The stream must outlive the trace.
  explicit EventTrace(std::ostream& out);

  /// What a trace port shows in a cycle.
  void add(std::uint64_t cycle, int tile_y, int tile_x, int population, const pkg::trace_t& trace);

 private:
  std::ostream& out_;
  std::map<std::tuple<int, int, int>, std::uint64_t> frame_;  // by tile and population
};

}  // namespace eddy::sim
