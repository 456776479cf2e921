// SPDX-License-Identifier: Apache-2.0
// The array of tiles beside the flat 4x4 torus of the same RTL (verilated for speed, two threads), on the same work.
//
//   flat_ratio [cycles [rounds]]        20000 cycles, 5 rounds; JSON to stdout
//
// A round runs both, one after the other; the figure is the median of the rounds' ratios. Ends with status 1 where the
// checksums of all sent flits differ after equal cycles.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "busy_tiles.hpp"
#include "eddy/sim/flat_array.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

constexpr int Threads = 2;

double seconds_of(BusyTiles& work, std::uint64_t cycles) {
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t cycle = 0; cycle < cycles; ++cycle) work.step();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// A line of the JSON object. False where array and flat torus differ.
bool compare(int busy, std::uint64_t cycles, int rounds, bool last) {
  const std::unique_ptr<Fabric> flat = make_flat_speed(1);
  TileArray array({.rows = flat->rows(), .columns = flat->columns(), .seed = 1, .threads = Threads});
  BusyTiles on_flat(*flat, busy);
  BusyTiles on_array(array, busy);
  std::vector<double> ratios, flat_rates, array_rates;
  for (int round = 0; round < rounds; ++round) {
    const double flat_seconds = seconds_of(on_flat, cycles);
    const double array_seconds = seconds_of(on_array, cycles);
    ratios.push_back(flat_seconds / array_seconds);
    flat_rates.push_back(static_cast<double>(cycles) / flat_seconds);
    array_rates.push_back(static_cast<double>(cycles) / array_seconds);
  }
  std::printf(
      "  \"%d\": {\"tiles\": %d, \"speedup\": %.3f, \"array_cycles_per_second\": %.0f, "
      "\"flat_cycles_per_second\": %.0f}%s\n",
      busy, flat->rows() * flat->columns(), median(ratios), median(array_rates), median(flat_rates), last ? "" : ",");
  std::fflush(stdout);
  if (flat->checksum() == array.checksum()) return true;
  std::fprintf(stderr, "flat_ratio: with %d busy tiles the checksums differ\n", busy);
  return false;
}

}  // namespace
}  // namespace eddy::sim

int main(int argc, char** argv) {
  const int cycles = argc > 1 ? std::atoi(argv[1]) : 20'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (cycles < 1 || rounds < 1 || argc > 3) {
    std::fputs("usage: flat_ratio [CYCLES [ROUNDS]]\n", stderr);
    return 2;
  }
  bool equal = true;
  std::puts("{");
  for (const int busy : {16, 5, 2}) {  // all, 30 % and 10 % of them, rounded up
    equal = eddy::sim::compare(busy, static_cast<std::uint64_t>(cycles), rounds, busy == 2) && equal;
  }
  std::puts("}");
  return equal ? 0 : 1;
}
