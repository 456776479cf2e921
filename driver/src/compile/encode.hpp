// SPDX-License-Identifier: Apache-2.0
/// From a plan with tiles to the image.
#pragma once

#include "compile/plan.hpp"
#include "eddy/compile.hpp"

namespace eddy::mapping {

/// Throws FitError that names the first limit of the chip that is broken, and where.
Image encode_plan(const Network& network, const Chip& chip, const Plan& plan, const CompileOptions& options);

}  // namespace eddy::mapping
