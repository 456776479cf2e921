// SPDX-License-Identifier: Apache-2.0
#include "harness/tile_state.hpp"

#include <verilated.h>
#include <verilated_sym_props.h>
#include <verilated_syms.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace eddy::sim {
namespace {

using namespace pkg;

constexpr std::size_t MostNamed = 4;  // axons that a line names, of those that are waited for

std::string at(const tile_id_t& tile) { return "(" + std::to_string(tile.y) + "," + std::to_string(tile.x) + ")"; }
std::string at(const dest_t& dest) { return (dest.io ? "the i/o end of tile " : "tile ") + at(dest.tile); }

/// Parity and row of an axon, as the scoreboards of the sweep path keep them.
struct AxonPosition {
  unsigned parity;
  unsigned row;
};
AxonPosition axon_position(std::uint64_t word) {
  return {static_cast<unsigned>(word >> CoordBits) & 1U, static_cast<unsigned>(word) & ((1U << CoordBits) - 1)};
}

/// The items, of which `found` have been met and the first few are there.
std::string list(const std::vector<std::string>& items, std::size_t found) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  if (found > items.size()) text += " and " + std::to_string(found - items.size()) + " more";
  return text;
}

}  // namespace

std::uint64_t TileState::Memory::number(std::size_t index) const {
  std::uint64_t value = 0;
  std::memcpy(&value, data + index * bytes, bytes);
  return value;
}

std::vector<std::uint32_t> TileState::Memory::wide(std::size_t index) const {
  std::vector<std::uint32_t> value((bytes + 3) / 4);
  std::memcpy(value.data(), data + index * bytes, bytes);
  return value;
}

TileState::Memory TileState::find(const VerilatedContext& context, const std::string& scope, const char* name,
                                  unsigned bits) {
  const VerilatedScope* const found = context.scopeFind(scope.c_str());
  const VerilatedVar* const variable = found ? found->varFind(name) : nullptr;
  const std::string full = scope + "." + name;
  if (variable == nullptr) throw std::logic_error("the Verilated model has no " + full + " (see public.vlt)");
  if (variable->entBits() != bits) {
    throw std::logic_error(full + " has " + std::to_string(variable->entBits()) + " bits, not " + std::to_string(bits));
  }
  const std::size_t words = variable->udims() == 0 ? 1 : static_cast<std::size_t>(variable->range(0)->elements());
  return {static_cast<std::uint8_t*>(variable->datap()), variable->entSize(), words};
}

TileState::TileState(const VerilatedContext& context, const std::string& tile) {
  const std::string core = tile + ".u_core";
  for (std::size_t bank = 0; bank < Banks; ++bank) {
    banks_[bank] = find(context, core + ".u_banks.gen_bank[" + std::to_string(bank) + "].u_ram", "mem_q", WordBits);
  }
  const std::string sweep = core + ".u_sweep_path";
  const std::string scan = sweep + ".u_schedule.u_scan";
  pops_ = find(context, sweep + ".u_sweep.u_pops", "mem_q", pop_t::bits);
  progress_ = find(context, scan + ".u_inputs.u_progress", "mem_q", 1 + CoordBits);
  idle_ = find(context, scan + ".u_inputs.u_idle", "mem_q", CoordBits);
  sources_ = find(context, sweep + ".u_credits.u_sources", "mem_q", dest_t::bits + AxonBits);
  out_axons_ = find(context, sweep + ".u_emit.u_axons", "mem_q", out_axon_t::bits);
  credits_ = find(context, scan + ".u_outputs.u_credits", "mem_q", 1 + CoordBits);
  frame_ = find(context, sweep + ".u_schedule", "frame_q", MaxPops * 8);
  row_ = find(context, sweep + ".u_schedule", "row_q", CoordBits);
}

// Bank and row as in eddy_core_pkg: consecutive words alternate over a pair of banks.
std::uint32_t* TileState::ram(std::uint32_t word) const {
  if (word >= Banks * BankWords) throw std::out_of_range("a tile's RAM has no word " + std::to_string(word));
  const std::uint32_t pair = word >> (BankAddrBits + 1);
  const std::uint32_t row = word >> 1 & (BankWords - 1);
  const Memory& memory = banks_[2 * pair + (word & 1U)];
  return reinterpret_cast<std::uint32_t*>(memory.data + row * memory.bytes);
}

void TileState::write_ram(std::uint32_t word, std::span<const std::uint32_t> lanes) const {
  for (; !lanes.empty(); ++word, lanes = lanes.subspan(Lanes)) {
    std::copy_n(lanes.first(Lanes).begin(), Lanes, ram(word));
  }
}

void TileState::read_ram(std::uint32_t word, std::span<std::uint32_t> lanes) const {
  for (; !lanes.empty(); ++word, lanes = lanes.subspan(Lanes)) std::copy_n(ram(word), Lanes, lanes.begin());
}

// As eddy_axon_inputs: an axon lets rows [0, max(row, idle)) go, and all when it is a frame ahead.
std::string TileState::waits_for_input(const pop_t& pop, unsigned parity, unsigned row) const {
  std::vector<std::string> named;
  std::size_t found = 0;
  for (std::size_t axon = pop.in_first; axon < std::size_t{pop.in_first} + pop.in_count; ++axon) {
    const AxonPosition got = axon_position(progress_.number(axon));
    const unsigned rows = std::max<unsigned>(got.row, static_cast<unsigned>(idle_.number(axon)));
    const bool last = row + 1 == pop.rows;  // it needs the last token of every axon
    if (got.parity != parity || (row < rows && !last)) continue;
    if (++found > MostNamed) continue;
    const std::uint64_t source = sources_.number(axon);
    named.push_back("in-axon " + std::to_string(axon) + " (from " + at(dest_t::from_u64(source >> AxonBits)) +
                    ", out-axon " + std::to_string(source & (MaxAxons - 1)) + ", has " + std::to_string(got.row) +
                    " rows)");
  }
  return list(named, found);
}

// As eddy_axon_outputs: the consumer must have finished the frame before, or swept the last row that this one touches.
std::string TileState::waits_for_credit(const pop_t& pop, unsigned parity, unsigned row) const {
  std::vector<std::string> named;
  std::size_t found = 0;
  const int y = static_cast<int>(pop.y0 + row);
  for (std::size_t index = pop.out_first; index < std::size_t{pop.out_first} + pop.out_count; ++index) {
    const out_axon_t axon = out_axon_t::unpack(out_axons_.wide(index));
    const AxonPosition got = axon_position(credits_.number(index));
    const int touched =
        std::clamp((axon.a * y + axon.b_credit) / std::max<int>(axon.d, 1), 0, std::max(axon.rows - 1, 0));
    if (y > axon.y1 || got.parity == parity || static_cast<int>(got.row) > touched) continue;
    if (++found > MostNamed) continue;
    named.push_back("out-axon " + std::to_string(index) + " (to " + at(axon.dest) + ", in-axon " +
                    std::to_string(axon.axon) + ", which has swept " + std::to_string(got.row) + " rows)");
  }
  return list(named, found);
}

std::string TileState::who_waits(int y, int x, std::uint32_t wait) const {
  std::string text;
  const std::vector<std::uint32_t> frames = frame_.wide(0);
  for (unsigned p = 0; p < MaxPops; ++p) {
    const unsigned why = wait >> (2 * p) & 3U;  // sweep_wait_e
    if (why == 0) continue;
    const pop_t pop = pop_t::unpack(pops_.wide(p));
    const auto row = static_cast<unsigned>(row_.number(p));
    const unsigned frame = frames[p / 4] >> (8 * (p % 4)) & 0xffU;
    text += "tile (" + std::to_string(y) + "," + std::to_string(x) + ") population " + std::to_string(p) + ", frame " +
            std::to_string(frame) + " (modulo 256), row " + std::to_string(row) + " of " + std::to_string(pop.rows) +
            ": waits for " +
            (why == 1 ? "input on " + waits_for_input(pop, frame & 1U, row)
                      : "credit of " + waits_for_credit(pop, frame & 1U, row)) +
            "\n";
  }
  return text;
}

}  // namespace eddy::sim
