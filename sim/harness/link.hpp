// SPDX-License-Identifier: Apache-2.0
/// Links between tiles, kept outside of the Verilated objects: a quiet tile costs one byte that is looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace eddy::sim {

inline constexpr std::size_t kLinks = 4;  // NumLinks of eddy_noc_pkg, in the order of port_e: N, E, S, W

/// The neighbour's port at the other end of a link.
constexpr std::size_t opposite(std::size_t port) { return (port + 2) % kLinks; }

/// One direction of a link in one cycle: link_t.
struct LinkFlit {
  std::uint64_t flit = 0;
  std::uint8_t vc = 0;
  bool valid = false;
};

/// All that a tile's links bring it in one cycle: one cache line.
struct alignas(64) LinkInputs {
  std::array<std::uint64_t, kLinks> flit{};
  std::array<std::uint8_t, kLinks> link{};    // bit 0 channel, bit 1 valid: the upper bits of link_t
  std::array<std::uint8_t, kLinks> credit{};  // link_credit_t, for the output of that port
};

}  // namespace eddy::sim
