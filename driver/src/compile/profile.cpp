// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "eddy/compile.hpp"
#include "eddy/golden.hpp"

namespace eddy {
namespace {

/// The same number of events at every place of every layer.
LoadProfile uniform(const Network& network, bool all) {
  LoadProfile profile;
  for (const Layer& layer : network.layers) {
    profile.events.emplace_back(static_cast<std::size_t>(layer.out.h) * static_cast<std::size_t>(layer.out.w),
                                all ? static_cast<float>(layer.out.c) : 0.0F);
  }
  return profile;
}

}  // namespace

LoadProfile dense_profile(const Network& network) { return uniform(network, true); }

LoadProfile measured_profile(const Network& network, const std::vector<std::vector<Frame>>& runs) {
  LoadProfile profile = uniform(network, false);
  // The first frame of a run, where everything is new, counts only where there is no other.
  const bool neighbours = std::ranges::any_of(runs, [](const auto& run) { return run.size() > 1; });
  const std::size_t first = neighbours ? 1 : 0;
  std::size_t frames = 0;
  for (const auto& run : runs) frames += run.size() - std::min(run.size(), first);
  if (frames == 0) return dense_profile(network);
  const float share = 1.0F / static_cast<float>(frames);
  for (const auto& run : runs) {
    GoldenEvents golden(network);
    for (std::size_t f = 0; f < run.size(); ++f) {
      const FrameTrace trace = golden.step(run[f]);
      if (f < first) continue;
      for (std::size_t l = 0; l < trace.events.size(); ++l) {
        const int width = network.layers[l].out.w;
        for (const Event& e : trace.events[l]) profile.events[l][static_cast<std::size_t>(e.y * width + e.x)] += share;
      }
    }
  }
  return profile;
}

}  // namespace eddy
