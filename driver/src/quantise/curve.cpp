// SPDX-License-Identifier: Apache-2.0
#include "quantise/curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace eddy {
namespace {

constexpr int most_z = 32767;
constexpr int least_z = -32768;
constexpr int most_node = 32766;             // the difference of two activations of 14 bits is one of 16
constexpr int middle = Curve::segments / 2;  // node at z = 0
constexpr int samples = 2048;                // at which the error is measured
constexpr int octave = 64;                   // widths that are tried from one to its double
constexpr int octaves = 6;
constexpr double trifle = 0.02;  // of a step

class Fitter {
 public:
  Fitter(const ScalarFunction& function, double x_lo, double x_hi, int bits, double scale)
      : function_(function),
        x_lo_(x_lo),
        x_hi_(x_hi),
        scale_(scale),
        shift_(15 - bits),
        most_(std::ldexp(most_node, -shift_) * scale) {
    for (int i = 0; i <= samples; ++i) {
      const double x = x_lo + (x_hi - x_lo) * i / samples;
      samples_.push_back({x, cut(function(x))});
    }
  }

  /// Steps of z that are those of the activation's nodes, times a power of two, draw lines of slope 1 exactly, and the
  /// same for every layer: others have to be better by more than a trifle.
  CurveFit best() const {
    const double reach = std::max(std::abs(x_lo_), std::abs(x_hi_));
    const double whole = (reach > 0 ? reach : 1) / most_z;
    const double node = std::ldexp(scale_, -shift_);
    const int power = static_cast<int>(std::ceil(std::log2(whole / node) - 1e-9));
    CurveFit aligned = with(std::ldexp(node, power));
    for (int i = 1; i <= octaves; ++i) take_better(aligned, with(std::ldexp(node, power - i)));
    CurveFit any = aligned;
    for (int i = -octave / 2; i <= octaves * octave; ++i)
      take_better(any, with(whole * std::exp2(-static_cast<double>(i) / octave)));
    return any.error + trifle * scale_ < aligned.error ? any : aligned;
  }

 private:
  struct Sample {
    double x, y;
  };

  /// What nodes can hold of a value.
  [[nodiscard]] double cut(double y) const { return std::clamp(y, -most_, most_); }

  /// Where the function has no value, the nearest calibrated one.
  [[nodiscard]] double value(double x) const {
    double y = function_(x);
    if (!std::isfinite(y)) y = function_(std::clamp(x, x_lo_, x_hi_));
    return std::isfinite(y) ? cut(y) : 0;
  }

  static void take_better(CurveFit& best, CurveFit fit) {
    if (fit.error < best.error) best = std::move(fit);
  }

  [[nodiscard]] CurveFit with(double sum_scale) const {
    CurveFit fit;
    fit.sum_scale = sum_scale;
    std::vector<double> values;
    for (int i = 0; i <= Curve::segments; ++i)
      values.push_back(value((i - middle) * Curve::width * sum_scale) / scale_);
    fit.curve.shift = shift_;
    if (!set_nodes(fit.curve, values)) {
      --fit.curve.shift;  // halves all steps: now they fit
      set_nodes(fit.curve, values);
    }
    for (const Sample& s : samples_) fit.error = std::max(fit.error, std::abs(at(fit, s.x) - s.y));
    return fit;
  }

  /// False where a step between two nodes exceeds 16 bits.
  static bool set_nodes(Curve& curve, const std::vector<double>& values) {
    curve.nodes.clear();
    bool fits = true;
    for (const double v : values) {
      const auto node = static_cast<std::int16_t>(std::lround(std::ldexp(v, curve.shift)));
      fits = fits && (curve.nodes.empty() || std::abs(node - curve.nodes.back()) <= most_z);
      curve.nodes.push_back(node);
    }
    return fits;
  }

  /// The real value of the line at x.
  [[nodiscard]] double at(const CurveFit& fit, double x) const {
    const double z = std::clamp<double>(std::round(x / fit.sum_scale), least_z, most_z);
    const double place = (z - least_z) / Curve::width;
    const auto segment = static_cast<std::size_t>(place);
    const double from = fit.curve.nodes[segment], to = fit.curve.nodes[segment + 1];
    return std::ldexp(from + (to - from) * (place - std::floor(place)), -fit.curve.shift) * scale_;
  }

  const ScalarFunction& function_;
  double x_lo_, x_hi_;
  double scale_;
  int shift_;
  double most_;  // real value of the largest node
  std::vector<Sample> samples_;
};

}  // namespace

CurveFit fit_curve(const ScalarFunction& function, double x_lo, double x_hi, int bits, double scale) {
  return Fitter(function, x_lo, x_hi, bits, scale).best();
}

}  // namespace eddy
