// SPDX-License-Identifier: Apache-2.0
#include "device/rings/host_gateway.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "device/rings/bytes.hpp"
#include "device/rings/error_text.hpp"
#include "device/rings/registers.hpp"
#include "eddy/error.hpp"

namespace eddy::rings {
namespace {

using host_pkg::completion_t;
using host_pkg::descriptor_t;
using host_pkg::host_err_e;
using host_pkg::op_e;

// Memory below HostGateway::Free.
constexpr std::uint64_t CommandRing = 0x1000, DrainRing = 0x4000, Scratch = 0x10000;
constexpr unsigned RingLog2 = 6;
constexpr std::size_t ScratchBytes = HostGateway::Free - Scratch;
constexpr std::uint32_t AllInterrupts =
    EDDY_CSR__INT_ENABLE__COMMAND_bm | EDDY_CSR__INT_ENABLE__DRAIN_bm | EDDY_CSR__INT_ENABLE__ERROR_bm;
constexpr std::uint32_t GatewayId = EDDY_CSR__ID__VALUE_reset;
constexpr std::uint32_t Major = EDDY_CSR__VERSION__MAJOR_reset;

}  // namespace

HostGateway::HostGateway(Transport& transport, std::string name, const Limits& limits)
    : transport_(transport),
      name_(std::move(name)),
      limits_(limits),
      commands_(transport, EDDY_REGISTER(COMMAND), CommandRing, RingLog2),
      drains_(transport, EDDY_REGISTER(DRAIN), DrainRing, RingLog2) {
  if (const std::uint32_t id = get(EDDY_REGISTER(ID)); id != GatewayId)
    throw RunError(
        fmt::format("{}: no gateway answers: its identification is {:#010x}, not {:#010x}", name_, id, GatewayId));
  const std::uint32_t version = get(EDDY_REGISTER(VERSION)) >> EDDY_CSR__VERSION__MAJOR_bp;
  if (version != Major)
    throw RunError(fmt::format("{}: the gateway has version {}, this driver knows {}", name_, version, Major));
}

void HostGateway::restart() {
  set(EDDY_REGISTER(INT_ENABLE), 0);
  set(EDDY_REGISTER(CONTROL), EDDY_CSR__CONTROL__HALT_bm);
  commands_.configure();
  drains_.configure();
  set(EDDY_REGISTER(CONTROL), EDDY_CSR__CONTROL__HALT_bm | EDDY_CSR__CONTROL__RESTART_bm);
  commands_.forget();
  drains_.forget();
  set(EDDY_REGISTER(LIMIT_NET), limits_.network);
  set(EDDY_REGISTER(LIMIT_MEM), limits_.memory);
  set(EDDY_REGISTER(LIMIT_FRAME), limits_.frame);
  set(EDDY_REGISTER(INT_STATUS), AllInterrupts);
  set(EDDY_REGISTER(INT_ENABLE), AllInterrupts);
  set(EDDY_REGISTER(CONTROL), EDDY_CSR__CONTROL__RUN_bm);
}

std::uint64_t HostGateway::cycle() {
  // The low part may wrap between the two reads.
  for (;;) {
    const std::uint64_t high = get(EDDY_REGISTER(CYCLE_HI)), low = get(EDDY_REGISTER(CYCLE_LO));
    if (get(EDDY_REGISTER(CYCLE_HI)) == high) return high << 32 | low;
  }
}

void HostGateway::set_control(std::uint32_t bits) { set(EDDY_REGISTER(CONTROL), EDDY_CSR__CONTROL__RUN_bm | bits); }

std::vector<completion_t> HostGateway::execute(std::span<const descriptor_t> commands) {
  const std::uint64_t first = commands_.posted();
  std::vector<completion_t> ends;
  const auto take = [&](std::uint64_t until) {
    wait([&] { return commands_.completed() >= until; });
    while (ends.size() < until - first) {
      ends.push_back(commands_.end_of(first + ends.size()));
      if (ends.back().code != host_err_e::HostOk) fail(ends.back());
    }
  };
  for (std::size_t i = 0; i < commands.size(); ++i) {
    descriptor_t command = commands[i];
    // The ring is taken half by half: one interrupt each.
    const bool pause = (i + 1) % (std::size_t{1} << (RingLog2 - 1)) == 0 || i + 1 == commands.size();
    command.irq = pause;
    commands_.post(command);
    if (pause) take(first + i + 1);
  }
  return ends;
}

void HostGateway::execute_list(op_e op, std::span<const host_pkg::load_t> records) {
  constexpr std::size_t Most = ScratchBytes / 8;
  while (!records.empty()) {
    const auto now = records.first(std::min(Most, records.size()));
    std::vector<std::uint8_t> bytes(8 * now.size());
    for (std::size_t i = 0; i < now.size(); ++i) put(std::span(bytes).subspan(8 * i), now[i].to_u64());
    transport_.write_memory(Scratch, bytes);
    const descriptor_t command{.count = static_cast<std::uint32_t>(now.size()), .address = Scratch, .op = op};
    execute({&command, 1});
    records = records.subspan(now.size());
  }
}

std::vector<std::vector<std::uint32_t>> HostGateway::read(std::span<const Words> ranges) {
  std::vector<std::vector<std::uint32_t>> result;
  const auto room = [](const Words& w) { return (std::uint64_t{w.count} * 4 + 15) / 16 * 16; };
  while (!ranges.empty()) {
    std::vector<descriptor_t> commands;
    std::uint64_t used = 0;
    for (const Words& w : ranges) {
      if (used + room(w) > ScratchBytes) break;
      commands.push_back(
          {.dest = w.dest, .word = w.word, .count = w.count, .address = Scratch + used, .op = op_e::OpRead});
      used += room(w);
    }
    if (commands.empty())
      throw UsageError(fmt::format("{}: at most {} words are read at once", name_, ScratchBytes / 4));
    execute(commands);
    for (const descriptor_t& c : commands) result.push_back(read_words(transport_, c.address, c.count));
    ranges = ranges.subspan(commands.size());
  }
  return result;
}

std::uint64_t HostGateway::moved() {
  std::uint64_t sum = get(EDDY_REGISTER(READ_BYTES)) + std::uint64_t{get(EDDY_REGISTER(WRITTEN_BYTES))};
  for (std::uint32_t kind = 0; kind < 8; ++kind)
    sum += get(EDDY_REGISTER(RX_FLITS) + 4 * kind) + std::uint64_t{get(EDDY_REGISTER(TX_FLITS) + 4 * kind)};
  return sum;
}

/// An interrupt that comes between the look and the wait is not lost: its cause is cleared before the look.
void HostGateway::wait(const std::function<bool()>& done) {
  std::uint64_t before = ~std::uint64_t{0};
  for (;;) {
    set(EDDY_REGISTER(INT_STATUS), AllInterrupts);
    check();
    if (done()) return;
    if (transport_.wait_interrupt(limits_.host)) continue;
    const std::uint64_t now = moved();
    if (now == before)
      throw RunError(fmt::format("{}: no interrupt within {} cycles, and nothing has moved", name_, limits_.host));
    before = now;
  }
}

void HostGateway::check() {
  const std::uint32_t error = get(EDDY_REGISTER(ERROR));
  const auto code = static_cast<host_err_e>(error & EDDY_CSR__ERROR__CODE_bm);
  if (code == host_err_e::HostOk) return;
  const auto tile = pkg::tile_id_t::from_u64((error & EDDY_CSR__ERROR__TILE_bm) >> EDDY_CSR__ERROR__TILE_bp);
  const std::uint64_t low = get(EDDY_REGISTER(ERROR_LO)), high = get(EDDY_REGISTER(ERROR_HI));
  throw RunError(name_ + ": " + error_text(code, tile, pkg::error_t::from_u64(high << 32 | low), image));
}

void HostGateway::fail(const completion_t& end) {
  check();
  throw RunError(name_ + ": " + error_text(end.code, end.error.tile, end.error, image));
}

void HostGateway::save(std::ostream& state) const {
  commands_.save(state);
  drains_.save(state);
}

void HostGateway::restore(std::istream& state) {
  commands_.restore(state);
  drains_.restore(state);
}

}  // namespace eddy::rings
