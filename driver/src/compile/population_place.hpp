// SPDX-License-Identifier: Apache-2.0
/// Where the parts of a population lie in its tile.
#pragma once

#include <vector>

namespace eddy::mapping {

struct PopulationPlace {
  int accumulators = 0, references = 0;  // addresses in RAM, as in MemoryMap
  std::vector<int> weights;              // by port: word address in RAM
  std::vector<int> codes;                // by port: first entry of what its codes stand for
  int curve = 0;                         // word address of the activation's table
  int params = 0, marks = 0, ports = 0;  // first entries in the tables
};

}  // namespace eddy::mapping
