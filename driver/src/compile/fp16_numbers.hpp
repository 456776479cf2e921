// SPDX-License-Identifier: Apache-2.0
/// A network's whole numbers as FP16 ones: where their points lie, and the tables of codes.
///
/// An event of d is d * 2^-event_point, a weight of W is W * 2^-weight_point, and their product is d * W in
/// accumulators of accumulator_point bits behind the point. Points are put where the numbers come nearest to the real
/// ones of the model, as far as FP16 reaches; nothing depends on where.
#pragma once

#include <cstdint>
#include <vector>

#include "eddy/network.hpp"

namespace eddy::mapping {

/// 0 where the layer sends whole numbers.
int event_point(const Network& network, int layer);
/// 0 where the port's weights are whole numbers. Throws std::logic_error where FP16 does not hold them.
int weight_point(const Network& network, const Layer& layer, const Port& port);
int accumulator_point(const Network& network, const Layer& layer, const Port& port);

/// FP16 numbers that the port's codes stand for: 0 and all of its weights, ascending. Empty where it has no codes.
std::vector<std::uint16_t> code_table(const Network& network, const Layer& layer, const Port& port);

/// What stands in memory for a weight: itself, its FP16 number, or its code.
class WeightNumbers {
 public:
  WeightNumbers(const Network& network, const Layer& layer, const Port& port);
  [[nodiscard]] int operator()(int weight) const;

 private:
  WeightFormat format_;
  int point_;
  std::vector<int> coded_;  // ascending
};

/// Throws FitError where a layer sends FP16 numbers that do not hold its differences.
void check_fp16(const Network& network);

}  // namespace eddy::mapping
