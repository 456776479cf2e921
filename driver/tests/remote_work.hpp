// SPDX-License-Identifier: Apache-2.0
/// A small network with frames, and all that a device shows of them.
#pragma once

#include <tuple>
#include <vector>

#include "eddy/compile.hpp"
#include "eddy/device.hpp"
#include "random_network.hpp"

namespace eddy::testing {

struct Work {
  Image image;
  std::vector<Frame> frames;
};

inline Work make_work(std::uint64_t seed, int frames = 4, bool wide_input = false) {
  RandomNetworkOptions options;
  options.wide_input = wide_input;
  const Network network = random_network(seed, options);
  CompileOptions compile_options;
  compile_options.iterations = 5;
  return {compile(network, find_chip("tiny"), {}, compile_options).image, random_frames(network, seed, frames)};
}

/// What a device shows, as plain numbers that can be compared.
struct Shown {
  std::vector<std::tuple<int, TileAt, int, int, int, int, int, std::uint64_t>> firings;
  std::vector<std::vector<Record>> records;
  std::vector<std::tuple<int, std::uint64_t, std::uint64_t>> frames;
  std::vector<std::uint64_t> counters;
  std::uint64_t cycles = 0;
  bool traced = false;
  friend bool operator==(const Shown&, const Shown&) = default;
};

inline Shown show(Device& device, const Work& work) {
  Shown shown;
  device.set_frames_in_flight(2);
  device.load(work.image);
  const std::uint64_t start = device.cycles();  // what came before may have taken more on one than on the other
  shown.traced = device.trace([&](const Firing& f) {
    shown.firings.emplace_back(f.frame, f.tile, f.pop, f.y, f.x, f.c, f.value, f.cycle - start);
  });
  for (const Frame& frame : work.frames) device.submit(frame);
  for (std::size_t i = 0; i < work.frames.size(); ++i) {
    const FrameResult result = device.collect();
    shown.records.push_back(result.records);
    shown.frames.emplace_back(result.frame, result.first_cycle - start, result.last_cycle - start);
  }
  shown.cycles = device.cycles() - start;
  for (const TileCounters& tile : device.counters()) {
    shown.counters.insert(shown.counters.end(), tile.values.begin(), tile.values.end());
    for (const PopulationCounters& p : tile.populations)
      shown.counters.insert(shown.counters.end(), {p.events_in, p.mac_words, p.neurons_swept});
  }
  device.trace({});
  return shown;
}

}  // namespace eddy::testing
