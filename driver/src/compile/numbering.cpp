// SPDX-License-Identifier: Apache-2.0
#include "compile/numbering.hpp"

namespace eddy::mapping {
namespace {

/// Appends to a table, and says where.
int append(std::vector<int>& table, int item) {
  table.push_back(item);
  return static_cast<int>(table.size()) - 1;
}

/// Axons of one population.
struct Ends {
  std::vector<int> in, out;
};

}  // namespace

NumberedPlan::NumberedPlan(const Network& its_network, const Chip& its_chip, const Plan& its_plan)
    : network(its_network),
      chip(its_chip),
      plan(its_plan),
      tables(at(its_chip.tiles() + 1)),
      population_numbers(its_plan.populations.size()),
      axon_numbers(its_plan.axons.size()) {
  TileTables& io = tables.back();
  std::vector<Ends> ends(its_plan.populations.size());
  for (int a = 0; a < static_cast<int>(its_plan.axons.size()); ++a) {
    const AxonPlan& axon = its_plan.axons[at(a)];
    if (axon.from == Gateway) {
      axon_numbers[at(a)].out = append(io.out_axons, a);
    } else {
      ends[at(axon.from)].out.push_back(a);
    }
    if (axon.to == Gateway) {
      axon_numbers[at(a)].in = append(io.in_axons, a);
    } else {
      ends[at(axon.to)].in.push_back(a);
    }
  }
  for (int p = 0; p < static_cast<int>(its_plan.populations.size()); ++p) {
    TileTables& tile = tables[at(population(p).slice.tile)];
    population_numbers[at(p)] = {.index = append(tile.populations, p),
                                 .in_first = static_cast<int>(tile.in_axons.size()),
                                 .in_count = static_cast<int>(ends[at(p)].in.size()),
                                 .out_first = static_cast<int>(tile.out_axons.size()),
                                 .out_count = static_cast<int>(ends[at(p)].out.size())};
    for (const int a : ends[at(p)].in) axon_numbers[at(a)].in = append(tile.in_axons, a);
    for (const int a : ends[at(p)].out) axon_numbers[at(a)].out = append(tile.out_axons, a);
  }
}

}  // namespace eddy::mapping
