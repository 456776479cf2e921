// SPDX-License-Identifier: Apache-2.0
#include "eddy/quantise.hpp"
#include "hash.hpp"

namespace eddy {
namespace {

void add(Hash& hash, const Port& port) {
  hash.add(port.source), hash.add(port.c_first), hash.add(port.c_count), hash.add(port.k_first), hash.add(port.k_count);
  hash.add(port.depthwise), hash.add(port.y), hash.add(port.x), hash.add(port.weights.size());
  for (const auto weight : port.weights) hash.add(weight);
}

void add(Hash& hash, const Layer& layer) {
  hash.add(layer.acc), hash.add(layer.out), hash.add(layer.ports.size());
  for (const Port& port : layer.ports) add(hash, port);
  hash.add(layer.channels.size());
  for (const Requant& r : layer.channels) hash.add(r.bias), hash.add(r.mul), hash.add(r.shift), hash.add(r.theta);
  hash.add(layer.lo), hash.add(layer.hi), hash.add(layer.pool_y), hash.add(layer.pool_x);
  hash.add(layer.mode), hash.add(layer.keep_acc);
  if (!layer.curve.empty()) hash.add(layer.curve.shift);
  for (const auto node : layer.curve.nodes) hash.add(node);
}

}  // namespace

std::string digest(const Network& network) {
  Hash hash;
  hash.add(network.input.pixels);
  hash.add(network.input.table.size());
  for (const auto& table : network.input.table) {
    for (const auto value : table) hash.add(value);
  }
  for (const int theta : network.input.theta) hash.add(theta);
  for (const Layer& layer : network.layers) add(hash, layer);
  for (const Output& output : network.outputs) hash.add(output.layer);
  return hash.text();
}

}  // namespace eddy
