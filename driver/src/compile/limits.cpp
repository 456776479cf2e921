// SPDX-License-Identifier: Apache-2.0
#include "compile/limits.hpp"

#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "compile/fp16_numbers.hpp"
#include "compile/position.hpp"
#include "eddy/error.hpp"
#include "eddy_host_pkg.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

void check_input(const Network& network) {
  const int channels = network.layers.front().out.c;
  const std::vector<int>& theta = network.input.theta;
  if (channels > static_cast<int>(host_pkg::PixelChans) &&
      std::ranges::any_of(theta, [&](int t) { return t != theta.front(); }))
    throw std::logic_error("an input of many channels with a threshold for each");
  if (!network.input.pixels || channels <= static_cast<int>(host_pkg::PixelChans)) return;
  throw FitError(fmt::format(
      "the frame input takes pixels of up to {} channels, network {} has {}: give its input as int16 activations",
      host_pkg::PixelChans, network.name, channels));
}

void check_positions(const Network& network) {
  for (const Layer& layer : network.layers) {
    const int bits = bits_for(layer.out.h) + x_bits(layer.out) + c_bits(layer.out);
    if (bits > static_cast<int>(pkg::PosBits) || x_bits(layer.out) > 15 || layer.out.h >= 1 << pkg::CoordBits ||
        layer.out.w >= 1 << pkg::CoordBits) {
      throw FitError(fmt::format("layer {} of {} x {} x {} has positions of {} bits; events carry {}", layer.name,
                                 layer.out.c, layer.out.h, layer.out.w, bits, pkg::PosBits));
    }
  }
}

std::string population_name(const NumberedPlan& plan, int p) {
  const Slice& s = plan.population(p).slice;
  return fmt::format("layer {} [{}+{}, {}+{}, {}+{}]", plan.layer_of(p).name, s.y0, s.rows, s.x0, s.cols, s.c0,
                     s.channels);
}

/// `axons` are those of one source, `what`.
void check_row_axons(const NumberedPlan& plan, int tile, const std::string& what, std::span<const int> axons) {
  if (axons.size() <= pkg::RowAxons) return;
  std::vector<const AxonPlan*> all;
  for (const int a : axons) all.push_back(&plan.axon(a));
  const int most = most_in_a_row(all);
  if (most > static_cast<int>(pkg::RowAxons)) {
    throw FitError(
        fmt::format("{} on {} sends one row to {} axons, at most {} are possible: cut its consumers into fewer columns "
                    "and channels",
                    what, tile_name(plan, tile), most, pkg::RowAxons));
  }
}

}  // namespace

void check_network(const Network& network) {
  check_input(network);
  check_positions(network);
  check_fp16(network);
}

void check_tables(const NumberedPlan& plan) {
  for (int p = 0; p < static_cast<int>(plan.population_numbers.size()); ++p) {
    const int tile = plan.population(p).slice.tile;
    const PopulationNumbers& numbers = plan.population_numbers[at(p)];
    check_row_axons(plan, tile, population_name(plan, p),
                    std::span(plan.tables[at(tile)].out_axons).subspan(at(numbers.out_first), at(numbers.out_count)));
  }
  check_row_axons(plan, plan.gateway(), "the frame input", plan.tables.back().out_axons);
  for (int tile = 0; tile <= plan.gateway(); ++tile) {
    const TileTables& tables = plan.tables[at(tile)];
    check_limit(plan, tile, "in-axons", static_cast<int>(tables.in_axons.size()), pkg::MaxAxons);
    check_limit(plan, tile, "out-axons", static_cast<int>(tables.out_axons.size()), pkg::MaxAxons);
    check_limit(plan, tile, "populations", static_cast<int>(tables.populations.size()), pkg::MaxPops);
  }
}

void check_limit(const NumberedPlan& plan, int tile, const char* what, int need, std::uint32_t have) {
  if (need <= static_cast<int>(have)) return;
  throw FitError(fmt::format("{} needs {} {}, has {}", tile_name(plan, tile), need, what, have));
}

std::string tile_name(const NumberedPlan& plan, int tile) {
  if (tile == plan.gateway()) return "the gateway";
  const TileAt place = plan.chip.at(tile);
  return fmt::format("tile ({}, {})", place.y, place.x);
}

}  // namespace eddy::mapping
