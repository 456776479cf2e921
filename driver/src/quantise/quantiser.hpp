// SPDX-License-Identifier: Apache-2.0
/// quantise() with ranges that are measured once, for those who quantise a network several times.
#pragma once

#include <span>

#include "eddy/quantise.hpp"
#include "quantise/ranges.hpp"

namespace eddy {

Quantised quantise_within(const Graph& graph, const InputSpec& input, std::span<const Picture> calibration,
                          const QuantiseOptions& options, const Ranges& ranges);

}  // namespace eddy
