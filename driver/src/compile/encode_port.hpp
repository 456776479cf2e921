// SPDX-License-Identifier: Apache-2.0
/// Entries of a population's ports.
#pragma once

#include <vector>

#include "compile/numbering.hpp"
#include "compile/population_place.hpp"
#include "eddy/image.hpp"

namespace eddy::mapping {

/// Appends TabPort. Throws FitError where the tile's table ends.
void encode_ports(const NumberedPlan& plan, int p, const PopulationPlace& place, std::vector<TableEntry>& tables);

}  // namespace eddy::mapping
