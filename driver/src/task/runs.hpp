// SPDX-License-Identifier: Apache-2.0
/// Masks as text: lengths of runs in row-major order, of 0 and 1 in turn, 0 first (perhaps of length 0).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace eddy {

using Bits = std::vector<char>;  // 0 or 1

inline std::vector<int> runs_of(const Bits& bits) {
  std::vector<int> runs;
  char now = 0;
  int length = 0;
  for (const char bit : bits) {
    if (bit != now) {
      runs.push_back(length);
      length = 0;
      now = bit;
    }
    ++length;
  }
  runs.push_back(length);
  return runs;
}

/// Nothing where they are not `size` bits.
inline std::optional<Bits> bits_of(std::span<const int> runs, std::size_t size) {
  Bits bits;
  char now = 0;
  for (const int length : runs) {
    if (length < 0 || static_cast<std::size_t>(length) > size - bits.size()) return std::nullopt;
    bits.insert(bits.end(), static_cast<std::size_t>(length), now);
    now = static_cast<char>(1 - now);
  }
  if (bits.size() != size) return std::nullopt;
  return bits;
}

}  // namespace eddy
