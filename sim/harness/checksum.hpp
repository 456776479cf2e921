// SPDX-License-Identifier: Apache-2.0
/// Checksum of all flits that were sent, with port, channel and cycle: a chain for each tile, then a sum over tiles. So
/// it does not depend on the order in which tiles are stepped.
#pragma once

#include <cstddef>
#include <cstdint>

namespace eddy::sim {

/// Finaliser of MurmurHash3: each bit of the result depends on all bits.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdULL;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33);
}

/// Adds a flit that left a tile: on a link in the cycle after edge `cycle` (port 0..3), or taken at the i/o end by that
/// edge (port 5, channel 0).
constexpr void chain_flit(std::uint64_t& chain, std::uint64_t cycle, std::size_t port, unsigned vc,
                          std::uint64_t flit) {
  chain = mix(chain + mix(cycle << 4 | port << 1 | vc));
  chain = mix(chain ^ flit);
}

/// A tile's part of the sum.
constexpr std::uint64_t tile_part(std::uint64_t chain, std::size_t tile) { return mix(chain + tile); }

inline constexpr std::size_t kIoPort = 5;  // PortIo of eddy_noc_pkg

}  // namespace eddy::sim
