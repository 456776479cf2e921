// SPDX-License-Identifier: Apache-2.0
/// Entries of the chip's tables, and the values of their fields.
#pragma once

#include <cstdint>
#include <stdexcept>

#include <fmt/format.h>

#include "compile/geometry.hpp"
#include "eddy/image.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {

/// Checked narrowing: a value that its field cannot hold is a fault of the compiler, found here and not on the chip.
template <typename T>
T narrow(int value) {
  const auto result = static_cast<T>(value);
  if (static_cast<int>(result) != value) throw std::logic_error(fmt::format("value {} does not fit its field", value));
  return result;
}
inline std::uint8_t u8(int v) { return narrow<std::uint8_t>(v); }
inline std::uint16_t u16(int v) { return narrow<std::uint16_t>(v); }
inline std::int16_t i16(int v) { return narrow<std::int16_t>(v); }

template <typename T>
TableEntry entry(pkg::table_e table, int index, const T& value) {
  const auto words = value.pack();
  return {static_cast<std::uint8_t>(table), u16(index), {words.begin(), words.end()}};
}

/// Pool windows on one axis, as populations and their ports hold them.
inline pkg::pool_axis_t pool_axis(const AxisSlice& s) {
  return {.stride = u8(s.pool.stride), .size = u8(s.pool.size), .pad = narrow<std::int8_t>(s.pad)};
}

/// The state of an axon at its start.
inline TableEntry zero(pkg::table_e table, int index) { return entry(table, index, pkg::axon_state_t{}); }

}  // namespace eddy::mapping
