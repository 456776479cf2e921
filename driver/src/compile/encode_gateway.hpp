// SPDX-License-Identifier: Apache-2.0
/// The image of the gateway: frame input and results.
#pragma once

#include "compile/numbering.hpp"
#include "eddy/image.hpp"

namespace eddy::mapping {

GatewayImage encode_gateway(const NumberedPlan& plan);

}  // namespace eddy::mapping
