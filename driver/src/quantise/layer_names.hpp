// SPDX-License-Identifier: Apache-2.0
/// Options name layers: by the layer's own name, or that of any node in it; "input" is the input.
#pragma once

#include <map>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "eddy/graph.hpp"

namespace eddy {

/// Throws UsageError that lists the layers where there is none of this name.
inline std::size_t find_layer(const Graph& graph, const std::string& name) {
  if (name == "input") return 0;
  std::vector<std::string> names;
  for (std::size_t l = 0; l < graph.layers.size(); ++l) {
    const GraphLayer& layer = graph.layers[l];
    if (layer.name == name) return l;
    for (const auto& node : layer.nodes) {
      if (node == name) return l;
    }
    names.push_back(layer.name);
  }
  throw UsageError(fmt::format("no layer is named \"{}\"; there are {}", name, fmt::join(names, ", ")));
}

/// One value for each layer: `otherwise`, or what the map says.
template <typename T>
std::vector<T> by_layer(const Graph& graph, const std::map<std::string, T>& named, T otherwise) {
  std::vector<T> result(graph.layers.size(), otherwise);
  for (const auto& [name, value] : named) result[find_layer(graph, name)] = value;
  return result;
}

}  // namespace eddy
