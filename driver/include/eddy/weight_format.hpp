// SPDX-License-Identifier: Apache-2.0
/// Formats in which the chip keeps weights: two's complement, by port.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace eddy {

enum class WeightFormat : std::uint8_t { int8, int16, int4, int2 };

/// Narrowest first.
inline constexpr std::array weight_formats{WeightFormat::int2, WeightFormat::int4, WeightFormat::int8,
                                           WeightFormat::int16};

constexpr int bits_of(WeightFormat format) {
  switch (format) {
    case WeightFormat::int16:
      return 16;
    case WeightFormat::int4:
      return 4;
    case WeightFormat::int2:
      return 2;
    case WeightFormat::int8:
      break;
  }
  return 8;
}

constexpr std::string_view name_of(WeightFormat format) {
  switch (format) {
    case WeightFormat::int16:
      return "int16";
    case WeightFormat::int4:
      return "int4";
    case WeightFormat::int2:
      return "int2";
    case WeightFormat::int8:
      break;
  }
  return "int8";
}

/// Nothing where no format has this name.
constexpr std::optional<WeightFormat> weight_format(std::string_view name) {
  for (const WeightFormat format : weight_formats) {
    if (name_of(format) == name) return format;
  }
  return std::nullopt;
}

/// The integers that the quantiser uses. Formats of many values leave out the least, to be symmetric; those of few
/// cannot spare it.
struct WeightRange {
  int least = 0, most = 0;
};
constexpr WeightRange range_of(WeightFormat format) {
  const int most = (1 << (bits_of(format) - 1)) - 1;
  return {bits_of(format) < bits_of(WeightFormat::int8) ? -most - 1 : -most, most};
}

}  // namespace eddy
