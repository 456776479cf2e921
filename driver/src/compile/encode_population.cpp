// SPDX-License-Identifier: Apache-2.0
#include "compile/encode_population.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "compile/limits.hpp"
#include "compile/position.hpp"
#include "compile/table_entry.hpp"
#include "compile/words.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"

namespace eddy::mapping {
namespace {

constexpr std::uint16_t MaxTheta = (1U << 14) - 1;

/// Must every pixel be swept in every frame? docs/contract.md and rule 13 of the frame protocol.
bool visits_all(const Layer& layer) {
  const bool temporal = layer.mode == Mode::temporal;
  if (layer.keep_acc || temporal) return layer.keep_acc != temporal;
  for (int c = 0; c < layer.acc.c; ++c) {
    const std::int32_t a = activation(0, layer, c);  // of the bias alone
    if (a != 0 && std::abs(a) >= layer.channels[at(c)].theta) return true;
  }
  return false;
}

/// The requantised sum of padded lanes: that for which a layer's activation is nearest to 0. Throws FitError where even
/// that is the largest there is, which no threshold holds back.
int quiet_z(const Layer& layer) {
  constexpr int step = Curve::width / 16;  // fine enough to find where a line crosses 0
  if (layer.curve.empty()) return 0;
  Layer lane;
  lane.channels = {{.mul = 1U << 15, .shift = 15}};
  lane.lo = layer.lo;
  lane.hi = layer.hi;
  lane.curve = layer.curve;
  const auto size = [&](int z) { return std::abs(activation(z, lane, 0)); };
  int best = layer.hi;
  for (int z = layer.lo; z < layer.hi; z += step) best = size(z) < size(best) ? z : best;
  if (size(best) < MaxTheta) return best;
  throw FitError(
      fmt::format("layer {}: all of its activations are {} in magnitude, and lanes without a channel could not be kept "
                  "silent: give "
                  "it fewer than 14 magnitude bits",
                  layer.name, size(best)));
}

pkg::pop_t packed(const PopulationPlan& population, const Layer& layer, const PopulationNumbers& numbers,
                  const PopulationPlace& place) {
  const Slice& s = population.slice;
  return {.y0 = u16(s.y0),
          .x0 = u16(s.x0),
          .c0 = u16(s.c0),
          .rows = u16(s.rows),
          .cols = u16(s.cols),
          .words = u8(population.words),
          .acc_base = u16(place.accumulators),
          .acc_row = u16(population.acc_row),
          .acc_rows = u16(population.y.accs),
          .acc_cols = u16(population.x.accs),
          .flip = population.flip,
          .ref_base = u16(place.references),
          .param_base = u8(place.params),
          .mark_base = u16(place.marks),
          .mark_row = u8(population.mark_row),
          .lo = i16(layer.lo),
          .hi = i16(layer.hi),
          .curve = !layer.curve.empty(),
          .curve_shift = u8(layer.curve.shift),
          .curve_base = u16(place.curve),
          .pool_y = pool_axis(population.y),
          .pool_x = pool_axis(population.x),
          .keep_acc = layer.keep_acc,
          .send_delta = layer.mode == Mode::temporal,
          .visit_all = visits_all(layer),
          .xbits = u8(x_bits(layer.out)),
          .cbits = u8(c_bits(layer.out)),
          .in_first = u16(numbers.in_first),
          .in_count = u16(numbers.in_count),
          .out_first = u16(numbers.out_first % static_cast<int>(pkg::MaxAxons)),
          .out_count = u16(numbers.out_count)};
}

/// Word `w` of the channels' parameters.
pkg::param_word_t packed_params(const Slice& slice, const Layer& layer, int w) {
  pkg::param_word_t word;
  for (int lane = 0; lane < Lanes; ++lane) {
    const int c = w * Lanes + lane;
    pkg::param_t& param = word.item[at(lane)];
    if (c >= slice.channels) {  // never fires, even where the layer's range leaves 0 out
      param = {.bias = quiet_z(layer), .mul = 1U << 15, .shift = 15, .theta = MaxTheta};
      continue;
    }
    const Requant& r = layer.channels[at(slice.c0 + c)];
    param = {.bias = r.bias, .mul = r.mul, .shift = u8(r.shift), .theta = u16(r.theta)};
  }
  return word;
}

/// In the first frame every pixel is swept once.
void mark_all(const PopulationPlan& population, int first, std::vector<TableEntry>& tables) {
  const Slice& s = population.slice;
  for (int y = 0; y < s.rows; ++y) {
    for (int w = 0; w < population.mark_row; ++w) {
      const int columns = std::min(s.cols - w * static_cast<int>(pkg::MarkBits), static_cast<int>(pkg::MarkBits));
      const std::uint32_t bits = columns == 32 ? ~0U : (1U << columns) - 1;
      tables.push_back(
          {static_cast<std::uint8_t>(pkg::table_e::TabMark), u16(first + y * population.mark_row + w), {bits}});
    }
  }
}

}  // namespace

void encode_population(const NumberedPlan& plan, int p, const PopulationPlace& place, std::vector<TableEntry>& tables) {
  const PopulationPlan& population = plan.population(p);
  const Layer& layer = plan.layer_of(p);
  const PopulationNumbers& numbers = plan.population_numbers[at(p)];
  const int tile = population.slice.tile;
  check_limit(plan, tile, "words of channel parameters", place.params + population.needs.params, pkg::MaxParams);
  check_limit(plan, tile, "mark words", place.marks + population.needs.marks, pkg::MarkWords);
  tables.push_back(entry(pkg::table_e::TabPop, numbers.index, packed(population, layer, numbers, place)));
  for (int w = 0; w < population.words; ++w) {
    tables.push_back(entry(pkg::table_e::TabParam, place.params + w, packed_params(population.slice, layer, w)));
  }
  mark_all(population, place.marks, tables);
}

}  // namespace eddy::mapping
