// SPDX-License-Identifier: Apache-2.0
// How fast an array of 4x4 tiles runs: cycles a second, by the number of tiles that have work.
//
//   array_speed [threads]
//
// A busy tile gets an event from its i/o end whenever it takes one, for a 3x3 convolution to 8 channels: its MAC has a
// word in nearly all cycles.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

#include "array_messages.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

using namespace pkg;

constexpr int Side = 4;
constexpr coord_t Pixels = 16;  // a side of the layer

void load_convolution(TileArray& array, int y, int x) {
  axis_t axis{};
  axis.up = axis.stride = axis.dilation = axis.tap_step = axis.out_step = 1;
  axis.offset = -1;
  axis.taps = 3;
  axis.size = Pixels;
  port_t port{};
  port.y = port.x = axis;
  port.w_base = 12 * 1024;
  port.w_y = 6;
  port.w_x = 2;
  port.acc_row = 2 * Pixels;
  port.acc_words = port.words = 2;
  port.mark_row = 1;
  port.pool_y = port.pool_x = {.stride = 1, .size = 1, .pad = 0};
  port.out_rows = port.out_cols = Pixels;
  const in_axon_t axon{.port = 0, .xbits = 4, .cbits = 0};

  std::vector<HostWrite> writes;
  add_entry(writes, table_e::TabPort, 0, port);
  add_entry(writes, table_e::TabInAxon, 0, axon);
  add_entry(writes, table_e::TabArrival, 0, axon_state_t{});
  writes.push_back(register_write(reg_e::RegInAxons, 1));
  writes.push_back(register_write(reg_e::RegQueueBase, 14 * 1024));
  writes.push_back(register_write(reg_e::RegQueueWords, 512));
  array.write_host(y, x, writes);
}

/// Cycles a second with `busy` tiles at work.
double speed(int busy, int threads, std::uint64_t cycles) {
  TileArray array({.rows = Side, .columns = Side, .threads = threads});
  std::vector<IoEnd*> ends;
  for (int tile = 0; tile < busy; ++tile) {
    load_convolution(array, tile / Side, tile % Side);
    ends.push_back(&array.io(tile / Side, tile % Side));
  }
  std::vector<char> taken(ends.size(), 1);  // at the last edge
  std::mt19937 rng(1);
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t cycle = 0; cycle < cycles; ++cycle) {
    for (int tile = 0; tile < busy; ++tile) {
      IoEnd& end = *ends[static_cast<std::size_t>(tile)];
      if (std::exchange(taken[static_cast<std::size_t>(tile)], end.in_ready)) {
        const event_t event{.axon = 0, .pos = static_cast<pos_t>(rng() % (Pixels * Pixels)), .value = 3};
        end.in_flit = message(kind_e::KindEvent, core(tile / Side, tile % Side), event.to_u64());
      }
      end.in_valid = true;
    }
    array.step();
  }
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
