// SPDX-License-Identifier: Apache-2.0
/// The two halves of activation().
#pragma once

#include <cstdint>

#include "eddy/network.hpp"

namespace eddy {

/// z of an accumulator with its bias added: sat((sum * mul + 2^(shift-1)) >> shift). Never falls as the sum rises.
std::int32_t requantise(std::int32_t sum, const Requant& channel, int lo, int hi);

/// The straight line between the nodes on both sides of z, to the nearest whole number, halves up.
std::int32_t interpolate(const Curve& curve, std::int32_t z);

}  // namespace eddy
