// SPDX-License-Identifier: Apache-2.0
#include "Veddy_torus_small.h"
#include "eddy/sim/flat_array.hpp"
#include "flat/flat_array.hpp"

namespace eddy::sim {

std::unique_ptr<Fabric> make_flat_small(std::uint64_t seed) {
  return std::make_unique<FlatArray<Veddy_torus_small, 4, 4>>(seed);
}

}  // namespace eddy::sim
