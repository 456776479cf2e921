// SPDX-License-Identifier: Apache-2.0
/// Activation functions as straight lines: how far they are off, measured on the whole numbers that the chip gives.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "quantise/curve.hpp"

namespace eddy {
namespace {

struct Named {
  const char* name;
  double (*function)(double);
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// The activation at z in steps, before it is rounded to one.
double line(const Curve& curve, int z) {
  const int place = z + 32768;
  const double from = curve.nodes[static_cast<std::size_t>(place / 1024)];
  const double to = curve.nodes[static_cast<std::size_t>(place / 1024) + 1];
  return (from + (to - from) * (place % 1024) / 1024) / (1 << curve.shift);
}

double largest(double (*function)(double), double lo, double hi) {
  double result = 0;
  for (int i = 0; i <= 10000; ++i) result = std::max(result, std::abs(function(lo + (hi - lo) * i / 10000)));
  return result;
}

/// The largest error over all z within the range, and what lies beyond z, in real units.
double measured(const CurveFit& fit, double (*function)(double), double lo, double hi, double scale) {
  double error = 0;
  for (int z = -32768; z <= 32767; ++z) {
    const double x = z * fit.sum_scale;
    if (x >= lo && x <= hi) error = std::max(error, std::abs(line(fit.curve, z) * scale - function(x)));
  }
  for (double x = -32768 * fit.sum_scale; x >= lo; x -= (hi - lo) / 1000)
    error = std::max(error, std::abs(line(fit.curve, -32768) * scale - function(x)));
  for (double x = 32767 * fit.sum_scale; x <= hi; x += (hi - lo) / 1000)
    error = std::max(error, std::abs(line(fit.curve, 32767) * scale - function(x)));
  return error;
}

void expect_legal(const Curve& curve) {
  ASSERT_EQ(curve.nodes.size(), 65U);
  EXPECT_TRUE(curve.shift >= 0 && curve.shift <= 7);
  for (std::size_t i = 0; i < curve.nodes.size(); ++i) {
    EXPECT_LE(std::abs(curve.nodes[i]), 32766);
    if (i > 0) {
      EXPECT_LE(std::abs(curve.nodes[i] - curve.nodes[i - 1]), std::numeric_limits<std::int16_t>::max());
    }
  }
}

/// docs/arithmetic.md shows what this prints.
TEST(QuantisedCurve, ErrorsOfCommonFunctions) {
  const Named functions[] = {
      {"LeakyRelu", [](double x) { return x > 0 ? x : 0.01 * x; }},
      {"Sigmoid", sigmoid},
      {"Tanh", [](double x) { return std::tanh(x); }},
      {"HardSigmoid", [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); }},
      {"HardSwish", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
      {"SiLU", [](double x) { return x * sigmoid(x); }},
      {"Gelu", [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
      {"Mish", [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
      {"Elu", [](double x) { return x > 0 ? x : std::expm1(x); }},
      {"Softplus", [](double x) { return std::log1p(std::exp(x)); }},
  };
  for (const int bits : {8, 12}) {
    for (const Named& f : functions) {
      SCOPED_TRACE(f.name);
      const double scale = largest(f.function, -8, 8) / ((1 << bits) - 1);
      const CurveFit fit = fit_curve({f.name, f.function}, -8, 8, bits, scale);
      expect_legal(fit.curve);
      const double error = measured(fit, f.function, -8, 8, scale);
      if (bits == 8) fmt::print("{:<12} {:.2g} ({:.2f} steps)\n", f.name, fit.error, fit.error / scale);
      EXPECT_NEAR(fit.error, error, 0.1 * (error + scale)) << "what the report says";
      if (bits == 8) {
        EXPECT_LT(error, 0.4 * scale);
      }
    }
  }
}

TEST(QuantisedCurve, TwoLinesThatMeetAtZeroAreExact) {
  for (const int bits : {8, 11, 14}) {
    const double scale = 5.0 / ((1 << bits) - 1);
    const CurveFit fit = fit_curve({"abs", [](double x) { return std::abs(x); }}, -3, 4.8, bits, scale);
    EXPECT_LE(fit.error, 0.51 * scale / (1 << (15 - bits))) << "half of a node's last bit";
    EXPECT_EQ(line(fit.curve, 0), 0);
  }
}

/// From one end of the range to the other within one segment, nodes of all bits would be further apart than 16 bits.
TEST(QuantisedCurve, StepsOfSteepFunctionsFit) {
  const CurveFit fit = fit_curve({"steep", [](double x) { return std::tanh(1e4 * x); }}, -20, 20, 8, 1.0 / 255);
  expect_legal(fit.curve);
  EXPECT_NEAR(line(fit.curve, -32768), -255, 0.01);
  EXPECT_NEAR(line(fit.curve, 32767), 255, 0.01);
}

TEST(QuantisedCurve, WhereAFunctionHasNoValueTheNearestCounts) {
  const CurveFit fit = fit_curve({"sqrt", [](double x) { return std::sqrt(x); }}, 0, 4, 8, 2.0 / 255);
  expect_legal(fit.curve);
  for (int i = 0; i <= 32; ++i) EXPECT_EQ(fit.curve.nodes[static_cast<std::size_t>(i)], 0);
  EXPECT_LT(fit.error, 0.1);
}

TEST(QuantisedCurve, ASilentLayerHasOne) {
  const CurveFit fit = fit_curve({"sigmoid", sigmoid}, 0, 0, 8, 0.5 / 255);
  expect_legal(fit.curve);
  EXPECT_NEAR(line(fit.curve, 0), 255, 0.5);
}

}  // namespace
}  // namespace eddy
