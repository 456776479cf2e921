// SPDX-License-Identifier: Apache-2.0
/// For a network that does not fit its chip: what would make it fit, and what that costs.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "eddy/chip.hpp"
#include "eddy/compile.hpp"
#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/quantise.hpp"
#include "quantise/ranges.hpp"

namespace eddy {

/// What was to be compiled.
struct NoFit {
  const Graph& graph;
  const InputSpec& input;
  std::span<const Picture> pictures;
  const Ranges& ranges;
  const QuantiseOptions& options;
  const Quantised& quantised;                   // that came of it, with its modes
  const std::vector<std::vector<Frame>>& runs;  // as choose_modes takes them
  const Chip& chip;
  const CompileOptions& compiling;
  std::function<void(const std::string&)> say;  // what is being tried
};

/// One line each: the options that make it fit, and their price. Each has been compiled with; what is not tried within
/// some 20 seconds is left out, and a last line says so. Weights of few bits in as few layers as will do, those with
/// most bytes first; values instead of changes in as few layers as will do, those first that lose fewest products a
/// byte; where neither is enough, both.
std::vector<std::string> ways_out(const NoFit& problem);

}  // namespace eddy
