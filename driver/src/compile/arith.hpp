// SPDX-License-Identifier: Apache-2.0
/// Whole-number helpers that C++ lacks.
#pragma once

#include <bit>
#include <cstdint>

namespace eddy::mapping {

constexpr int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }
constexpr int floor_mod(int a, int b) { return a - floor_div(a, b) * b; }
constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Bits that values 0 .. count - 1 take.
constexpr int bits_for(int count) { return std::bit_width(static_cast<std::uint32_t>(count - 1)); }

}  // namespace eddy::mapping
