// SPDX-License-Identifier: Apache-2.0
/// What a simulation cannot go on after: a broken rule of a bus, a register that does not answer, an array at rest.
#pragma once

#include <stdexcept>

namespace eddy::sim {

class SimulationError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace eddy::sim
