// SPDX-License-Identifier: Apache-2.0
/// Which layers send differences, for a budget of memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "eddy/choose_modes.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using testing::unit_model;
using testing::UnitModel;
using Of = StateBudget::Of;

/// A network of temporal layers and its frames, which follow each other.
struct Clip {
  Network network;
  std::vector<std::vector<Frame>> runs;

  explicit Clip(const std::string& name) {
    const UnitModel m = unit_model(name);
    network = quantise(m.graph, m.spec, m.pictures).network;
    auto& run = runs.emplace_back();
    for (const Picture& picture : m.pictures) run.push_back(to_frame(network, picture));
  }
  [[nodiscard]] ModeChoice choose(std::optional<StateBudget> budget = {},
                                  const std::map<std::string, Mode>& named = {}) const {
    return choose_modes(network, runs, named, budget);
  }
};

/// Of the network with these modes, counted without the chooser.
ModeFigures counted(Network network, const std::vector<Frame>& run, const std::map<std::string, Mode>& modes) {
  set_modes(network, modes);
  ModeFigures f;
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    const std::int64_t references = layer.mode == Mode::temporal ? 2 * layer.out.count() : 0;
    f.memory += 4 * layer.acc.count() + references;
    f.state += (layer.keep_acc ? 4 * layer.acc.count() : 0) + references;
  }
  GoldenEvents golden(network);
  for (std::size_t i = 0; i < run.size(); ++i) {
    const FrameTrace trace = golden.step(run[i]);
    if (i == 0) continue;
    for (const LayerCounts& c : trace.counts) f.products += static_cast<double>(c.macs_done);
    f.products += static_cast<double>(trace.counts[static_cast<std::size_t>(network.outputs[0].layer)].events_out);
  }
  f.products /= static_cast<double>(run.size() - 1);
  return f;
}

TEST(ModeChoice, WithoutABudgetAllSendChangesThatSaveProducts) {
  const Clip clip("resnet_block");
  const ModeChoice c = clip.choose();
  for (const ModePrice& p : c.prices)
    EXPECT_EQ(p.mode, p.saved() > 0 ? Mode::temporal : Mode::spatial) << p.layers.front();
  EXPECT_GE(c.kept(), 1 - 1e-9);
  EXPECT_LT(c.chosen.products, c.spatial.products);
}

TEST(ModeChoice, FiguresAreThoseOfTheNetworks) {
  const Clip clip("resnet_block");
  const ModeChoice c = clip.choose(StateBudget{Of::share, 0.6});
  std::map<std::string, Mode> temporal, spatial;
  for (const Layer& layer : clip.network.layers) {
    temporal[layer.name] = Mode::temporal;
    spatial[layer.name] = Mode::spatial;
  }
  for (const auto& [modes, figures] : {std::pair{temporal, c.temporal}, {spatial, c.spatial}, {c.modes, c.chosen}}) {
    const ModeFigures want = counted(clip.network, clip.runs[0], modes);
    EXPECT_EQ(figures.state, want.state);
    EXPECT_EQ(figures.memory, want.memory);
    EXPECT_NEAR(figures.products, want.products, 1e-6 * want.products);
  }
  EXPECT_EQ(c.spatial.state, 0);
}

TEST(ModeChoice, StaysWithinItsBudgetAndUsesIt) {
  for (const std::string name : {"resnet_block", "u_net"}) {
    const Clip clip(name);
    const ModeChoice all = clip.choose();
    double before = 0;
    for (const double share : {0.0, 0.2, 0.5, 0.8, 1.0}) {
      const ModeChoice c = clip.choose(StateBudget{Of::share, share});
      EXPECT_LE(c.chosen.state, share * static_cast<double>(all.temporal.state)) << name;
      EXPECT_GE(c.kept(), before - 0.02) << name << ' ' << share;
      before = c.kept();
      const ModeChoice bytes = clip.choose(StateBudget{Of::bytes, share * static_cast<double>(all.temporal.state)});
      EXPECT_EQ(bytes.modes, c.modes);
    }
    EXPECT_EQ(before, all.kept());
    const ModeChoice times = clip.choose(StateBudget{Of::memory, 1.1});
    EXPECT_LE(static_cast<double>(times.chosen.memory), 1.1 * static_cast<double>(all.spatial.memory)) << name;
    EXPECT_GT(times.kept(), 0) << name;
  }
}

/// Every set of sets, tried: none within the budget saves more.
TEST(ModeChoice, NoOtherChoiceSavesMore) {
  const Clip clip("u_net");
  for (const double share : {0.1, 0.3, 0.6}) {
    const ModeChoice c = clip.choose(StateBudget{Of::share, share});
    ASSERT_LT(c.prices.size(), 16U);
    double best = 0, chosen = 0;
    for (unsigned set = 0; set < 1U << c.prices.size(); ++set) {
      std::int64_t state = 0;
      double saved = 0;
      for (std::size_t i = 0; i < c.prices.size(); ++i) {
        if ((set >> i & 1U) == 0) continue;
        state += c.prices[i].state();
        saved += c.prices[i].saved();
      }
      if (state <= c.limit) best = std::max(best, saved);
    }
    for (const ModePrice& p : c.prices) chosen += p.mode == Mode::temporal ? p.saved() : 0;
    EXPECT_NEAR(chosen, best, 0.01 * best) << share;
  }
}

TEST(ModeChoice, SourcesThatMeetSendAlike) {
  const Clip clip("resnet_block");
  for (const double share : {0.2, 0.4, 0.6, 0.8}) {
    Network network = clip.network;
    const ModeChoice c = clip.choose(StateBudget{Of::share, share});
    EXPECT_THAT(set_modes(network, c.modes), ::testing::IsEmpty());
    for (const Layer& layer : network.layers) EXPECT_EQ(layer.mode, c.modes.at(layer.name)) << layer.name;
  }
}

TEST(ModeChoice, LayersThatAreNamedKeepTheirs) {
  const Clip clip("resnet_block");
  const ModeChoice none = clip.choose(StateBudget{Of::bytes, 0}, {{"mean", Mode::temporal}});
  EXPECT_EQ(none.modes.at("mean"), Mode::temporal);
  EXPECT_EQ(none.modes.at("main2"), Mode::spatial);
  for (const Layer& layer : clip.network.layers) {
    for (const double share : {0.6, 0.7, 0.8, 0.9}) {  // what is named takes its part of the budget
      const ModeChoice c = clip.choose(StateBudget{Of::share, share}, {{layer.name, Mode::temporal}});
      EXPECT_EQ(c.modes.at(layer.name), Mode::temporal);
      EXPECT_LE(c.chosen.state, c.limit) << layer.name << ' ' << share;
    }
  }
  const ModeChoice all = clip.choose({}, {{"main2", Mode::spatial}});
  EXPECT_EQ(all.modes.at("main2"), Mode::spatial);
}

TEST(ModeChoice, ValuesAreSentWithoutAThreshold) {
  Clip clip("resnet_block");
  for (Layer& layer : clip.network.layers) {
    for (Requant& channel : layer.channels) channel.theta = 9;
  }
  set_modes(clip.network, {{"mean", Mode::spatial}, {"main2", Mode::temporal}});
  for (const Layer& layer : clip.network.layers) {
    for (const Requant& channel : layer.channels) EXPECT_EQ(channel.theta, layer.name == "mean" ? 0 : 9) << layer.name;
  }
}

TEST(ModeChoice, NeedsFramesThatFollowEachOther) {
  Clip clip("conv_3x3");
  clip.runs[0].resize(1);
  EXPECT_THROW((void)clip.choose(), UsageError);
}

}  // namespace
}  // namespace eddy
