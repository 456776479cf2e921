// SPDX-License-Identifier: Apache-2.0
/// Numbers the populations and axons of a plan in the tables of their tiles.
#pragma once

#include <vector>

#include "compile/plan.hpp"
#include "eddy/chip.hpp"
#include "index.hpp"

namespace eddy::mapping {

/// What the tables of a tile, or of the gateway, hold, in their order: indices into Plan::populations and Plan::axons.
struct TileTables {
  std::vector<int> populations, in_axons, out_axons;
};

/// A population's index in its tile, and where its axons stand: neighbours in both tables.
struct PopulationNumbers {
  int index = 0;
  int in_first = 0, in_count = 0;
  int out_first = 0, out_count = 0;
};

/// An axon's index in the tables at both of its ends.
struct AxonNumbers {
  int in = 0, out = 0;
};

/// A plan with numbers, and what it is a plan of. All of these must outlive it.
struct NumberedPlan {
  NumberedPlan(const Network& its_network, const Chip& its_chip, const Plan& its_plan);

  const Network& network;
  const Chip& chip;
  const Plan& plan;
  std::vector<TileTables> tables;                     // by Chip::index; the gateway's come last
  std::vector<PopulationNumbers> population_numbers;  // as Plan::populations
  std::vector<AxonNumbers> axon_numbers;              // as Plan::axons

  /// The gateway where a tile's index is asked for.
  [[nodiscard]] int gateway() const { return chip.tiles(); }
  [[nodiscard]] const PopulationPlan& population(int p) const { return plan.populations[at(p)]; }
  [[nodiscard]] const AxonPlan& axon(int a) const { return plan.axons[at(a)]; }
  [[nodiscard]] const Layer& layer_of(int p) const { return network.layers[at(population(p).slice.layer)]; }
};

}  // namespace eddy::mapping
