// SPDX-License-Identifier: Apache-2.0
#include "compile/traffic.hpp"

#include <algorithm>

#include "compile/arith.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

struct Interval {
  int first = 0, last = -1;
  [[nodiscard]] bool empty() const { return first > last; }
};

Interval overlap(Interval a, int first, int count) {
  return {std::max(a.first, first), std::min(a.last, first + count - 1)};
}

/// Sources that an axis reaches: a superset where strides leave some out.
Interval reach(const PortAxis& axis) {
  return {ceil_div(std::max(0, -axis.offset - (axis.taps - 1) * axis.dilation), axis.up),
          floor_div((axis.size - 1) * axis.stride - axis.offset, axis.up)};
}

/// Counts the row ranges that cover one row: the most, over all rows.
int most_at_once(std::vector<std::pair<int, int>>& borders) {
  std::ranges::sort(borders);  // ends (-1) before beginnings at the same row
  int now = 0, most = 0;
  for (const auto& [row, step] : borders) most = std::max(most, now += step);
  return most;
}

}  // namespace

Traffic traffic(const Network& network, const LoadMaps& maps, const std::vector<PopulationPlan>& populations) {
  Traffic result;
  std::vector<std::vector<int>> of_layer(network.layers.size());
  for (int p = 0; p < static_cast<int>(populations.size()); ++p) {
    of_layer[static_cast<std::size_t>(populations[static_cast<std::size_t>(p)].slice.layer)].push_back(p);
  }
  const Shape& in = network.layers.front().out;
  const Slice input{.layer = 0, .rows = in.h, .cols = in.w, .channels = in.c};
  std::vector<std::vector<std::pair<int, int>>> borders(populations.size() + 1);  // by source, the gateway last

  for (int to = 0; to < static_cast<int>(populations.size()); ++to) {
    const PopulationPlan& receiver = populations[static_cast<std::size_t>(to)];
    const Layer& layer = network.layers[static_cast<std::size_t>(receiver.slice.layer)];
    for (const PortPlan& port : receiver.ports) {
      const int source_layer = layer.ports[static_cast<std::size_t>(port.part.port)].source;
      const Shape& shape = network.layers[static_cast<std::size_t>(source_layer)].out;
      const Interval rows = reach(port.y), columns = reach(port.x);
      const Interval channels{port.part.c_first, port.part.c_first + port.part.c_count - 1};
      const auto connect = [&](int from, const Slice& source) {
        const Interval y = overlap(rows, source.y0, source.rows), x = overlap(columns, source.x0, source.cols);
        const Interval c = overlap(channels, source.c0, source.channels);
        if (y.empty() || x.empty() || c.empty()) return;
        Edge edge{.from = from, .to = to};
        const double share = double(c.last - c.first + 1) / shape.c;
        for (const Mix mix : {Typical, Dense}) {
          edge.events[mix] = share * maps.events(source_layer, mix, y.first, y.last + 1, x.first, x.last + 1);
        }
        result.edges.push_back(edge);
        auto& b = borders[from == Gateway ? populations.size() : static_cast<std::size_t>(from)];
        b.emplace_back(y.first, 1);
        b.emplace_back(y.last + 1, -1);
      };
      if (source_layer == 0) connect(Gateway, input);
      for (const int from : of_layer[static_cast<std::size_t>(source_layer)]) {
        connect(from, populations[static_cast<std::size_t>(from)].slice);
      }
    }
  }
  for (const Output& output : network.outputs) {
    for (const int from : of_layer[static_cast<std::size_t>(output.layer)]) {
      const Slice& s = populations[static_cast<std::size_t>(from)].slice;
      const Shape& shape = network.layers[static_cast<std::size_t>(s.layer)].out;
      Edge edge{.from = from, .to = Gateway};
      for (const Mix mix : {Typical, Dense}) {
        edge.events[mix] =
            double(s.channels) / shape.c * maps.events(s.layer, mix, s.y0, s.y0 + s.rows, s.x0, s.x0 + s.cols);
      }
      result.edges.push_back(edge);
      borders[static_cast<std::size_t>(from)].emplace_back(s.y0, 1);
      borders[static_cast<std::size_t>(from)].emplace_back(s.y0 + s.rows, -1);
    }
  }
  for (auto& b : borders) {
    if (b.size() > 2 * pkg::RowAxons && most_at_once(b) > static_cast<int>(pkg::RowAxons)) result.rows_fit = false;
  }
  return result;
}

}  // namespace eddy::mapping
