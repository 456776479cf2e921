// SPDX-License-Identifier: Apache-2.0
#include "Veddy_torus_speed.h"
#include "eddy/sim/flat_array.hpp"
#include "flat/flat_array.hpp"

namespace eddy::sim {

std::unique_ptr<Fabric> make_flat_speed(std::uint64_t seed) {
  return std::make_unique<FlatArray<Veddy_torus_speed, 4, 4>>(seed);
}

}  // namespace eddy::sim
