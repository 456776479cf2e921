// SPDX-License-Identifier: Apache-2.0
/// Formats in which the chip keeps weights, by port: whole numbers in two's complement, FP16, or codes for FP16 values.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace eddy {

enum class WeightFormat : std::uint8_t { int8, int16, int4, int2, fp16, code8, code4, code2 };

struct WeightFormatFacts {
  WeightFormat format = WeightFormat::int8;
  std::string_view name;
  int bits = 8;
  bool fp16 = false;  // the events that it meets are FP16 as well
};
inline constexpr std::array all_weight_formats{
    WeightFormatFacts{WeightFormat::int16, "int16", 16},      WeightFormatFacts{WeightFormat::int8, "int8", 8},
    WeightFormatFacts{WeightFormat::int4, "int4", 4},         WeightFormatFacts{WeightFormat::int2, "int2", 2},
    WeightFormatFacts{WeightFormat::fp16, "fp16", 16, true},  WeightFormatFacts{WeightFormat::code8, "code8", 8, true},
    WeightFormatFacts{WeightFormat::code4, "code4", 4, true}, WeightFormatFacts{WeightFormat::code2, "code2", 2, true}};

constexpr const WeightFormatFacts& facts_of(WeightFormat format) {
  return *std::ranges::find(all_weight_formats, format, &WeightFormatFacts::format);
}
constexpr int bits_of(WeightFormat format) { return facts_of(format).bits; }
constexpr std::string_view name_of(WeightFormat format) { return facts_of(format).name; }
constexpr bool is_fp16(WeightFormat format) { return facts_of(format).fp16; }
/// Weights are codes for values of a table.
constexpr bool is_coded(WeightFormat format) { return is_fp16(format) && format != WeightFormat::fp16; }

/// Nothing where no format has this name.
constexpr std::optional<WeightFormat> weight_format(std::string_view name) {
  const auto* facts = std::ranges::find(all_weight_formats, name, &WeightFormatFacts::name);
  return facts == all_weight_formats.end() ? std::nullopt : std::optional(facts->format);
}

/// Of whole numbers, narrowest first.
inline constexpr std::array weight_formats{WeightFormat::int2, WeightFormat::int4, WeightFormat::int8,
                                           WeightFormat::int16};

/// The integers that the quantiser uses in formats of whole numbers. Formats of many values leave out the least, to be
/// symmetric; those of few cannot spare it.
struct WeightRange {
  int least = 0, most = 0;
};
constexpr WeightRange range_of(WeightFormat format) {
  const int most = (1 << (bits_of(format) - 1)) - 1;
  return {bits_of(format) < bits_of(WeightFormat::int8) ? -most - 1 : -most, most};
}

}  // namespace eddy
