// SPDX-License-Identifier: Apache-2.0
#include "tile_bench.hpp"

#include <array>
#include <stdexcept>

namespace eddy::test {
namespace {

constexpr std::size_t kLinks = 4;
constexpr std::uint32_t kLinkValid = 2;  // in word 2 of a link

unsigned entry_step(pkg::table_e table) {
  switch (table) {
    case pkg::table_e::TabPort:
    case pkg::table_e::TabPop:
    case pkg::table_e::TabParam:
      return 4;
    case pkg::table_e::TabOutAxon:
      return 3;
    default:
      return 0;
  }
}

}  // namespace

std::uint32_t table_address(pkg::table_e table, unsigned index, unsigned word) {
  return 1U << 17 | static_cast<std::uint32_t>(table) << 13 | index << entry_step(table) | word;
}
std::uint32_t reg_address(pkg::reg_e reg, unsigned offset) {
  return table_address(pkg::table_e::TabRegs, static_cast<unsigned>(reg) + offset);
}

TileBench::TileBench(Rng& rng) : rng_(rng) {
  dut_.rst_ni = 1;
  dut_.io_valid_i = dut_.io_ready_i = 0;
  low();
  dut_.rst_ni = 0;
  dut_.tile_i = dut_.size_i = 0;
  dut_.elapsed_i = 1;
  for (int i = 0; i < 4; ++i) {
    low();
    high();
  }
  dut_.rst_ni = 1;
}

void TileBench::low() {
  dut_.clk_i = 0;
  dut_.eval();
}
void TileBench::high() {
  dut_.clk_i = 1;
  dut_.eval();
}

void TileBench::write(std::uint32_t address, std::uint32_t data) {
  send({.kind = pkg::kind_e::KindWrite,
        .dest = kCore,
        .body = pkg::write_t{.addr = address, .data = data, .unused = 0}.to_u64()});
}

std::uint32_t TileBench::read(std::uint32_t address) {
  send({.kind = pkg::kind_e::KindRead,
        .dest = kCore,
        .body = pkg::read_t{.addr = address, .reply = kHost, .unused = 0}.to_u64()});
  const std::size_t before = received.size();
  for (long limit = cycle_ + 100000; cycle_ < limit;) {
    step();
    if (received.size() == before || received.back().kind != pkg::kind_e::KindAnswer) continue;
    const pkg::write_t answer = pkg::write_t::from_u64(received.back().body);
    received.pop_back();
    if (answer.addr != address) throw std::runtime_error("answer to another read");
    return answer.data;
  }
  throw std::runtime_error("no answer");
}

std::uint64_t TileBench::read_counter(pkg::counter_e counter) {
  const unsigned word = 2 * static_cast<unsigned>(counter);
  const std::uint32_t low_half = read(reg_address(pkg::reg_e::RegCounters, word));
  return low_half | std::uint64_t{read(reg_address(pkg::reg_e::RegCounters, word + 1))} << 32;
}

std::uint64_t TileBench::read_counter(int pop, pkg::pop_counter_e counter) {
  const unsigned word = static_cast<unsigned>(pop) * pkg::PopCounterWords + 2 * static_cast<unsigned>(counter);
  const std::uint32_t low_half = read(reg_address(pkg::reg_e::RegPopCounters, word));
  return low_half | std::uint64_t{read(reg_address(pkg::reg_e::RegPopCounters, word + 1))} << 32;
}

void TileBench::step() {
  // All outputs are registers: what they show is of the edge before.
  std::array<std::array<std::uint32_t, 3>, kLinks> links;
  std::array<std::uint8_t, kLinks> credits;
  bool came = false;
  for (std::size_t port = 0; port < kLinks; ++port) {
    const std::size_t from = (port + 2) % kLinks;
    for (std::size_t word = 0; word < 3; ++word) links[port][word] = dut_.link_o[from][word];
    credits[port] = dut_.link_credit_o[from];
    came = came || (links[port][2] & kLinkValid) != 0 || credits[port] != 0;
  }
  for (std::size_t port = 0; port < kLinks; ++port) {
    for (std::size_t word = 0; word < 3; ++word) dut_.link_i[port][word] = links[port][word];
    dut_.link_credit_i[port] = credits[port];
  }

  offered_ = offered_ || (!to_send_.empty() && !chance(rng_, gap));
  dut_.io_valid_i = offered_;
  dut_.io_flit_i = offered_ ? to_send_.front() : 0;
  dut_.io_ready_i = !chance(rng_, stall);
  if (dut_.io_valid_o && dut_.io_ready_i) received.push_back(pkg::flit_t::from_u64(dut_.io_flit_o));
  if (offered_ && dut_.io_ready_o) {
    to_send_.pop_front();
    offered_ = false;
  }

  ++cycle_;
  if (skip_quiet && !came && !dut_.io_valid_i && !dut_.active_o) return;
  ++clocked_;
  dut_.elapsed_i = static_cast<std::uint32_t>(cycle_ - last_edge_);
  last_edge_ = cycle_;
  low();
  high();
  std::array<std::uint32_t, pkg::trace_t::word_count> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = dut_.trace_o[i];
  const pkg::trace_t trace = pkg::trace_t::unpack(words);
  if (trace.valid || trace.frame_end) traced.push_back(trace);
}

bool TileBench::settle(long limit) {
  for (const long end = cycle_ + limit; cycle_ < end;) {
    step();
    if (to_send_.empty() && !dut_.active_o && !dut_.io_valid_i) return true;
  }
  return false;
}

}  // namespace eddy::test
