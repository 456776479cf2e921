// SPDX-License-Identifier: Apache-2.0
#include "compile/encode_port.hpp"

#include <numeric>

#include "chip_weights.hpp"
#include "compile/fp16_numbers.hpp"
#include "compile/limits.hpp"
#include "compile/table_entry.hpp"

namespace eddy::mapping {
namespace {

pkg::axis_t packed(const PortAxis& a) {
  const int g = std::gcd(a.stride, a.dilation);
  return {.up = u8(a.up),
          .stride = u8(a.stride),
          .dilation = u8(a.dilation),
          .offset = i16(a.offset),
          .taps = u16(a.taps),
          .size = u16(a.size),
          .tap_step = u8(a.stride / g),
          .out_step = u8(a.dilation / g)};
}

pkg::port_t packed(const NumberedPlan& plan, int p, int i, const PopulationPlace& place) {
  const PopulationPlan& population = plan.population(p);
  const PortPlan& port = population.ports[at(i)];
  const PortPart& part = port.part;
  const Layer& layer = plan.layer_of(p);
  const Port& of_network = layer.ports[at(part.port)];
  return {.pop = u8(plan.population_numbers[at(p)].index),
          .y = packed(port.y),
          .x = packed(port.x),
          .c0 = u16(part.c_first),
          .depthwise = part.depthwise,
          .dw_shift = u8(part.dw_shift),
          .c_lane = part.c_lane,
          .format = code_of(of_network.format),
          .code_base = u16(place.codes[at(i)]),
          .fp16 = sends_fp16(plan.network, of_network.source),
          .point = u8(accumulator_point(plan.network, layer, of_network)),
          .w_base = u16(place.weights[at(i)]),
          .w_c = static_cast<std::uint32_t>(part.w_c),
          .w_y = static_cast<std::uint32_t>(part.w_y),
          .w_x = static_cast<std::uint32_t>(part.w_x),
          .acc_base = u16(place.accumulators),
          .acc_row = u16(population.acc_row),
          .acc_words = u8(population.words),
          .word0 = u8(part.word0),
          .words = u8(part.words),
          .flip = population.flip,
          .mark_base = u16(place.marks),
          .mark_row = u8(population.mark_row),
          .pool_y = pool_axis(population.y),
          .pool_x = pool_axis(population.x),
          .out_rows = u16(population.slice.rows),
          .out_cols = u16(population.slice.cols)};
}

}  // namespace

void encode_ports(const NumberedPlan& plan, int p, const PopulationPlace& place, std::vector<TableEntry>& tables) {
  const PopulationPlan& population = plan.population(p);
  for (int i = 0; i < static_cast<int>(population.ports.size()); ++i) {
    check_limit(plan, population.slice.tile, "ports", place.ports + i + 1, pkg::MaxPorts);
    tables.push_back(entry(pkg::table_e::TabPort, place.ports + i, packed(plan, p, i, place)));
  }
}

}  // namespace eddy::mapping
