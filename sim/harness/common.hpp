// SPDX-License-Identifier: Apache-2.0
/// What both kinds of arrays do alike.
#pragma once

#include <cstdint>

#include "eddy/sim/fabric.hpp"
#include "harness/checksum.hpp"

namespace eddy::sim {

/// Seed of a Verilated context; 0 would stand for the time of day.
constexpr int context_seed(std::uint64_t seed) { return static_cast<int>(mix(seed) & 0x7fffffffU) | 1; }

/// An i/o end where nobody stands: what is sent there by mistake is thrown away, as in eddy_chip.
constexpr IoEnd unused_end() {
  IoEnd end;
  end.out_ready = true;
  return end;
}

/// A write message to the core of tile (y, x).
inline std::uint64_t write_flit(int y, int x, const HostWrite& write) {
  const pkg::dest_t dest{.tile = {.y = static_cast<std::uint8_t>(y), .x = static_cast<std::uint8_t>(x)}, .io = false};
  const pkg::write_t body{.addr = write.first, .data = write.second, .unused = 0};
  return pkg::flit_t{.kind = pkg::kind_e::KindWrite, .dest = dest, .body = body.to_u64()}.to_u64();
}

}  // namespace eddy::sim
