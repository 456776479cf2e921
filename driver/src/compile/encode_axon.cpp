// SPDX-License-Identifier: Apache-2.0
#include "compile/encode_axon.hpp"

#include "compile/fp16_numbers.hpp"
#include "compile/position.hpp"
#include "compile/table_entry.hpp"

namespace eddy::mapping {
namespace {

pkg::in_source_t in_source(const NumberedPlan& plan, int axon, int idle) {
  return {
      .dest = destination(plan, plan.axon(axon).from), .axon = u16(plan.axon_numbers[at(axon)].out), .idle = u16(idle)};
}

}  // namespace

pkg::dest_t destination(const NumberedPlan& plan, int population) {
  const bool io = population == Gateway;
  const TileAt tile = io ? plan.chip.gateway : plan.chip.at(plan.population(population).slice.tile);
  return {.tile = {.y = u8(tile.y), .x = u8(tile.x)}, .io = io};
}

void encode_in_axon(const NumberedPlan& plan, int axon, int index, int first_port, std::vector<TableEntry>& tables) {
  const AxonPlan& a = plan.axon(axon);
  const Shape& source = plan.network.layers[at(a.layer)].out;
  tables.push_back(
      entry(pkg::table_e::TabInAxon, index,
            pkg::in_axon_t{.port = u8(first_port + a.port), .xbits = u8(x_bits(source)), .cbits = u8(c_bits(source))}));
  tables.push_back(entry(pkg::table_e::TabInSource, index, in_source(plan, axon, a.rule.idle)));
  tables.push_back(zero(pkg::table_e::TabArrival, index));
  tables.push_back(zero(pkg::table_e::TabProgress, index));
}

void encode_gateway_in_axon(const NumberedPlan& plan, int axon, int index, std::vector<TableEntry>& tables) {
  // The gateway credits whole frames: `idle` holds the number of rows that it credits (rtl/host/eddy_host_pkg.sv).
  const int rows = plan.axon(axon).rule.rows;
  tables.push_back(entry(pkg::table_e::TabInSource, index, in_source(plan, axon, rows)));
  tables.push_back(zero(pkg::table_e::TabArrival, index));
}

void encode_out_axon(const NumberedPlan& plan, int axon, int index, int population, std::vector<TableEntry>& tables) {
  const AxonPlan& a = plan.axon(axon);
  tables.push_back(entry(pkg::table_e::TabOutAxon, index,
                         pkg::out_axon_t{.pop = u8(population),
                                         .dest = destination(plan, a.to),
                                         .axon = u16(plan.axon_numbers[at(axon)].in),
                                         .y0 = u16(a.y.first),
                                         .y1 = u16(a.y.last),
                                         .x0 = u16(a.x.first),
                                         .x1 = u16(a.x.last),
                                         .c0 = u16(a.c_first),
                                         .c1 = u16(a.c_last),
                                         .y_mask = u8(a.y.mask),
                                         .x_mask = u8(a.x.mask),
                                         .a = u8(a.rule.a),
                                         .b_token = i16(a.rule.b_token),
                                         .b_credit = i16(a.rule.b_credit),
                                         .d = u8(a.rule.d),
                                         .rows = u16(a.rule.rows),
                                         .fp16 = a.to != Gateway && sends_fp16(plan.network, a.layer),
                                         .point = narrow<std::int8_t>(event_point(plan.network, a.layer))}));
  tables.push_back(zero(pkg::table_e::TabSent, index));
  // The gateway credits the first frame too, when it has a buffer for it; tiles have room from the start.
  tables.push_back(entry(pkg::table_e::TabCredit, index, pkg::axon_state_t{.parity = a.to == Gateway}));
}

}  // namespace eddy::mapping
