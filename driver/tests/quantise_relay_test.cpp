// SPDX-License-Identifier: Apache-2.0
/// Relays of long skips: where they are put, and that they change no value and no event of the other layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "unit_model.hpp"

namespace eddy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::unit_model;
using testing::UnitModel;

/// conv_3x3, `length` layers that blur behind it, and one that adds the convolution to the last of them.
UnitModel with_skip(int length) {
  UnitModel m = unit_model("conv_3x3");
  std::vector<GraphLayer>& layers = m.graph.layers;
  const int conv = static_cast<int>(layers.size()) - 1;
  const Shape shape = layers.back().out;
  const auto add = [&](const std::string& name, const std::vector<GraphPort>& ports) {
    GraphLayer layer;
    layer.name = name;
    layer.nodes = {name};
    layer.acc = layer.out = shape;
    layer.ports = ports;
    layer.bias.resize(static_cast<std::size_t>(shape.c));
    layer.lo = 0;
    layers.push_back(layer);
  };
  const auto port = [&](int source, int taps) {
    GraphPort p;
    p.source = source;
    p.c_count = p.k_count = shape.c;
    p.depthwise = true;
    p.y = p.x = {.taps = taps, .pad = taps / 2};
    p.weights.assign(static_cast<std::size_t>(shape.c * taps * taps), 1.0F / static_cast<float>(taps * taps));
    return p;
  };
  for (int i = 0; i < length; ++i) add("blur" + std::to_string(i), {port(conv + i, 3)});
  add("join", {port(conv, 1), port(conv + length, 1)});
  m.graph.outputs.front().layer = static_cast<int>(layers.size()) - 1;
  m.graph.outputs.front().steps.clear();
  return m;
}

std::vector<std::string> relays(const Graph& graph) {
  std::vector<std::string> names;
  for (const GraphLayer& layer : graph.layers) {
    if (layer.relay) names.push_back(layer.name);
  }
  return names;
}

TEST(Relay, StandsWhereASkipPassesManyLayers) {
  EXPECT_THAT(relays(relay_long_skips(with_skip(5).graph)), IsEmpty());
  const UnitModel m = with_skip(6);
  const std::string conv = m.graph.layers[1].name;
  const Graph relayed = relay_long_skips(m.graph);
  EXPECT_THAT(relays(relayed), ElementsAre(conv + " (relay)"));
  const GraphLayer& join = relayed.layers.back();
  EXPECT_EQ(relayed.layers[static_cast<std::size_t>(join.ports[0].source)].name, conv + " (relay)");
  EXPECT_EQ(relayed.layers[static_cast<std::size_t>(join.ports[1].source)].name, "blur5");
  EXPECT_EQ(relayed.outputs.front().layer, static_cast<int>(relayed.layers.size()) - 1);
  EXPECT_THAT(relays(relay_long_skips(with_skip(13).graph)), ElementsAre(conv + " (relay)", conv + " (relay 2)"));
}

TEST(Relay, ReadersShareIt) {
  UnitModel m = with_skip(8);
  // The layer before the last reads the convolution as well, past seven layers.
  GraphLayer& reader = m.graph.layers[m.graph.layers.size() - 2];
  reader.ports.push_back(m.graph.layers.back().ports[0]);
  EXPECT_EQ(relays(relay_long_skips(m.graph)).size(), 1U);
}

TEST(Relay, ChangesNoEventOfAnotherLayer) {
  const UnitModel m = with_skip(13);
  const Graph relayed = relay_long_skips(m.graph);
  QuantiseOptions options;
  options.thresholds = {2, 1.0 / 16, {}, {}};
  const Network plain = quantise(m.graph, m.spec, m.pictures, options).network;
  const Network with = quantise(relayed, m.spec, m.pictures, options).network;
  GoldenEvents golden(plain), golden_with(with);
  std::size_t events = 0;
  for (const Picture& picture : m.pictures) {
    const FrameTrace trace = golden.step(to_frame(plain, picture));
    const FrameTrace trace_with = golden_with.step(to_frame(with, picture));
    EXPECT_EQ(trace.outputs, trace_with.outputs);
    std::size_t l = 0;
    for (std::size_t w = 0; w < with.layers.size(); ++w) {
      const auto& expected = relayed.layers[w].relay ? trace.events[1] : trace.events[l++];
      EXPECT_TRUE(std::ranges::equal(trace_with.events[w], expected, [](const Event& a, const Event& b) {
        return a.y == b.y && a.x == b.x && a.c == b.c && a.value == b.value;
      })) << with.layers[w].name;
      events += trace_with.events[w].size();
    }
  }
  EXPECT_GT(events, 0U);
}

}  // namespace
}  // namespace eddy
