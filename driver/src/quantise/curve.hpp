// SPDX-License-Identifier: Apache-2.0
/// An activation function as straight lines between whole numbers.
#pragma once

#include "eddy/network.hpp"
#include "eddy/scalar_function.hpp"

namespace eddy {

struct CurveFit {
  Curve curve;
  double sum_scale = 0;  // real value of z = 1
  double error = 0;      // largest distance from the function between x_lo and x_hi, before the rounding to whole steps
};

/// Lines for sums that were calibrated to [x_lo, x_hi], and activations of `bits` magnitude bits with a step of
/// `scale`. Of some hundred widths of the segments the one with the least error: narrow ones bend better, but cover
/// less, which is no loss where the function is flat outside; and at some, its kinks lie on nodes.
CurveFit fit_curve(const ScalarFunction& function, double x_lo, double x_hi, int bits, double scale);

}  // namespace eddy
