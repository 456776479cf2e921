// SPDX-License-Identifier: Apache-2.0
/// Sizes of a RAM word, as numbers to reckon with.
#pragma once

#include <cstdint>

#include "eddy_pkg.hpp"

namespace eddy::mapping {

inline constexpr int Lanes = static_cast<int>(pkg::Lanes);
inline constexpr int WordBits = static_cast<int>(pkg::WordBits);
inline constexpr std::int64_t WordBytes = WordBits / 8;

}  // namespace eddy::mapping
