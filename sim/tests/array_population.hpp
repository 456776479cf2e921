// SPDX-License-Identifier: Apache-2.0
/// The smallest network: one population, without weights.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "array_messages.hpp"
#include "eddy/sim/fabric.hpp"

namespace eddy::sim {

inline constexpr pkg::coord_t Rows = 2, Columns = 3;
inline constexpr std::array<std::int32_t, pkg::Lanes> Activations{5, 0, -7, 9};

/// A population without input on tile (0, 1): each pixel has the activations above. Sends to the i/o end of tile (0,
/// 0). Returns what starts it.
inline HostWrite load_population(Fabric& fabric, std::uint16_t in_count) {
  using namespace pkg;
  const pool_axis_t no_pool{.stride = 1, .size = 1, .pad = 0};
  pop_t pop{};
  pop.rows = pop.acc_rows = Rows;
  pop.cols = pop.acc_cols = Columns;
  pop.words = 1;
  pop.acc_row = Columns;
  pop.ref_base = 64;
  pop.mark_row = 1;
  pop.lo = -100;
  pop.hi = 100;
  pop.pool_y = pop.pool_x = no_pool;
  pop.keep_acc = pop.send_delta = pop.visit_all = true;
  pop.xbits = pop.cbits = 2;
  pop.in_count = in_count;
  pop.out_count = 1;

  param_word_t params{};
  for (std::size_t lane = 0; lane < Lanes; ++lane) {
    params.item[lane] = {.bias = Activations[lane], .mul = 0x8000, .shift = 15, .theta = 0};
  }
  out_axon_t out{};
  out.dest = io_end(0, 0);
  out.axon = 3;
  out.y1 = Rows - 1;
  out.x1 = Columns - 1;
  out.c1 = Lanes - 1;
  out.a = out.d = 1;
  out.b_token = 1;
  out.rows = Rows;
  const in_source_t source{.dest = core(0, 2), .axon = 11, .idle = 0};

  std::vector<HostWrite> writes;
  add_entry(writes, table_e::TabPop, 0, pop);
  add_entry(writes, table_e::TabParam, 0, params);
  add_entry(writes, table_e::TabOutAxon, 0, out);
  add_entry(writes, table_e::TabInSource, 0, source);
  for (const table_e table : {table_e::TabSent, table_e::TabCredit, table_e::TabProgress}) {
    add_entry(writes, table, 0, axon_state_t{});
  }
  writes.push_back(register_write(reg_e::RegPops, 1));
  writes.push_back(register_write(reg_e::RegInAxons, in_count));
  writes.push_back(register_write(reg_e::RegOutAxons, 1));
  writes.push_back(register_write(reg_e::RegReset, 1));
  for (int i = 0; i < 4; ++i) fabric.step();
  fabric.write_host(0, 1, writes);
  fabric.write_ram(0, 1, 0, std::vector<std::uint32_t>(128 * Lanes));
  return register_write(reg_e::RegControl, 1);
}

}  // namespace eddy::sim
