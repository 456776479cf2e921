// SPDX-License-Identifier: Apache-2.0
/// What the compiler tells of its work.
#pragma once

#include "compile/load.hpp"
#include "compile/plan.hpp"
#include "eddy/chip.hpp"
#include "eddy/compile.hpp"

namespace eddy::mapping {

/// Writes the expected loads into the image, and sums everything up. The plan's populations are in the order of the
/// partition.
CompileReport make_report(const Network& network, const Chip& chip, const LoadMaps& maps, const Plan& plan,
                          const Partition& partition, Image& image);

}  // namespace eddy::mapping
