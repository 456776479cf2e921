// SPDX-License-Identifier: Apache-2.0
/// All that can be told of a run, apart from who did it and when: what the host's sums were after each frame, and what
/// fired in each frame and layer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "eddy/device.hpp"
#include "eddy/golden.hpp"
#include "run/output_sums.hpp"

namespace eddy::testing {

struct Observation {
  std::vector<std::vector<Tensor>> outputs;             // [frame][output]
  std::vector<std::vector<std::vector<Event>>> events;  // [frame][layer], in row, column, channel order

  Observation(std::size_t frames, const Network& network)
      : events(frames, std::vector<std::vector<Event>>(network.layers.size())) {}

  void sort() {
    for (auto& frame : events) {
      for (auto& layer : frame)
        std::ranges::sort(layer, {}, [](const Event& e) { return std::tuple(e.y, e.x, e.c, e.value); });
    }
  }
};

/// Loads the image and runs the frames.
inline Observation observe(Device& device, const Network& network, const Image& image,
                           const std::vector<Frame>& frames) {
  Observation seen(frames.size(), network);
  std::map<std::tuple<int, int, int>, int> layer_of;
  layer_of[{image.gateway.tile.y, image.gateway.tile.x, frame_input}] = 0;
  for (const PopulationInfo& p : image.populations) layer_of[{p.tile.y, p.tile.x, p.pop}] = p.layer;
  device.trace([&](const Firing& f) {
    const int layer = layer_of.at({f.tile.y, f.tile.x, f.pop});
    seen.events.at(static_cast<std::size_t>(f.frame))[static_cast<std::size_t>(layer)].push_back(
        {layer, f.y, f.x, f.c, f.value});
  });
  device.load(image);
  OutputSums sums(network, image);
  for (const Frame& frame : frames) device.submit(frame);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    sums.add(device.collect());
    seen.outputs.push_back(sums.outputs());
  }
  device.counters();  // what leads nowhere may be late: the end of a frame does not wait for it
  device.trace({});
  seen.sort();
  return seen;
}

/// The same of the golden event model.
inline Observation observe_golden(const Network& network, const std::vector<Frame>& frames) {
  Observation seen(frames.size(), network);
  GoldenEvents golden(network);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    FrameTrace trace = golden.step(frames[f]);
    seen.events[f] = std::move(trace.events);
    seen.outputs.push_back(std::move(trace.outputs));
  }
  seen.sort();
  return seen;
}

}  // namespace eddy::testing
