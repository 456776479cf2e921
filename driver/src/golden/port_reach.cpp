// SPDX-License-Identifier: Apache-2.0
#include "golden/port_reach.hpp"

namespace eddy {
namespace {

const Shape& source_shape(const Network& network, const Port& port) {
  return network.layers[static_cast<std::size_t>(port.source)].out;
}

}  // namespace

PortReach::PortReach(const Network& network, const Layer& layer, const Port& port)
    : port_(&port),
      y_(port.y, source_shape(network, port).h, accumulators_seen(layer.pool_y, layer.acc.h, layer.out.h)),
      x_(port.x, source_shape(network, port).w, accumulators_seen(layer.pool_x, layer.acc.w, layer.out.w)),
      outputs_(port.depthwise ? port.k_count / port.c_count : port.k_count) {
  weights_.reserve(port.weights.size());
  for (int c = 0; c < port.c_count; ++c) {
    for (int ky = 0; ky < port.y.taps; ++ky) {
      for (int kx = 0; kx < port.x.taps; ++kx) {
        for (int k = 0; k < outputs_; ++k) {
          weights_.push_back(port.weight(port.depthwise ? c * outputs_ + k : k, c, ky, kx));
        }
      }
    }
  }
}

}  // namespace eddy
