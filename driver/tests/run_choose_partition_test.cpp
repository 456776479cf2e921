// SPDX-License-Identifier: Apache-2.0
/// The fastest of several partitions is one of them, and no other is faster on the same frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "eddy/choose_partition.hpp"
#include "eddy/device.hpp"
#include "random_network.hpp"

namespace eddy {
namespace {

using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;

constexpr int Trials = 5;

struct Case {
  explicit Case(std::uint64_t seed) {
    RandomNetworkOptions random;
    random.layers = 4;
    network = random_network(seed, random);
    options.iterations = 20;
    options.seed = 7;
    runs = {random_frames(network, 1, 3), random_frames(network, 2, 3)};
  }

  FastestPartition choose(int count) {
    return choose_partition(network, chip, {}, options, runs, count, compile(network, chip, {}, options),
                            [this](const std::string& text) { said.push_back(text); });
  }

  const Chip chip = find_chip("small");
  Network network;
  CompileOptions options;
  std::vector<std::vector<Frame>> runs;
  std::vector<std::string> said;
};

/// Cycles of one run, by itself.
std::uint64_t cycles(const Image& image, const std::vector<Frame>& frames) {
  const auto device = make_perf_device();
  device->set_frames_in_flight(3);
  device->load(image);
  for (const Frame& frame : frames) device->submit(frame);
  FrameResult result;
  for (std::size_t f = 0; f < frames.size(); ++f) result = device->collect();
  return result.last_cycle;
}

TEST(ChoosePartition, NoneOfTheOthersIsFaster) {
  int faster = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Case c(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const auto [compiled, choice] = c.choose(Trials);
    EXPECT_EQ(c.said.back(), "5 of 5 partitions timed");
    ASSERT_EQ(choice.trials.size(), std::size_t{Trials});
    EXPECT_DOUBLE_EQ(choice.cost(choice.trials.front()), 1);
    const PartitionTrial& taken = choice.trials[choice.taken];
    for (const PartitionTrial& trial : choice.trials) EXPECT_LE(choice.cost(taken), choice.cost(trial));
    faster += choice.cost(taken) < 1 ? 1 : 0;

    // The image is that of the seed, and its times are those of the trial.
    c.options.seed = taken.seed;
    EXPECT_EQ(digest(compile(c.network, c.chip, {}, c.options).image), digest(compiled.image));
    double all = 0;
    for (const auto& run : c.runs) all += static_cast<double>(cycles(compiled.image, run));
    EXPECT_NEAR(2 * (taken.first + 2 * taken.next), all, 0.02 * all);
  }
  EXPECT_GT(faster, 3);  // else the examples show nothing
}

TEST(ChoosePartition, TheSameAgainWhateverTheThreadsDo) {
  Case c(3);
  const auto first = c.choose(Trials), again = c.choose(Trials);
  EXPECT_EQ(digest(first.compiled.image), digest(again.compiled.image));
  EXPECT_EQ(first.choice.taken, again.choice.taken);
}

TEST(ChoosePartition, OneIsTheFirst) {
  Case c(3);
  const auto [compiled, choice] = c.choose(1);
  EXPECT_EQ(choice.taken, 0U);
  EXPECT_EQ(digest(compiled.image), digest(compile(c.network, c.chip, {}, c.options).image));
}

}  // namespace
}  // namespace eddy
