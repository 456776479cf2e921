// SPDX-License-Identifier: Apache-2.0
#include "compile/encode.hpp"

#include "compile/encode_gateway.hpp"
#include "compile/encode_tile.hpp"
#include "compile/limits.hpp"
#include "eddy/quantise.hpp"

namespace eddy::mapping {
namespace {

/// Names and sizes: what the image was made from and for.
Image head(const Network& network, const Chip& chip, std::uint64_t seed) {
  Image image;
  image.network = network.name;
  image.network_digest = digest(network);
  image.chip = chip.name;
  image.rows = chip.rows;
  image.columns = chip.columns;
  image.banks = chip.banks;
  image.lanes = chip.lanes;
  image.seed = seed;
  for (const Output& output : network.outputs) {
    image.outputs.push_back({output.name, output.layer, network.layers[at(output.layer)].out});
  }
  for (const Layer& layer : network.layers) {
    image.layers.push_back({layer.name, layer.out, layer.mode == Mode::temporal, layer.scale});
  }
  return image;
}

PopulationInfo info(const NumberedPlan& plan, int p) {
  const Slice& s = plan.population(p).slice;
  return {.tile = plan.chip.at(s.tile),
          .pop = plan.population_numbers[at(p)].index,
          .layer = s.layer,
          .y0 = s.y0,
          .x0 = s.x0,
          .c0 = s.c0,
          .rows = s.rows,
          .cols = s.cols,
          .channels = s.channels};
}

}  // namespace

Image encode_plan(const Network& network, const Chip& chip, const Plan& plan, const CompileOptions& options) {
  check_network(network);
  const NumberedPlan numbered(network, chip, plan);
  check_tables(numbered);
  Image image = head(network, chip, options.seed);
  for (int tile = 0; tile < chip.tiles(); ++tile) {
    const auto& populations = numbered.tables[at(tile)].populations;
    if (populations.empty()) continue;
    image.tiles.push_back(encode_tile(numbered, tile, options.queue_words));
    for (const int p : populations) image.populations.push_back(info(numbered, p));
  }
  image.gateway = encode_gateway(numbered);
  return image;
}

}  // namespace eddy::mapping
