// SPDX-License-Identifier: Apache-2.0
/// FP16 (IEEE 754 binary16) numbers as the chip takes them: infinities and NaN count as 0.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eddy {

/// value = mantissa * 2^exponent.
struct Fp16Parts {
  int mantissa = 0;  // 11 bits and the sign
  int exponent = 0;  // -24..5
};

inline Fp16Parts fp16_parts(std::uint16_t number) {
  const int field = number >> 10 & 31, fraction = number & 1023;
  if (field == 31) return {};
  const int size = field == 0 ? fraction : 1024 + fraction;
  return {(number & 0x8000) != 0 ? -size : size, std::max(field, 1) - 25};
}

/// The number nearest to whole * 2^-point: halves to even, the largest one where it is too large.
inline std::uint16_t fp16_nearest(std::int64_t whole, int point) {
  constexpr double largest = 65504;
  constexpr int lowest = -24;  // exponent of the last place of the smallest numbers
  const double size = std::ldexp(std::abs(static_cast<double>(whole)), -point);
  const std::uint16_t sign{whole < 0 ? std::uint16_t{0x8000} : std::uint16_t{0}};
  if (size == 0) return sign;
  const int place = std::max(std::ilogb(size) - 10, lowest);
  // A full mantissa carries into the exponent.
  const double number = std::min(std::nearbyint(std::ldexp(size, -place)), largest);
  const auto bits = (place - lowest) * 1024 + static_cast<int>(number);
  return static_cast<std::uint16_t>(sign | std::min(bits, 0x7bff));
}

/// whole * 2^-point is a number.
inline bool fp16_exact(std::int64_t whole, int point) {
  const Fp16Parts parts = fp16_parts(fp16_nearest(whole, point));
  return std::ldexp(parts.mantissa, parts.exponent) == std::ldexp(static_cast<double>(whole), -point);
}

}  // namespace eddy
