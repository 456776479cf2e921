// SPDX-License-Identifier: Apache-2.0
/// What slices of a layer cost, in MAC cycles, from the events that are expected: in all, and by band of the image.
#pragma once

#include <array>
#include <vector>

#include "compile/plan.hpp"
#include "eddy/compile.hpp"

namespace eddy::mapping {

/// Bands of rows: work that comes at the same time. Tiles have to be balanced in each of them, not only in sum.
constexpr int Bands = 12;

/// Two kinds of frames are balanced at once.
enum Mix : std::size_t { Typical = 0, Dense = 1, Mixes = 2 };

/// Sums over rectangles of a map in constant time.
class SumMap {
 public:
  SumMap() = default;
  SumMap(int rows, int cols, const std::vector<double>& values);
  /// Over rows [y0, y1) and columns [x0, x1), clipped to the map.
  [[nodiscard]] double sum(int y0, int y1, int x0, int x1) const;

 private:
  int rows_ = 0, cols_ = 0;
  std::vector<double> sums_;
};

struct Load {
  double cycles = 0;                  // MAC cycles a frame
  std::array<double, Bands> bands{};  // of which while band b of the image comes
};

class LoadMaps {
 public:
  LoadMaps(const Network& network, const LoadProfile& profile);

  [[nodiscard]] Load load(const PopulationPlan& population, Mix mix) const;
  /// Events of a layer's output in a rectangle of its rows and columns, all channels.
  [[nodiscard]] double events(int layer, Mix mix, int y0, int y1, int x0, int x1) const;
  /// Cost of each output row or column of a layer, both mixes together, each scaled to sum 1: what cuts are balanced
  /// by.
  [[nodiscard]] std::vector<double> row_weights(int layer, double dense_share) const;
  [[nodiscard]] std::vector<double> column_weights(int layer, double dense_share) const;

 private:
  struct Maps {
    std::vector<std::array<SumMap, Mixes>> hits;  // by port: products a channel and position, at accumulator resolution
    std::array<SumMap, Mixes> touched;            // chance that a position is touched
    std::array<SumMap, Mixes> events;             // at output resolution
  };
  [[nodiscard]] std::vector<double> weights(int layer, double dense_share, bool columns) const;

  const Network& network_;
  std::vector<Maps> layers_;
};

}  // namespace eddy::mapping
