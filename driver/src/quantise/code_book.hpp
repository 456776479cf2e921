// SPDX-License-Identifier: Apache-2.0
/// The values that codes of a layer's weights stand for.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "eddy/graph.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// Weights of an output channel, in units of their root mean square, are values * reach / largest value.
struct CodeBook {
  std::vector<int> values;  // whole numbers, ascending, 0 among them: lanes without a channel need it
  double reach = 0;

  [[nodiscard]] int top() const { return std::max(-values.front(), values.back()); }
  [[nodiscard]] double nearest(double whole) const;
};

/// The 2^bits values within +-`top` with the least squared error over all weights of the layers that get codes, found
/// by Lloyd's iteration in one dimension (Lloyd, Least squares quantization in PCM, 1982).
CodeBook make_code_book(std::span<const GraphLayer* const> layers, WeightFormat format, int top);

}  // namespace eddy
