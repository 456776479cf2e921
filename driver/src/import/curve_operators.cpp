// SPDX-License-Identifier: Apache-2.0
/// Activation functions beyond a range: curves, which the chip follows in straight lines.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "import/activation_functions.hpp"
#include "import/broadcast.hpp"
#include "import/identity.hpp"
#include "import/importer.hpp"
#include "import/scalar_chain.hpp"

namespace eddy {
namespace {

Value curve_operator(Importer& importer, const Node& node) {
  const Activation& input = node.activation_in_any_order(0);
  return curve_layer(importer, node, input, *activation_operator(node));
}

/// One slope for all channels is a curve; else a * x + (1 - a) * relu(x), which is exact.
Value parametric_relu(Importer& importer, const Node& node) {
  const Activation& input = node.activation_in_any_order(0);
  const std::vector<float> slopes = by_channel(importer, input, finite(node.constant(1)));
  const bool one = std::ranges::all_of(slopes, [&](float slope) { return slope == slopes.front(); });
  if (one) return curve_layer(importer, node, input, leaky_relu(slopes.front()));
  GraphLayer positive = copy_layer(importer, input);
  positive.name = node.name() + ".positive";
  positive.lo = 0;
  const Activation relu_part = importer.add_like(node, std::move(positive), input);
  GraphLayer layer = copy_layer(importer, input);
  layer.ports[0].weights = slopes;
  layer.ports.push_back(copy_port(relu_part.layer, layer.acc));
  for (std::size_t c = 0; c < slopes.size(); ++c) layer.ports[1].weights[c] = 1 - slopes[c];
  return importer.add_like(node, std::move(layer), input);
}

Value power(Importer& importer, const Node& node) {
  const Activation& input = node.activation_in_any_order(0);
  const Constant& exponent = finite(node.constant(1));
  if (exponent.values.size() != 1) throw Unsupported("exponents that are not one number");
  const double e = exponent.values.front();
  return curve_layer(importer, node, input, {fmt::format("pow($, {:g})", e), [e](double x) { return std::pow(x, e); }});
}

/// Max and Min of two: with a number a range, of two functions of one activation a curve.
Value extreme(Importer& importer, const Node& node, bool most) {
  if (node.inputs() != 2) throw Unsupported(fmt::format("{} inputs; two are taken", node.inputs()));
  if (node.is_activation(0) && node.is_activation(1)) {
    const auto larger = [](double a, double b) { return std::max(a, b); };
    const auto smaller = [](double a, double b) { return std::min(a, b); };
    std::function<double(double, double)> operation = larger;
    if (!most) operation = smaller;
    auto result = combined_curve(importer, node, node.activation_in_any_order(0), node.activation_in_any_order(1),
                                 most ? "max($, @)" : "min($, @)", operation, false);
    if (!result) throw Unsupported("two activations that are not functions of one and the same");
    return *result;
  }
  const std::size_t constant = node.is_activation(0) ? 1 : 0;
  const Constant& limit = finite(node.constant(constant));
  if (limit.values.size() != 1) throw Unsupported("a limit that is not one number");
  const Activation& input = node.activation_in_any_order(1 - constant);
  GraphLayer layer = copy_layer(importer, input);
  (most ? layer.lo : layer.hi) = static_cast<float>(limit.values.front());
  return importer.add_like(node, std::move(layer), input);
}

Value maximum(Importer& importer, const Node& node) { return extreme(importer, node, true); }
Value minimum(Importer& importer, const Node& node) { return extreme(importer, node, false); }

}  // namespace

std::map<std::string, Operator> curve_operators() {
  std::map<std::string, Operator> result{
      {"PRelu", parametric_relu}, {"Pow", power}, {"Max", maximum}, {"Min", minimum}};
  for (const char* kind :
       {"LeakyRelu", "Sigmoid",  "Tanh",     "HardSigmoid", "HardSwish", "Elu",       "Selu",
        "Celu",      "Softplus", "Softsign", "Gelu",        "Mish",      "Swish",     "ThresholdedRelu",
        "Erf",       "Abs",      "Exp",      "Log",         "Sqrt",      "Reciprocal"})
    result[kind] = curve_operator;
  return result;
}

}  // namespace eddy
