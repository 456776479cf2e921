// SPDX-License-Identifier: Apache-2.0
/// Packed structs on the ports of Verilated models, whatever their width, and random numbers for the tests of the core.
#pragma once

#include <verilated.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace eddy::test {

/// Uniform in [low, high].
inline int pick(std::mt19937& rng, int low, int high) { return std::uniform_int_distribution<int>(low, high)(rng); }
inline bool chance(std::mt19937& rng, int percent) { return pick(rng, 1, 100) <= percent; }

/// Bits of a port wider than 64.
template <std::size_t N>
void drive(VlWide<N>& port, std::span<const std::uint32_t> words) {
  for (std::size_t i = 0; i < N; ++i) port[i] = i < words.size() ? words[i] : 0;
}
template <std::size_t N>
std::array<std::uint32_t, N> sample(const VlWide<N>& port) {
  std::array<std::uint32_t, N> words;
  for (std::size_t i = 0; i < N; ++i) words[i] = port[i];
  return words;
}

}  // namespace eddy::test
