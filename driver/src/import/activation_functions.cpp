// SPDX-License-Identifier: Apache-2.0
#include "import/activation_functions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace eddy {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

ScalarFunction hard_sigmoid(double alpha, double beta) {
  return {fmt::format("clip({:g} * $ + {:g}, 0, 1)", alpha, beta),
          [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); }};
}

ScalarFunction elu(const Node& node, double gamma, double alpha) {
  const double a = node.real("alpha", static_cast<float>(alpha)), g = node.real("gamma", static_cast<float>(gamma));
  return {"elu($)", [=](double x) { return g * (x > 0 ? x : a * std::expm1(x)); }};
}

ScalarFunction celu(double alpha) {
  return {"celu($)", [=](double x) { return x > 0 ? x : alpha * std::expm1(x / alpha); }};
}

ScalarFunction gelu(const std::string& approximate) {
  if (approximate == "none") {
    return {"gelu($)", [](double x) { return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)); }};
  }
  if (approximate != "tanh") throw Unsupported(fmt::format("the approximation \"{}\"", approximate));
  return {"gelu($)", [](double x) {
            return 0.5 * x * (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x)));
          }};
}

ScalarFunction thresholded_relu(double alpha) {
  if (alpha != 0)
    throw Unsupported(fmt::format("a jump from 0 to {:g} at {:g}, which straight lines cannot follow", alpha, alpha));
  return clip_to(0, unlimited);
}

bool all_equal(const std::vector<float>& values) {
  return std::ranges::all_of(values, [&](float v) { return v == values.front(); });
}

}  // namespace

ScalarFunction affine(double factor, double offset) {
  std::string text = "$";
  if (factor != 1) text = fmt::format("{:g} * {}", factor, text);
  if (offset != 0) text += fmt::format(" {} {:g}", offset < 0 ? '-' : '+', std::abs(offset));
  return {text, [=](double x) { return factor * x + offset; }};
}

ScalarFunction clip_to(double lo, double hi) {
  const auto text = lo == 0 && hi == unlimited ? "relu($)" : fmt::format("clip($, {:g}, {:g})", lo, hi);
  return {text, [=](double x) { return std::min(std::max(x, lo), hi); }};
}

ScalarFunction leaky_relu(double slope) {
  return {fmt::format("leaky_relu($, {:g})", slope), [=](double x) { return x > 0 ? x : slope * x; }};
}

ScalarFunction activation_function(const GraphLayer& layer) {
  ScalarFunction function = layer.curve;
  if (!function) function = layer.has_function() ? clip_to(layer.lo, layer.hi) : affine(1, 0);
  if (!layer.grid) return function;
  const Grid& grid = *layer.grid;
  return after(clip_to(double{grid.step} * grid.lo, double{grid.step} * grid.hi), function);
}

std::optional<ScalarFunction> function_of_source(const GraphLayer& layer, const Shape& source) {
  if (layer.ports.size() != 1 || layer.acc != source) return std::nullopt;
  const GraphPort& port = layer.ports.front();
  if (!port.is_scale() || port.k_count != source.c || !all_equal(port.weights) || !all_equal(layer.bias))
    return std::nullopt;
  return after(activation_function(layer), affine(port.weights.front(), layer.bias.front()));
}

std::optional<ScalarFunction> activation_operator(const Node& node) {
  const std::string& kind = node.proto().op_type();
  if (kind == "LeakyRelu") return leaky_relu(node.real("alpha", 0.01F));
  if (kind == "Sigmoid") return ScalarFunction("sigmoid($)", sigmoid);
  if (kind == "Tanh") return ScalarFunction("tanh($)", [](double x) { return std::tanh(x); });
  if (kind == "HardSigmoid") return hard_sigmoid(node.real("alpha", 0.2F), node.real("beta", 0.5F));
  if (kind == "HardSwish")
    return ScalarFunction("hard_swish($)", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); });
  if (kind == "Elu") return elu(node, 1, 1);
  if (kind == "Selu") return elu(node, 1.05070102214813232421875, 1.67326319217681884765625);
  if (kind == "Celu") return celu(node.real("alpha", 1));
  if (kind == "Softplus") return ScalarFunction("softplus($)", softplus);
  if (kind == "Softsign") return ScalarFunction("softsign($)", [](double x) { return x / (1 + std::abs(x)); });
  if (kind == "Gelu") return gelu(node.text("approximate", "none"));
  if (kind == "Mish") return ScalarFunction("mish($)", [](double x) { return x * std::tanh(softplus(x)); });
  if (kind == "Swish") {
    const double alpha = node.real("alpha", 1);
    return ScalarFunction("swish($)", [=](double x) { return x * sigmoid(alpha * x); });
  }
  if (kind == "ThresholdedRelu") return thresholded_relu(node.real("alpha", 1));
  if (kind == "Erf") return ScalarFunction("erf($)", [](double x) { return std::erf(x); });
  if (kind == "Abs") return ScalarFunction("abs($)", [](double x) { return std::abs(x); });
  if (kind == "Exp") return ScalarFunction("exp($)", [](double x) { return std::exp(x); });
  if (kind == "Log") return ScalarFunction("log($)", [](double x) { return std::log(x); });
  if (kind == "Sqrt") return ScalarFunction("sqrt($)", [](double x) { return std::sqrt(x); });
  if (kind == "Reciprocal") return ScalarFunction("1 / $", [](double x) { return 1 / x; });
  return std::nullopt;
}

}  // namespace eddy
