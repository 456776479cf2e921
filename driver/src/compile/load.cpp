// SPDX-License-Identifier: Apache-2.0
#include "compile/load.hpp"

#include <algorithm>
#include <cmath>

namespace eddy::mapping {
namespace {

/// A sweep takes two accumulator words a cycle from the MAC.
constexpr double SweepCyclesPerWord = 0.5;

/// With an odd number of words a pixel, a kernel row in twelve or so finds its bank busy: measured 0.92 with one word,
/// 0.97 with three.
constexpr double OddPhaseCost = 0.087;

/// Mean products by accumulator position, for one channel of the slice and one of the source.
std::vector<double> hit_map(const Layer& layer, const Port& port, const Shape& source,
                            const std::vector<double>& events) {
  const PortAxis y_axis = port_axis(port.y, axis_slice({}, layer.acc.h, 0, layer.acc.h));
  const PortAxis x_axis = port_axis(port.x, axis_slice({}, layer.acc.w, 0, layer.acc.w));
  std::vector<double> map(static_cast<std::size_t>(layer.acc.h) * static_cast<std::size_t>(layer.acc.w));
  for (int y = 0; y < source.h; ++y) {
    const Hits rows = hits(y_axis, y);
    for (int x = 0; x < source.w && rows.count > 0; ++x) {
      const double n = events[static_cast<std::size_t>(y * source.w + x)];
      if (n == 0) continue;
      const Hits columns = hits(x_axis, x);
      for (int i = 0; i < rows.count; ++i) {
        for (int j = 0; j < columns.count; ++j) {
          const int at = (rows.first + i * rows.step) * layer.acc.w + columns.first + j * columns.step;
          map[static_cast<std::size_t>(at)] += n;
        }
      }
    }
  }
  return map;
}

}  // namespace

SumMap::SumMap(int rows, int cols, const std::vector<double>& values) : rows_(rows), cols_(cols) {
  const auto width = static_cast<std::size_t>(cols) + 1;
  sums_.assign((static_cast<std::size_t>(rows) + 1) * width, 0.0);
  for (std::size_t y = 1; y <= static_cast<std::size_t>(rows); ++y) {
    for (std::size_t x = 1; x < width; ++x) {
      sums_[y * width + x] = values[(y - 1) * (width - 1) + x - 1] + sums_[(y - 1) * width + x] +
                             sums_[y * width + x - 1] - sums_[(y - 1) * width + x - 1];
    }
  }
}

double SumMap::sum(int y0, int y1, int x0, int x1) const {
  y0 = std::max(y0, 0), x0 = std::max(x0, 0), y1 = std::min(y1, rows_), x1 = std::min(x1, cols_);
  if (y0 >= y1 || x0 >= x1) return 0;
  const auto at = [&](int y, int x) {
    return sums_[static_cast<std::size_t>(y) * (static_cast<std::size_t>(cols_) + 1) + static_cast<std::size_t>(x)];
  };
  return at(y1, x1) - at(y0, x1) - at(y1, x0) + at(y0, x0);
}

LoadMaps::LoadMaps(const Network& network, const LoadProfile& profile) : network_(network) {
  const LoadProfile dense = dense_profile(network);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    Maps& maps = layers_.emplace_back();
    maps.hits.resize(layer.ports.size());
    for (const Mix mix : {Typical, Dense}) {
      const LoadProfile& from = mix == Dense || profile.empty() ? dense : profile;
      const auto events_of = [&](int index) {
        const auto& e = from.events[static_cast<std::size_t>(index)];
        return std::vector<double>(e.begin(), e.end());
      };
      maps.events[mix] = SumMap(layer.out.h, layer.out.w, events_of(static_cast<int>(l)));
      if (layer.ports.empty()) continue;
      std::vector<double> all(static_cast<std::size_t>(layer.acc.h) * static_cast<std::size_t>(layer.acc.w));
      for (std::size_t p = 0; p < layer.ports.size(); ++p) {
        const Port& port = layer.ports[p];
        const Shape& source = network.layers[static_cast<std::size_t>(port.source)].out;
        const auto map = hit_map(layer, port, source, events_of(port.source));
        maps.hits[p][mix] = SumMap(layer.acc.h, layer.acc.w, map);
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += map[i];
      }
      const bool always = !layer.keep_acc || layer.mode == Mode::spatial;
      for (double& v : all) v = always ? 1.0 : 1.0 - std::exp(-v);
      maps.touched[mix] = SumMap(layer.acc.h, layer.acc.w, all);
    }
  }
}

Load LoadMaps::load(const PopulationPlan& p, Mix mix) const {
  const Slice& s = p.slice;
  const Layer& layer = network_.layers[static_cast<std::size_t>(s.layer)];
  const Maps& maps = layers_[static_cast<std::size_t>(s.layer)];
  const auto cost = [&](int y0, int y1) {
    const int x0 = p.x.acc0, x1 = p.x.acc0 + p.x.accs;
    double cycles = SweepCyclesPerWord * p.words * maps.touched[mix].sum(y0, y1, x0, x1);
    for (const PortPlan& plan : p.ports) {
      const PortPart& part = plan.part;
      const Port& port = layer.ports[static_cast<std::size_t>(part.port)];
      const double share = double(part.c_count) / network_.layers[static_cast<std::size_t>(port.source)].out.c;
      const double phase = !part.depthwise && p.words % 2 == 1 ? 1 + OddPhaseCost / p.words : 1;
      cycles += share * phase * part.words * maps.hits[static_cast<std::size_t>(part.port)][mix].sum(y0, y1, x0, x1);
    }
    return cycles;
  };
  Load load;
  for (int b = 0; b < Bands; ++b) {
    const int y0 = std::max(p.y.acc0, layer.acc.h * b / Bands);
    const int y1 = std::min(p.y.acc0 + p.y.accs, layer.acc.h * (b + 1) / Bands);
    if (y0 < y1) load.bands[static_cast<std::size_t>(b)] = cost(y0, y1);
    load.cycles += load.bands[static_cast<std::size_t>(b)];
  }
  return load;
}

double LoadMaps::events(int layer, Mix mix, int y0, int y1, int x0, int x1) const {
  return layers_[static_cast<std::size_t>(layer)].events[mix].sum(y0, y1, x0, x1);
}

std::vector<double> LoadMaps::weights(int layer, double dense_share, bool columns) const {
  const Layer& l = network_.layers[static_cast<std::size_t>(layer)];
  const Maps& maps = layers_[static_cast<std::size_t>(layer)];
  const PoolAxis& pool = columns ? l.pool_x : l.pool_y;
  std::vector<double> result(static_cast<std::size_t>(columns ? l.out.w : l.out.h));
  for (const Mix mix : {Typical, Dense}) {
    std::vector<double> cost(result.size());
    double all = 1e-9;
    for (std::size_t i = 0; i < cost.size(); ++i) {
      const int a = static_cast<int>(i) * pool.stride - pool.pad, b = a + pool.size;
      for (const auto& hits : maps.hits)
        cost[i] += columns ? hits[mix].sum(0, l.acc.h, a, b) : hits[mix].sum(a, b, 0, l.acc.w);
      all += cost[i];
    }
    const double share = mix == Dense ? dense_share : 1 - dense_share;
    for (std::size_t i = 0; i < cost.size(); ++i) result[i] += share * cost[i] / all;
  }
  return result;
}

std::vector<double> LoadMaps::row_weights(int layer, double dense_share) const {
  return weights(layer, dense_share, false);
}
std::vector<double> LoadMaps::column_weights(int layer, double dense_share) const {
  return weights(layer, dense_share, true);
}

}  // namespace eddy::mapping
