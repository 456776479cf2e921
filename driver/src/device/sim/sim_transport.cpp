// SPDX-License-Identifier: Apache-2.0
#include "device/sim/sim_transport.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "device/rings/registers.hpp"
#include "eddy/error.hpp"
#include "eddy/sim/error.hpp"

namespace eddy {
namespace {

// Nothing changes any more when all parts are at rest; but for limits of the gateway, which say less.
constexpr std::uint64_t AtRest = 10'000;
constexpr std::uint64_t LookEvery = 64;  // cycles

}  // namespace

SimTransport::SimTransport(sim::Simulation& simulation, std::uint64_t watchdog)
    : simulation_(simulation), watchdog_(std::max(watchdog, AtRest)) {}

template <typename F>
auto SimTransport::guarded(F&& access) {
  try {
    return access();
  } catch (const sim::SimulationError& error) {
    throw RunError(std::string("sim: ") + error.what());
  }
}

std::uint32_t SimTransport::read_register(std::uint32_t offset) {
  const std::uint32_t value = guarded([&] { return simulation_.read_register(offset); });
  if (after_cycles) after_cycles();
  return value;
}

void SimTransport::write_register(std::uint32_t offset, std::uint32_t value) {
  guarded([&] { simulation_.write_register(offset, value); });
  if (after_cycles) after_cycles();
}

void SimTransport::read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) {
  simulation_.memory().read(address, bytes);
}

void SimTransport::write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  simulation_.memory().write(address, bytes);
}

bool SimTransport::wait_interrupt(std::uint64_t cycles) {
  std::uint64_t moved_at = simulation_.cycle(), rest_at = simulation_.cycle(), checksum = 0;
  for (std::uint64_t i = 0; i < cycles; ++i) {
    if (simulation_.irq()) return true;
    guarded([&] { simulation_.step(); });
    if (after_cycles) after_cycles();
    if (i % LookEvery != 0) continue;
    const std::uint64_t now = simulation_.cycle();
    if (!simulation_.at_rest()) rest_at = now;
    if (const std::uint64_t sum = simulation_.tiles().checksum(); sum != checksum) {
      checksum = sum;
      moved_at = now;
    }
    moved_at = std::max(moved_at, simulation_.last_transfer());
    if (now - rest_at > AtRest) give_up("nothing moves any more", now);
    if (now - moved_at > watchdog_) give_up("no event, token or transfer of memory within the limit", now);
  }
  return simulation_.irq();
}

void SimTransport::settle() {
  for (std::uint64_t i = 0; !simulation_.at_rest(); ++i) {
    if (i == AtRest) throw RunError("sim: the chip does not come to rest");
    guarded([&] { simulation_.step(); });
    if (after_cycles) after_cycles();
  }
}

void SimTransport::give_up(const char* why, std::uint64_t cycles) {
  const auto reg = [&](std::uint32_t offset) { return simulation_.read_register(offset); };
  const std::uint32_t status = reg(EDDY_REGISTER(STATUS));
  const std::string gateway =
      fmt::format("gateway: {} frames in flight, {} drain buffer open, {} of {} commands and {} of {} drains done",
                  (status & EDDY_CSR__STATUS__IN_FLIGHT_bm) >> EDDY_CSR__STATUS__IN_FLIGHT_bp,
                  (status & EDDY_CSR__STATUS__OPEN_bm) != 0 ? "a" : "no", reg(EDDY_REGISTER(COMMAND.TAIL)),
                  reg(EDDY_REGISTER(COMMAND.HEAD)), reg(EDDY_REGISTER(DRAIN.TAIL)), reg(EDDY_REGISTER(DRAIN.HEAD)));
  throw RunError(fmt::format("sim: {}, cycle {}. Who waits for what:\n{}{}", why, cycles,
                             simulation_.tiles().who_waits(), gateway));
}

}  // namespace eddy
