// SPDX-License-Identifier: Apache-2.0
/// Convolutions and activations: each becomes one layer, a sum of ports.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/identity.hpp"
#include "import/importer.hpp"
#include "import/window.hpp"

namespace eddy {
namespace {

// ---------------------------------------------------------------- convolution
/// One number for each output channel; nothing where the node has none.
std::vector<float> read_bias(const Node& node, std::int64_t outputs) {
  if (!node.has_input(2)) return {};
  const Constant& bias = finite(node.constant(2));
  if (bias.values.size() != at(outputs))
    throw Unsupported(fmt::format("{} biases for {} channels", bias.values.size(), outputs));
  return {bias.values.begin(), bias.values.end()};
}

/// Weights [c][k][taps] as [k][c][taps].
std::vector<float> outputs_first(const std::vector<float>& weights, std::size_t inputs, std::size_t outputs,
                                 std::size_t taps) {
  std::vector<float> result(weights.size());
  for (std::size_t c = 0; c < inputs; ++c) {
    for (std::size_t k = 0; k < outputs; ++k) {
      for (std::size_t t = 0; t < taps; ++t)
        result[(k * inputs + c) * taps + t] = weights[(c * outputs + k) * taps + t];
    }
  }
  return result;
}

/// Weights [][][rows][columns]; those of one dimension have one row.
Constant plane_weights(const Node& node, const Activation& input) {
  Constant weights = finite(node.constant(1));
  if (weights.dims.size() != input.dims.size())
    throw Unsupported(fmt::format("weights [{}] for an input of shape [{}]", fmt::join(weights.dims, ", "),
                                  fmt::join(input.dims, ", ")));
  if (weights.dims.size() != 3 && weights.dims.size() != 4)
    throw Unsupported(
        fmt::format("{} dimensions; one and two are supported", static_cast<int>(weights.dims.size()) - 2));
  if (weights.dims.size() == 3) weights.dims.insert(weights.dims.begin() + 2, 1);
  return weights;
}

Value conv(Importer& importer, const Node& node) {
  const Activation input = window_input(importer, node);
  const Constant weights = plane_weights(node, input);
  const Shape source = importer.plane(input);
  const auto groups = node.integer("group", 1);
  const auto outputs = weights.dims[0], each = weights.dims[1];
  if (groups < 1 || outputs < 1 || outputs % groups != 0 || each * groups != source.c) {
    throw Unsupported(fmt::format("weights [{}] in {} groups do not fit {} input channels",
                                  fmt::join(weights.dims, ", "), groups, source.c));
  }
  const Window window =
      read_window(node, source, {static_cast<int>(weights.dims[2]), static_cast<int>(weights.dims[3])});
  if (window.y.size != weights.dims[2] || window.x.size != weights.dims[3])
    throw Unsupported("kernel_shape differs from the weights");
  check_convolution(window);

  GraphLayer layer;
  layer.acc = {static_cast<int>(outputs), window.y.outputs, window.x.outputs};
  // With three or more than four outputs to a channel, events would touch parts of words: a port for each channel
  // instead.
  const auto multiplier = outputs / groups;
  const bool depthwise = groups == source.c && groups > 1 && (multiplier == 1 || multiplier == 2 || multiplier == 4);
  GraphPort port;
  port.source = input.layer;
  port.y = window.y.axis();
  port.x = window.x.axis();
  port.depthwise = depthwise;
  const auto ports = depthwise ? 1 : groups;
  port.c_count = static_cast<int>(source.c / ports);
  port.k_count = static_cast<int>(outputs / ports);
  const std::size_t size = weights.values.size() / at(ports);
  const std::vector<double> steps = weights.steps_along(0, at(outputs));
  for (std::int64_t g = 0; g < ports; ++g) {
    port.c_first = static_cast<int>(g) * port.c_count;
    port.k_first = static_cast<int>(g) * port.k_count;
    const double* first = weights.values.data() + at(g) * size;
    port.weights.assign(first, first + size);
    if (!steps.empty()) {
      const auto step = steps.begin() + port.k_first;
      port.steps.assign(step, step + port.k_count);
    }
    layer.ports.push_back(port);
  }
  layer.bias = read_bias(node, outputs);
  return importer.add_plane(node, std::move(layer), input);
}

/// Every input meets all taps: output o = i * stride - pad + k * dilation.
Value conv_transpose(Importer& importer, const Node& node) {
  const Activation input = window_input(importer, node);
  const Constant weights = plane_weights(node, input);  // [inputs][outputs / groups][rows][columns]
  const Shape source = importer.plane(input);
  const auto groups = node.integer("group", 1);
  const auto inputs = weights.dims[0], each = weights.dims[1];
  if (groups < 1 || inputs != source.c || inputs % groups != 0 || each < 1) {
    throw Unsupported(fmt::format("weights [{}] in {} groups do not fit {} input channels",
                                  fmt::join(weights.dims, ", "), groups, source.c));
  }
  const Window window =
      read_transposed_window(node, source, {static_cast<int>(weights.dims[2]), static_cast<int>(weights.dims[3])});
  if (window.y.size != weights.dims[2] || window.x.size != weights.dims[3])
    throw Unsupported("kernel_shape differs from the weights");

  GraphLayer layer;
  const auto outputs = each * groups;
  layer.acc = {static_cast<int>(outputs), window.y.outputs, window.x.outputs};
  GraphPort port;
  port.source = input.layer;
  port.y = window.y.transposed_axis();
  port.x = window.x.transposed_axis();
  port.depthwise = groups == source.c && groups > 1 && (each == 1 || each == 2 || each == 4);
  const auto ports = port.depthwise ? 1 : groups;
  port.c_count = static_cast<int>(inputs / ports);
  port.k_count = static_cast<int>(outputs / ports);
  const std::size_t taps = at(weights.dims[2] * weights.dims[3]);
  const std::vector<double> steps = weights.steps_along(1, at(each));
  for (std::int64_t g = 0; g < ports; ++g) {
    port.c_first = static_cast<int>(g) * port.c_count;
    port.k_first = static_cast<int>(g) * port.k_count;
    port.steps.clear();
    const double* first = weights.values.data() + at(port.c_first) * at(each) * taps;
    port.weights.assign(first, first + at(port.c_count) * at(each) * taps);
    for (std::size_t k = 0; k < at(port.k_count) && !steps.empty(); ++k) port.steps.push_back(steps[k % steps.size()]);
    if (!port.depthwise) port.weights = outputs_first(port.weights, at(port.c_count), at(each), taps);
    layer.ports.push_back(port);
  }
  layer.bias = read_bias(node, outputs);
  return importer.add_plane(node, std::move(layer), input);
}

// ---------------------------------------------------------------- activations
Value clipped(Importer& importer, const Node& node, float lo, float hi) {
  if (!(lo <= hi)) throw Unsupported(fmt::format("a range from {} to {}", lo, hi));
  const Activation& input = node.activation_in_any_order(0);
  GraphLayer layer = copy_layer(importer, input);
  layer.lo = lo;
  layer.hi = hi;
  return importer.add_like(node, std::move(layer), input);
}

Value relu(Importer& importer, const Node& node) { return clipped(importer, node, 0, unlimited); }

/// Limits were attributes until opset 11, and are inputs since.
Value clip(Importer& importer, const Node& node) {
  const auto limit = [&](std::size_t input, const char* attribute, float otherwise) {
    if (node.opset() < 11) return node.real(attribute, otherwise);
    if (!node.has_input(input)) return otherwise;
    if (node.constant(input).values.size() != 1) throw Unsupported("limits that are not single numbers");
    return static_cast<float>(node.constant(input).values[0]);
  };
  // The largest float means no limit.
  const auto open = [](float v) {
    return std::abs(v) >= std::numeric_limits<float>::max() ? std::copysign(unlimited, v) : v;
  };
  return clipped(importer, node, open(limit(1, "min", -unlimited)), open(limit(2, "max", unlimited)));
}

}  // namespace

std::map<std::string, Operator> layer_operators() {
  return {{"Conv", conv}, {"ConvTranspose", conv_transpose}, {"Relu", relu}, {"Clip", clip}};
}

}  // namespace eddy
