// SPDX-License-Identifier: Apache-2.0
#include "import/identity.hpp"

namespace eddy {

GraphPort copy_port(int source, const Shape& shape, int k_first) {
  GraphPort port;
  port.source = source;
  port.c_count = port.k_count = shape.c;
  port.k_first = k_first;
  port.depthwise = true;
  port.weights.assign(static_cast<std::size_t>(shape.c), 1.0F);
  return port;
}

GraphLayer copy_layer(Importer& importer, const Activation& input) {
  GraphLayer layer;
  layer.acc = importer.shape(input.layer);
  layer.ports.push_back(copy_port(input.layer, layer.acc));
  return layer;
}

}  // namespace eddy
