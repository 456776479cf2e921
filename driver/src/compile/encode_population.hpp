// SPDX-License-Identifier: Apache-2.0
/// Entries of a population and of its channels and marks.
#pragma once

#include <vector>

#include "compile/numbering.hpp"
#include "compile/population_place.hpp"
#include "eddy/image.hpp"

namespace eddy::mapping {

/// Appends TabPop, TabParam and TabMark. Throws FitError where the tile's tables end.
void encode_population(const NumberedPlan& plan, int p, const PopulationPlace& place, std::vector<TableEntry>& tables);

}  // namespace eddy::mapping
