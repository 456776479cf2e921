// SPDX-License-Identifier: Apache-2.0
/// Operators on each neuron alone: ports that copy, scaled, and a bias.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/activation_functions.hpp"
#include "import/broadcast.hpp"
#include "import/identity.hpp"
#include "import/importer.hpp"
#include "import/scalar_chain.hpp"

namespace eddy {
namespace {

// ---------------------------------------------------------------- constants
/// a * factor + offset, channel by channel.
Value scaled(Importer& importer, const Node& node, const Activation& a, const std::vector<float>& factor,
             std::vector<float> offset) {
  GraphLayer layer = copy_layer(importer, a);
  layer.ports[0].weights = factor;
  layer.bias = std::move(offset);
  return importer.add_like(node, std::move(layer), a);
}

std::vector<float> all(Importer& importer, const Activation& a, float value) {
  return std::vector<float>(at(importer.shape(a.layer).c), value);
}

/// Which of a node's two inputs is the constant; none where both are activations.
std::optional<std::size_t> constant_input(const Node& node) {
  if (node.is_activation(0) && node.is_activation(1)) return std::nullopt;
  return node.is_activation(0) ? 1 : 0;
}

// ---------------------------------------------------------------- sums
/// Adds `b`, times `sign`, to a layer that copies another activation of the same shape.
void add_port(Importer& importer, GraphLayer& layer, const Activation& a, const Activation& b, float sign) {
  if (a.dims != b.dims || a.order != b.order || importer.shape(a.layer) != importer.shape(b.layer)) {
    throw Unsupported(fmt::format("takes shapes [{}] and [{}]; activations are not broadcast", fmt::join(a.dims, ", "),
                                  fmt::join(b.dims, ", ")));
  }
  layer.ports.push_back(copy_port(b.layer, layer.acc));
  for (float& weight : layer.ports.back().weights) weight = sign;
}

Value two(Importer& importer, const Node& node, float sign) {
  const Activation &a = node.activation_in_any_order(0), &b = node.activation_in_any_order(1);
  const auto operation = [sign](double x, double y) { return x + sign * y; };
  if (auto curve = combined_curve(importer, node, a, b, sign > 0 ? "$ + @" : "$ - @", operation, true)) return *curve;
  GraphLayer layer = copy_layer(importer, a);
  add_port(importer, layer, a, b, sign);
  return importer.add_like(node, std::move(layer), a);
}

Value add(Importer& importer, const Node& node) {
  const auto constant = constant_input(node);
  if (!constant) return two(importer, node, 1);
  const Activation& a = node.activation_in_any_order(1 - *constant);
  std::vector<float> offset = by_channel(importer, a, finite(node.constant(*constant)));
  return scaled(importer, node, a, all(importer, a, 1), std::move(offset));
}

Value subtract(Importer& importer, const Node& node) {
  const auto constant = constant_input(node);
  if (!constant) return two(importer, node, -1);
  const Activation& a = node.activation_in_any_order(1 - *constant);
  std::vector<float> offset = by_channel(importer, a, finite(node.constant(*constant)));
  if (*constant == 0) return scaled(importer, node, a, all(importer, a, -1), std::move(offset));
  for (float& value : offset) value = -value;
  return scaled(importer, node, a, all(importer, a, 1), std::move(offset));
}

Value sum(Importer& importer, const Node& node) {
  std::size_t first = 0;
  while (first + 1 < node.inputs() && node.is_constant(first)) ++first;
  const Activation& a = node.activation_in_any_order(first);
  std::vector<float> offset;  // of as many channels as the constants tell apart
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (!node.is_constant(i)) continue;
    const std::vector<float> more = by_channel(importer, a, finite(node.constant(i)));
    offset.resize(more.size(), offset.empty() ? 0.0F : offset.front());
    std::ranges::transform(offset, more, offset.begin(), std::plus<>());
  }
  GraphLayer layer = copy_layer(importer, a);
  layer.bias = std::move(offset);
  for (std::size_t i = first + 1; i < node.inputs(); ++i) {
    if (!node.is_constant(i)) add_port(importer, layer, a, node.activation_in_any_order(i), 1);
  }
  return importer.add_like(node, std::move(layer), a);
}

Value negate(Importer& importer, const Node& node) {
  const Activation& a = node.activation_in_any_order(0);
  return scaled(importer, node, a, all(importer, a, -1), {});
}

// ---------------------------------------------------------------- products
/// A product or quotient of two functions of one activation is a third.
Value curve_of_two(Importer& importer, const Node& node, const std::string& text,
                   const std::function<double(double, double)>& operation) {
  auto curve = combined_curve(importer, node, node.activation_in_any_order(0), node.activation_in_any_order(1), text,
                              operation, false);
  if (!curve) {
    throw Unsupported(
        "a product or quotient of activations: one must be a constant, or both a function of one and the same");
  }
  return *curve;
}

Value multiply(Importer& importer, const Node& node) {
  const auto constant = constant_input(node);
  if (!constant) return curve_of_two(importer, node, "$ * @", std::multiplies<>());
  const Activation& a = node.activation_in_any_order(1 - *constant);
  return scaled(importer, node, a, by_channel(importer, a, finite(node.constant(*constant))), {});
}

Value divide(Importer& importer, const Node& node) {
  const auto constant = constant_input(node);
  if (!constant) return curve_of_two(importer, node, "$ / @", std::divides<>());
  if (*constant == 0) {
    const Constant& dividend = finite(node.constant(0));
    if (dividend.values.size() != 1) throw Unsupported("a division of several numbers by activations");
    const double number = dividend.values.front();
    return curve_layer(importer, node, node.activation_in_any_order(1),
                       {fmt::format("{:g} / $", number), [number](double x) { return number / x; }});
  }
  const Activation& a = node.activation_in_any_order(0);
  std::vector<float> factor = by_channel(importer, a, finite(node.constant(1)));
  if (std::ranges::find(factor, 0.0F) != factor.end()) throw Unsupported("a division by 0");
  for (float& value : factor) value = 1 / value;
  return scaled(importer, node, a, factor, {});
}

Value batch_normalization(Importer& importer, const Node& node) {
  if (node.integer("training_mode", 0) != 0) throw Unsupported("in training mode: export the model for inference");
  if (node.opset() < 9 && node.integer("spatial", 1) == 0) throw Unsupported("statistics for each pixel");
  const Activation& input = node.activation(0);
  const auto channels = at(importer.shape(input.layer).c);
  for (std::size_t i = 1; i <= 4; ++i) {
    if (finite(node.constant(i)).values.size() != channels)
      throw Unsupported(fmt::format("{} statistics for {} channels", node.constant(i).values.size(), channels));
  }
  if (input.dims.size() < 2 || input.dims[1] != importer.shape(input.layer).c)
    throw Unsupported("an input without channels");
  const auto &scale = node.constant(1).values, &offset = node.constant(2).values;
  const auto &mean = node.constant(3).values, &variance = node.constant(4).values;
  GraphLayer layer = copy_layer(importer, input);
  for (std::size_t c = 0; c < channels; ++c) {
    const double spread = variance[c] + node.real("epsilon", 1e-5F);
    if (!(spread > 0)) throw Unsupported(fmt::format("a variance of {} in channel {}", variance[c], c));
    const double factor = scale[c] / std::sqrt(spread);
    layer.ports[0].weights[c] = static_cast<float>(factor);
    layer.bias.push_back(static_cast<float>(offset[c] - mean[c] * factor));
  }
  return importer.add_like(node, std::move(layer), input);
}

}  // namespace

std::map<std::string, Operator> elementwise_operators() {
  return {{"Add", add},
          {"Sub", subtract},
          {"Sum", sum},
          {"Neg", negate},
          {"Mul", multiply},
          {"Div", divide},
          {"BatchNormalization", batch_normalization}};
}

}  // namespace eddy
