// SPDX-License-Identifier: Apache-2.0
/// What is written as waves: which file, when, which tiles.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace eddy::sim {

/// Times in the file are nanoseconds: the clock edge of cycle c is at 2c + 1.
struct WaveOptions {
  std::string file;                        ///< FST, for GTKWave or Surfer; empty: no waves
  std::uint64_t from = 0;                  ///< first cycle
  std::uint64_t to = ~std::uint64_t{0};    ///< last cycle
  std::vector<std::pair<int, int>> tiles;  ///< (y, x); empty: all
};

}  // namespace eddy::sim
