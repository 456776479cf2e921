// SPDX-License-Identifier: Apache-2.0
#include "compile/encode_gateway.hpp"

#include "compile/encode_axon.hpp"
#include "compile/position.hpp"

namespace eddy::mapping {
namespace {

/// Index of a population in Image::populations, which is ordered by tile.
int position(const NumberedPlan& plan, int p) {
  int before = 0;
  for (int tile = 0; tile < plan.population(p).slice.tile; ++tile) {
    before += static_cast<int>(plan.tables[at(tile)].populations.size());
  }
  return before + plan.population_numbers[at(p)].index;
}

}  // namespace

GatewayImage encode_gateway(const NumberedPlan& plan) {
  const Input& input = plan.network.input;
  const Layer& in = plan.network.layers.front();
  const TileTables& tables = plan.tables.back();
  GatewayImage g;
  g.tile = plan.chip.gateway;
  g.pixels = input.pixels;
  g.input = in.out;
  g.xbits = x_bits(in.out);
  g.cbits = c_bits(in.out);
  g.send_delta = in.mode == Mode::temporal;
  if (input.pixels) g.table = input.table;  // of activations the host makes them
  g.theta = input.theta;
  g.out_axons = static_cast<int>(tables.out_axons.size());
  for (int i = 0; i < g.out_axons; ++i) encode_out_axon(plan, tables.out_axons[at(i)], i, 0, g.tables);
  for (int i = 0; i < static_cast<int>(tables.in_axons.size()); ++i) {
    encode_gateway_in_axon(plan, tables.in_axons[at(i)], i, g.tables);
    const AxonPlan& axon = plan.axon(tables.in_axons[at(i)]);
    const Shape& shape = plan.layer_of(axon.from).out;
    g.drains.push_back({position(plan, axon.from), axon.layer, x_bits(shape), c_bits(shape)});
  }
  return g;
}

}  // namespace eddy::mapping
