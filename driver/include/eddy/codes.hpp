// SPDX-License-Identifier: Apache-2.0
/// Whole numbers for real ones, as models that were quantised before they came here have them (ONNX QuantizeLinear).
#pragma once

#include <algorithm>
#include <cmath>

namespace eddy {

/// Whole multiples of a step, from `lo` to `hi` of them.
struct Grid {
  float step = 1;
  int lo = 0, hi = 0;

  /// The nearest place on it, in steps; of two, the even one.
  [[nodiscard]] int place(float value) const {
    return static_cast<int>(std::clamp(std::nearbyint(value / step), static_cast<float>(lo), static_cast<float>(hi)));
  }
  [[nodiscard]] float rounded(float value) const { return static_cast<float>(place(value)) * step; }
  [[nodiscard]] int largest() const { return std::max(std::abs(lo), std::abs(hi)); }
  friend bool operator==(const Grid&, const Grid&) = default;
};

/// Code q stands for (q - zero) * grid.step.
struct Codes {
  Grid grid;  // of what they stand for
  int zero = 0;

  [[nodiscard]] float code(float value) const { return static_cast<float>(grid.place(value) + zero); }
  [[nodiscard]] float value(float code) const { return (code - static_cast<float>(zero)) * grid.step; }
  friend bool operator==(const Codes&, const Codes&) = default;
};

}  // namespace eddy
