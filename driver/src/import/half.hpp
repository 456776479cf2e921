// SPDX-License-Identifier: Apache-2.0
/// Floats of 16 bits.
#pragma once

#include <cmath>
#include <cstdint>

namespace eddy {

/// IEEE 754 binary16.
inline double from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  double value = exponent == 31  ? (fraction == 0 ? INFINITY : NAN)
                 : exponent == 0 ? std::ldexp(fraction, -24)
                                 : std::ldexp(fraction + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -value : value;
}

}  // namespace eddy
