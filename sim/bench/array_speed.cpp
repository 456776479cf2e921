// SPDX-License-Identifier: Apache-2.0
// How fast an array of 4x4 tiles runs: cycles a second, by the number of tiles that have work.
//
//   array_speed [threads]
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "busy_tiles.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

/// Cycles a second with `busy` tiles at work.
double speed(int busy, int threads, std::uint64_t cycles) {
  TileArray array({.rows = 4, .columns = 4, .threads = threads});
  BusyTiles work(array, busy);
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t cycle = 0; cycle < cycles; ++cycle) work.step();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return static_cast<double>(cycles) / seconds.count();
}

}  // namespace
}  // namespace eddy::sim

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  for (const int busy : {16, 4, 1, 0}) {
    const std::uint64_t cycles = busy == 0 ? 10'000'000 : 200'000 / static_cast<std::uint64_t>(busy);
    const double rate = eddy::sim::speed(busy, threads, cycles);
    std::printf("%2d of 16 tiles busy, %d thread(s): %10.0f cycles/s", busy, threads, rate);
    if (busy > 0) std::printf(", %5.2f us a busy tile and cycle", 1e6 / rate / busy);
    std::printf("\n");
  }
}
