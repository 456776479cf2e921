// SPDX-License-Identifier: Apache-2.0
/// Messages for tests of the array, and a hand that puts them in and takes them out at an i/o end.
#pragma once

#include <cstdint>
#include <vector>

#include "eddy/sim/fabric.hpp"

namespace eddy::sim {

inline pkg::dest_t core(int y, int x) {
  return {.tile = {.y = static_cast<std::uint8_t>(y), .x = static_cast<std::uint8_t>(x)}, .io = false};
}
inline pkg::dest_t io_end(int y, int x) {
  pkg::dest_t dest = core(y, x);
  dest.io = true;
  return dest;
}

inline std::uint64_t message(pkg::kind_e kind, const pkg::dest_t& dest, std::uint64_t body) {
  return pkg::flit_t{.kind = kind, .dest = dest, .body = body}.to_u64();
}
inline std::uint64_t write_message(const pkg::dest_t& dest, const HostWrite& write) {
  return message(pkg::kind_e::KindWrite, dest,
                 pkg::write_t{.addr = write.first, .data = write.second, .unused = 0}.to_u64());
}
inline std::uint64_t read_message(const pkg::dest_t& dest, std::uint32_t addr, const pkg::dest_t& reply) {
  return message(pkg::kind_e::KindRead, dest, pkg::read_t{.addr = addr, .reply = reply, .unused = 0}.to_u64());
}

/// Address of a word of a table's entry; entries of pop_t, port_t and parameters are 16 words apart, of out_axon_t 8.
inline std::uint32_t table_address(pkg::table_e table, std::uint32_t index, std::uint32_t word) {
  unsigned step = 0;
  if (table == pkg::table_e::TabPort || table == pkg::table_e::TabPop || table == pkg::table_e::TabParam) step = 4;
  if (table == pkg::table_e::TabOutAxon) step = 3;
  return 1U << 17 | static_cast<std::uint32_t>(table) << 13 | index << step | word;
}
inline HostWrite register_write(pkg::reg_e reg, std::uint32_t value) {
  return {table_address(pkg::table_e::TabRegs, static_cast<std::uint32_t>(reg), 0), value};
}
template <class Entry>
void add_entry(std::vector<HostWrite>& writes, pkg::table_e table, std::uint32_t index, const Entry& entry) {
  std::uint32_t word = 0;
  for (const std::uint32_t value : entry.pack()) writes.emplace_back(table_address(table, index, word++), value);
}

/// Sends all messages at the end (y, x), one after another, and then steps on for some cycles. Returns what came out of
/// `at`.
inline std::vector<std::uint64_t> exchange(Fabric& fabric, int y, int x, const std::vector<std::uint64_t>& messages,
                                           IoEnd& at, int cycles_after = 60) {
  IoEnd& end = fabric.io(y, x);
  std::vector<std::uint64_t> out;
  at.out_ready = true;
  std::size_t sent = 0;
  for (int after = 0; after < cycles_after;) {
    end.in_valid = sent < messages.size();
    if (end.in_valid)
      end.in_flit = messages[sent];
    else
      ++after;
    if (at.out_valid) out.push_back(at.out_flit);
    sent += end.in_valid && end.in_ready;
    fabric.step();
  }
  end.in_valid = false;
  return out;
}

}  // namespace eddy::sim
