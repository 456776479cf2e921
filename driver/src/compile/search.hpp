// SPDX-License-Identifier: Apache-2.0
/// Chooses how often each layer is cut and which tile computes what.
#pragma once

#include <vector>

#include "compile/load.hpp"
#include "compile/plan.hpp"
#include "eddy/chip.hpp"
#include "eddy/compile.hpp"

namespace eddy::mapping {

/// A partition found, best first in a list of them.
struct Candidate {
  Partition partition;
  double cost = 0;
};

/// Partitions that are expected to fit, best first; none where nothing does.
std::vector<Candidate> search(const Network& network, const NetworkTraits& traits, const LoadMaps& maps,
                              const Chip& chip, const CompileOptions& options);

}  // namespace eddy::mapping
