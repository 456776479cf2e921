// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "eddy/quantise.hpp"

namespace eddy {

void set_factor(Requant& channel, double factor) {
  constexpr int top_bit = 16;  // of mul
  constexpr int max_shift = 47;
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);  // factor = fraction * 2^exponent, fraction in [0.5, 1)
  auto mul = std::lround(std::ldexp(fraction, top_bit));
  int shift = top_bit - exponent;
  if (mul == 1L << top_bit) {
    mul /= 2;
    --shift;
  }
  if (!(factor > 0) || shift > max_shift) {  // 2^31 * factor rounds to 0
    mul = 0;
    shift = 1;
  } else if (shift < 1) {  // the smallest sum saturates
    mul = (1L << top_bit) - 1;
    shift = 1;
  }
  channel.mul = static_cast<std::uint16_t>(mul);
  channel.shift = shift;
}

}  // namespace eddy
