// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <type_traits>

#include <fmt/format.h>

#include "eddy/quantise.hpp"

namespace eddy {
namespace {

/// FNV-1a of 64 bits over integers, each as eight bytes: the same on every machine.
class Hash {
 public:
  template <typename T>
  void add(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    auto bits = static_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8) {
      state_ ^= bits & 0xff;
      state_ *= 0x100000001b3U;
    }
  }
  void add(const Shape& s) { add(s.c), add(s.h), add(s.w); }
  void add(const Axis& a) { add(a.taps), add(a.stride), add(a.dilation), add(a.pad), add(a.transposed), add(a.up); }
  void add(const PoolAxis& p) { add(p.size), add(p.stride), add(p.pad); }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", state_); }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

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
