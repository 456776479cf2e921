// SPDX-License-Identifier: Apache-2.0
#include "device/rings/load_records.hpp"

#include <bit>

namespace eddy::rings {
namespace {

constexpr pkg::host_addr_t TableBit = 1U << 17;

pkg::host_addr_t table_address(unsigned table, std::size_t offset) {
  return TableBit | table << 13 | static_cast<pkg::host_addr_t>(offset);
}

void add_entry(Records& records, const pkg::dest_t& dest, const TableEntry& entry) {
  // An entry's stride is its size in words, rounded up to a power of two.
  const std::size_t first = entry.index * std::bit_ceil(entry.words.size());
  for (std::size_t w = 0; w < entry.words.size(); ++w)
    records.push_back({.dest = dest, .addr = table_address(entry.table, first + w), .data = entry.words[w]});
}

}  // namespace

pkg::dest_t core_of(TileAt tile) {
  return {.tile = {.y = static_cast<std::uint8_t>(tile.y), .x = static_cast<std::uint8_t>(tile.x)}, .io = false};
}

pkg::host_addr_t register_address(unsigned reg) {
  return table_address(static_cast<unsigned>(pkg::table_e::TabRegs), reg);
}

pkg::host_addr_t register_address(pkg::reg_e reg) { return register_address(static_cast<unsigned>(reg)); }

host_pkg::load_t register_record(TileAt tile, pkg::reg_e reg, std::uint32_t value) {
  return {.dest = core_of(tile), .addr = register_address(reg), .data = value};
}

void add_ram(Records& records, const TileImage& tile, int lanes) {
  const pkg::dest_t dest = core_of(tile.tile);
  for (const RamRun& run : tile.ram) {
    auto address = static_cast<pkg::host_addr_t>(run.word * static_cast<std::uint32_t>(lanes));
    for (const std::uint32_t word : run.data) records.push_back({.dest = dest, .addr = address++, .data = word});
  }
}

void add_tables(Records& records, const TileImage& tile) {
  for (const TableEntry& entry : tile.tables) add_entry(records, core_of(tile.tile), entry);
  for (const RegisterValue& r : tile.registers)
    records.push_back({.dest = core_of(tile.tile), .addr = register_address(r.reg), .data = r.value});
}

void add_gateway_tables(Records& records, const GatewayImage& gateway) {
  for (std::size_t c = 0; c < gateway.table.size(); ++c) {
    for (std::size_t p = 0; p < 256; ++p) {
      records.push_back(
          {.addr = static_cast<pkg::host_addr_t>(c << 8 | p), .data = static_cast<std::uint16_t>(gateway.table[c][p])});
    }
  }
  for (const TableEntry& entry : gateway.tables) add_entry(records, {}, entry);
}

}  // namespace eddy::rings
