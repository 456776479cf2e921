// SPDX-License-Identifier: Apache-2.0
/// The shrinker, on faults that are known: what is left of a case is what its fault needs.
#include <gtest/gtest.h>

#include <algorithm>

#include "eddy/golden.hpp"
#include "random_network.hpp"
#include "shrink.hpp"

namespace eddy {
namespace {

using testing::NetworkCase;
using testing::random_frames;
using testing::random_network;
using testing::Shrinker;

NetworkCase random_case(std::uint64_t seed) {
  NetworkCase c;
  c.network = random_network(seed, {.layers = 6});
  c.frames = random_frames(c.network, seed, 4);
  c.random_placement = true;
  c.io_stall = 0.4;
  return c;
}

std::int64_t weights_not_0(const NetworkCase& c) {
  std::int64_t count = 0;
  for (const Layer& layer : c.network.layers) {
    for (const Port& port : layer.ports) count += std::ranges::count_if(port.weights, [](int w) { return w != 0; });
  }
  return count;
}

/// Sums of the events that each layer sends.
std::vector<std::int64_t> sums(const Network& network, const std::vector<Frame>& frames) {
  GoldenEvents golden(network);
  std::vector<std::int64_t> result(network.layers.size());
  for (const Frame& frame : frames) {
    const FrameTrace trace = golden.step(frame);
    for (std::size_t l = 0; l < trace.events.size(); ++l) {
      for (const Event& event : trace.events[l]) result[l] += event.value;
    }
  }
  return result;
}

/// A multiplier that takes weights below -8 for 0.
bool differs_in_large_weights(const NetworkCase& c) {
  NetworkCase broken = c;
  for (Layer& layer : broken.network.layers) {
    for (Port& port : layer.ports) {
      for (auto& w : port.weights) w = w < -8 ? 0 : w;
    }
  }
  return sums(c.network, c.frames) != sums(broken.network, broken.frames);
}

TEST(Shrinker, LeavesWhatTheFaultNeeds) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 6}) {
    const NetworkCase start = random_case(seed);
    ASSERT_TRUE(differs_in_large_weights(start)) << seed;
    const NetworkCase small = Shrinker(start, differs_in_large_weights).run();
    EXPECT_TRUE(differs_in_large_weights(small));
    EXPECT_EQ(small.network.layers.size(), 2U) << testing::describe(small.network);
    EXPECT_EQ(small.frames.size(), 1U);
    // One that is taken for 0, and at most one that lifts the sum above the range.
    EXPECT_LE(weights_not_0(small), 2) << testing::describe(small.network);
    EXPECT_FALSE(small.random_placement);
    EXPECT_EQ(small.io_stall, 0);
  }
}

TEST(Shrinker, KeepsACaseOfWhichNothingCanBeTaken) {
  const NetworkCase start = random_case(5);
  const NetworkCase same = Shrinker(start, [](const NetworkCase&) { return false; }).run();
  EXPECT_EQ(nlohmann::json(same), nlohmann::json(start));
}

TEST(Shrinker, ItsFilesAreRead) {
  const NetworkCase start = random_case(7);
  const auto file = std::filesystem::path(::testing::TempDir()) / "case.json";
  write_case(start, file);
  EXPECT_EQ(nlohmann::json(testing::read_case(file)), nlohmann::json(start));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace eddy
