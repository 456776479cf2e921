// SPDX-License-Identifier: Apache-2.0
/// What has not been sent bounds how far every neuron is from the dense network.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "eddy/quantise.hpp"
#include "golden/residue_bound.hpp"
#include "random_network.hpp"
#include "test_length.hpp"

namespace eddy {
namespace {

using testing::Modes;
using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;

/// Calls each(layer, error, bound) for every neuron of every frame.
template <typename Each>
void compare(const Network& network, const std::vector<Frame>& frames, Each each) {
  GoldenEvents events(network);
  const GoldenDense dense(network);
  const ResidueBound bound(network);
  for (const Frame& frame : frames) {
    events.step(frame);
    const auto bounds = bound.of(events, frame);
    const auto wanted = dense.run(frame);
    for (std::size_t l = 0; l < wanted.size(); ++l) {
      const Tensor& sent = events.sent(static_cast<int>(l));
      ASSERT_EQ(bounds[l].shape, sent.shape);
      for (std::size_t i = 0; i < sent.values.size(); ++i)
        each(l, std::abs(sent.values[i] - wanted[l].values[i]), bounds[l].values[i]);
    }
  }
}

class ResidueBoundOnRandomNetworks : public ::testing::TestWithParam<RandomNetworkOptions> {};

TEST_P(ResidueBoundOnRandomNetworks, IsNeverBelowTheError) {
  const auto seeds = testing::seeds({1, 120});
  int below = 0, errors = 0, loose = 0;
  for (auto seed = seeds.first; seed <= seeds.last; ++seed) {
    const Network network = random_network(seed, GetParam());
    int here = 0;
    compare(network, random_frames(network, seed, 5), [&](std::size_t, int error, int bound) {
      here += error > bound ? 1 : 0;
      errors += error > 0 ? 1 : 0;
      loose += bound > error ? 1 : 0;
    });
    EXPECT_EQ(here, 0) << "seed " << seed << "\n" << testing::describe(network);
    below += here;
    if (below > 0) break;
  }
  EXPECT_GT(errors, 1000) << "there has to be something to bound";
  EXPECT_GT(loose, 0);
}

TEST_P(ResidueBoundOnRandomNetworks, IsNothingWhereAllIsSent) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Network network = random_network(seed, GetParam());
    drop_thresholds(network);
    int largest = 0;
    compare(network, random_frames(network, seed, 4),
            [&](std::size_t, int, int bound) { largest = std::max(largest, bound); });
    EXPECT_EQ(largest, 0) << "seed " << seed;
  }
}

/// The residues of pixels are known with their sign, and so is what their receivers miss.
TEST_P(ResidueBoundOnRandomNetworks, IsExactBehindTheInput) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Network network = random_network(seed, GetParam());
    const auto behind_the_input = [&](std::size_t l) {
      return std::ranges::all_of(network.layers[l].ports, [](const Port& port) { return port.source == 0; });
    };
    int differing = 0;
    compare(network, random_frames(network, seed, 4),
            [&](std::size_t l, int error, int bound) { differing += behind_the_input(l) && error != bound ? 1 : 0; });
    EXPECT_EQ(differing, 0) << "seed " << seed;
  }
}

/// No network that was quantised has such sums. Where they are, a small residue may turn the sign of an activation.
TEST_P(ResidueBoundOnRandomNetworks, HoldsWhereSumsWrap) {
  int below = 0, errors = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomNetworkOptions options = GetParam();
    options.wide_input = true;
    Network network = random_network(seed, options);
    for (Layer& layer : network.layers) {
      for (Port& port : layer.ports) {
        for (auto& weight : port.weights) weight = weight < 0 ? -32767 : 32767;
      }
    }
    compare(network, random_frames(network, seed, 4), [&](std::size_t, int error, int bound) {
      below += error > bound ? 1 : 0;
      errors += error > 0 ? 1 : 0;
    });
  }
  EXPECT_EQ(below, 0);
  EXPECT_GT(errors, 1000);
}

std::string kind(const ::testing::TestParamInfo<RandomNetworkOptions>& kind) {
  constexpr std::array names{"Temporal", "Spatial", "Mixed", "Deep", "Wide"};
  return names[kind.index];
}

INSTANTIATE_TEST_SUITE_P(Kinds, ResidueBoundOnRandomNetworks,
                         ::testing::Values(RandomNetworkOptions{}, RandomNetworkOptions{.modes = Modes::spatial},
                                           RandomNetworkOptions{.modes = Modes::mixed},
                                           RandomNetworkOptions{.layers = 9, .max_side = 9, .transposed = true},
                                           RandomNetworkOptions{.modes = Modes::mixed, .wide_input = true}),
                         kind);

}  // namespace
}  // namespace eddy
