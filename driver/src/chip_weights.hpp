// SPDX-License-Identifier: Apache-2.0
/// The formats of weights, as an image names them.
#pragma once

#include <algorithm>
#include <array>

#include "eddy/weight_format.hpp"
#include "eddy_pkg.hpp"

namespace eddy {

struct ChipWeights {
  WeightFormat format;
  pkg::weight_e code;
};
inline constexpr std::array chip_weights{ChipWeights{WeightFormat::int16, pkg::weight_e::WeightInt16},
                                         ChipWeights{WeightFormat::int8, pkg::weight_e::WeightInt8},
                                         ChipWeights{WeightFormat::int4, pkg::weight_e::WeightInt4},
                                         ChipWeights{WeightFormat::int2, pkg::weight_e::WeightInt2},
                                         ChipWeights{WeightFormat::fp16, pkg::weight_e::WeightFp16},
                                         ChipWeights{WeightFormat::code8, pkg::weight_e::WeightCode8},
                                         ChipWeights{WeightFormat::code4, pkg::weight_e::WeightCode4},
                                         ChipWeights{WeightFormat::code2, pkg::weight_e::WeightCode2}};

constexpr pkg::weight_e code_of(WeightFormat format) {
  return std::ranges::find(chip_weights, format, &ChipWeights::format)->code;
}
constexpr WeightFormat format_of(pkg::weight_e code) {
  return std::ranges::find(chip_weights, code, &ChipWeights::code)->format;
}

}  // namespace eddy
