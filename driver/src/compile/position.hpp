// SPDX-License-Identifier: Apache-2.0
/// Widths in the position of an event, which is y << (x_bits + c_bits) | x << c_bits | c in coordinates of its layer.
#pragma once

#include "compile/arith.hpp"
#include "eddy/network.hpp"

namespace eddy::mapping {

inline int x_bits(const Shape& s) { return bits_for(s.w); }
inline int c_bits(const Shape& s) { return bits_for(s.c); }

}  // namespace eddy::mapping
