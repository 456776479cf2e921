// SPDX-License-Identifier: Apache-2.0
/// Which layers can do with weights of fewer bits, for a budget of quality. docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "eddy/quantise.hpp"

namespace eddy {

/// What one layer in one format costs, all others as they would be without a choice.
struct FormatPrice {
  std::string layer;
  WeightFormat format = WeightFormat::int8;
  std::int64_t bytes = 0;  // saved, before weights are cut into slices
  double loss = 0;         // of quality, below 0 where the answers came closer
  bool chosen = false;
};

struct WeightChoice {
  double budget = 0;  // the most that the outputs' error may grow
  double before = 0,
         after = 0;  // the outputs' error: root mean square, as a share of the calibrated maximum; worst output
  std::int64_t bytes_before = 0, bytes_after = 0;  // of all weights whose format can be chosen
  std::vector<FormatPrice> prices;
  std::map<std::string, WeightFormat> formats;  // by layer: what is narrower than without a choice
};

/// Human text, ends in a newline.
std::string to_text(const WeightChoice& choice);

/// Narrows layers one after another, those first that lose least for a byte, as long as the outputs' error on the
/// calibration frames grows by no more than `budget`. Starts from the formats of `options`; layers that are named there
/// keep theirs. Throws as quantise(), and UsageError where the budget is not above 0 and at most 1.
WeightChoice choose_weights(const Graph& graph, const InputSpec& input, std::span<const Picture> calibration,
                            QuantiseOptions options, double budget);

}  // namespace eddy
