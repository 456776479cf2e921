// SPDX-License-Identifier: Apache-2.0
/// Our layers have channels innermost, models have them first.
#pragma once

#include <span>
#include <vector>

#include "eddy/network.hpp"
#include "index.hpp"

namespace eddy {

/// Values [h][w][c] as [c][h][w].
template <typename T>
std::vector<float> channels_first(const Shape& shape, std::span<const T> values, double scale = 1) {
  std::vector<float> result(values.size());
  const std::size_t pixels = at(shape.h) * at(shape.w), channels = at(shape.c);
  for (std::size_t i = 0; i < values.size(); ++i)
    result[i % channels * pixels + i / channels] = static_cast<float>(values[i] * scale);
  return result;
}

}  // namespace eddy
