// SPDX-License-Identifier: Apache-2.0
/// Differences and values cannot meet in one accumulator: it either persists or starts anew.
#include <algorithm>

#include <fmt/format.h>

#include "eddy/quantise.hpp"

namespace eddy {
namespace {

Layer& source_of(Network& network, const Port& port) { return network.layers[static_cast<std::size_t>(port.source)]; }

/// Turns every source of the layer to differences. True where something changed.
bool make_temporal(Network& network, const Layer& layer, std::vector<std::string>& notes) {
  bool changed = false;
  for (const Port& port : layer.ports) {
    Layer& source = source_of(network, port);
    if (source.mode == Mode::temporal) continue;
    source.mode = Mode::temporal;
    changed = true;
    notes.push_back(
        fmt::format("{} sends differences, not values: it meets others that do in {}", source.name, layer.name));
  }
  return changed;
}

}  // namespace

std::vector<std::string> settle_modes(Network& network) {
  std::vector<std::string> notes;
  bool changed = true;
  while (
      changed) {  // a source that turns may stand beside spatial ones elsewhere; ends, since layers only turn one way
    changed = false;
    for (const Layer& layer : network.layers) {
      const bool any =
          std::ranges::any_of(layer.ports, [&](const Port& p) { return source_of(network, p).mode == Mode::temporal; });
      if (any && make_temporal(network, layer, notes)) changed = true;
    }
  }
  for (Layer& layer : network.layers) {
    layer.keep_acc = layer.ports.empty() || source_of(network, layer.ports.front()).mode == Mode::temporal;
  }
  return notes;
}

}  // namespace eddy
