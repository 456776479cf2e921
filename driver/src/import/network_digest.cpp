// SPDX-License-Identifier: Apache-2.0
#include "eddy/import.hpp"
#include "hash.hpp"

namespace eddy {
namespace {

void add(Hash& hash, const GraphPort& port) {
  hash.add(port.source), hash.add(port.c_first), hash.add(port.c_count), hash.add(port.k_first), hash.add(port.k_count);
  hash.add(port.depthwise), hash.add(port.y), hash.add(port.x), hash.add(port.weights.size());
  for (const float weight : port.weights) hash.add(weight);
}

void add(Hash& hash, const GraphLayer& layer) {
  hash.add(layer.acc), hash.add(layer.out), hash.add(layer.ports.size());
  for (const GraphPort& port : layer.ports) add(hash, port);
  for (const float bias : layer.bias) hash.add(bias);
  hash.add(layer.lo), hash.add(layer.hi), hash.add(layer.pool_y), hash.add(layer.pool_x);
  if (layer.curve) hash.add(layer.curve.name());
  if (layer.grid) hash.add(layer.grid->step), hash.add(layer.grid->lo), hash.add(layer.grid->hi);
}

}  // namespace

std::string network_digest(const std::filesystem::path& file) {
  // Before fusing: what fusing computes is rounded as the compiler of this program likes it.
  const Graph graph = read_onnx(file);
  Hash hash;
  for (const GraphLayer& layer : graph.layers) add(hash, layer);
  for (const GraphOutput& output : graph.outputs) hash.add(output.layer);
  return hash.text();
}

}  // namespace eddy
