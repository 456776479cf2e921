// SPDX-License-Identifier: Apache-2.0
/// Who sends how much to whom, estimated from slices: quick enough for the search, where axons are not made one by one.
#pragma once

#include <array>
#include <vector>

#include "compile/load.hpp"
#include "compile/plan.hpp"

namespace eddy::mapping {

struct Edge {
  int from = Gateway, to = Gateway;    // index of a population
  std::array<double, Mixes> events{};  // a frame
};

struct Traffic {
  std::vector<Edge> edges;
  bool rows_fit = true;  // no source has more axons on one row than it can
};

Traffic traffic(const Network& network, const LoadMaps& maps, const std::vector<PopulationPlan>& populations);

}  // namespace eddy::mapping
