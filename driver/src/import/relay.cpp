// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "eddy/graph.hpp"
#include "import/identity.hpp"
#include "index.hpp"

namespace eddy {
namespace {

/// Layers of the longest way that a skip may pass without a relay. On the RTL an event takes about 0.25 of a frame's
/// time from layer to layer, and a layer is at most one frame ahead of its readers.
constexpr int layers_a_relay = 6;

class Relays {
 public:
  explicit Relays(Graph graph) : graph_(std::move(graph)) {}

  Graph run() {
    depth_.resize(graph_.layers.size());
    place_.resize(graph_.layers.size());
    for (std::size_t l = 0; l < graph_.layers.size(); ++l) add(l);
    for (GraphOutput& output : graph_.outputs) output.layer = place_[at(output.layer)];
    graph_.layers = std::move(layers_);
    return std::move(graph_);
  }

 private:
  void add(std::size_t l) {
    GraphLayer& layer = graph_.layers[l];
    for (const GraphPort& port : layer.ports) depth_[l] = std::max(depth_[l], depth_[at(port.source)] + 1);
    for (GraphPort& port : layer.ports) {
      const int passed = depth_[l] - depth_[at(port.source)] - 1;
      port.source = relayed(port.source, passed / layers_a_relay);
    }
    place_[l] = static_cast<int>(layers_.size());
    layers_.push_back(std::move(layer));
  }

  /// The layer whose values are those of `source`, with `relays` between; readers share them.
  int relayed(int source, int relays) {
    if (relays == 0) return place_[at(source)];
    const auto [known, fresh] = relays_.try_emplace({source, relays});
    if (!fresh) return known->second;
    const int before = relayed(source, relays - 1);
    const GraphLayer& from = layers_[at(place_[at(source)])];
    GraphLayer relay;
    relay.name = fmt::format("{} (relay{})", from.name, relays == 1 ? "" : fmt::format(" {}", relays));
    relay.acc = relay.out = from.out;
    relay.ports.push_back(copy_port(before, from.out));
    relay.bias.resize(at(from.out.c));
    relay.relay = true;
    if (!from.curve) relay.lo = from.lo, relay.hi = from.hi;
    layers_.push_back(std::move(relay));
    return known->second = static_cast<int>(layers_.size()) - 1;
  }

  Graph graph_;
  std::vector<GraphLayer> layers_;
  std::vector<int> depth_;                       // of the graph's layers: the longest way from the input
  std::vector<int> place_;                       // of the graph's layers among layers_
  std::map<std::pair<int, int>, int> relays_{};  // by source and number, their place in layers_
};

}  // namespace

Graph relay_long_skips(Graph graph) { return Relays(std::move(graph)).run(); }

}  // namespace eddy
