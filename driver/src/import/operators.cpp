// SPDX-License-Identifier: Apache-2.0
/// Convolutions, dense layers and activations: each becomes one layer, a sum of ports.
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

Value conv(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Constant& weights = finite(node.constant(1));
  if (weights.dims.size() != 4)
    throw Unsupported(fmt::format("{} dimensions; two are supported", static_cast<int>(weights.dims.size()) - 2));
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
  for (std::int64_t g = 0; g < ports; ++g) {
    port.c_first = static_cast<int>(g) * port.c_count;
    port.k_first = static_cast<int>(g) * port.k_count;
    const double* first = weights.values.data() + at(g) * size;
    port.weights.assign(first, first + size);
    layer.ports.push_back(port);
  }
  layer.bias = read_bias(node, outputs);
  return importer.add(node, std::move(layer));
}

/// Every input meets all taps: output o = i * stride - pad + k * dilation.
Value conv_transpose(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Constant& weights = finite(node.constant(1));  // [inputs][outputs / groups][rows][columns]
  if (weights.dims.size() != 4)
    throw Unsupported(fmt::format("{} dimensions; two are supported", static_cast<int>(weights.dims.size()) - 2));
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
  for (std::int64_t g = 0; g < ports; ++g) {
    port.c_first = static_cast<int>(g) * port.c_count;
    port.k_first = static_cast<int>(g) * port.k_count;
    const double* first = weights.values.data() + at(port.c_first) * at(each) * taps;
    port.weights.assign(first, first + at(port.c_count) * at(each) * taps);
    if (!port.depthwise) port.weights = outputs_first(port.weights, at(port.c_count), at(each), taps);
    layer.ports.push_back(port);
  }
  layer.bias = read_bias(node, outputs);
  return importer.add(node, std::move(layer));
}

// ---------------------------------------------------------------- dense
/// `weight(k, n)`: from input n (in the order of the model) to output k. The kernel is the whole input.
template <typename Weight>
GraphLayer dense_layer(Importer& importer, const Activation& input, std::int64_t outputs, Weight weight) {
  const Shape& source = importer.shape(input.layer);
  GraphLayer layer;
  layer.acc = {static_cast<int>(outputs), 1, 1};
  GraphPort port;
  port.source = input.layer;
  port.c_count = source.c;
  port.k_count = static_cast<int>(outputs);
  port.y.taps = source.h;
  port.x.taps = source.w;
  for (std::int64_t k = 0; k < outputs; ++k) {
    for (std::int64_t n = 0; n < source.count(); ++n) port.weights.push_back(static_cast<float>(weight(k, n)));
  }
  layer.ports.push_back(std::move(port));
  return layer;
}

/// Checks that the input is a row of `inputs` values.
void check_row(const Activation& input, std::int64_t inputs) {
  const bool row = std::all_of(input.dims.begin(), input.dims.end() - 1, [](auto d) { return d == 1; });
  if (!row || input.dims.back() != inputs) {
    throw Unsupported(fmt::format("input of shape [{}] for weights of {} inputs; [1, {}] is taken",
                                  fmt::join(input.dims, ", "), inputs, inputs));
  }
}

Value gemm(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Constant& weights = finite(node.constant(1));
  if (weights.dims.size() != 2) throw Unsupported("weights that are no matrix");
  if (node.integer("transA", 0) != 0) throw Unsupported("a transposed input");
  const bool transposed = node.integer("transB", 0) != 0;
  const auto inputs = weights.dims[transposed ? 1 : 0], outputs = weights.dims[transposed ? 0 : 1];
  check_row(input, inputs);
  const double alpha = node.real("alpha", 1), beta = node.real("beta", 1);
  GraphLayer layer = dense_layer(importer, input, outputs, [&](auto k, auto n) {
    return alpha * weights.values[at(transposed ? k * inputs + n : n * outputs + k)];
  });
  if (node.has_input(2)) {
    const Constant& bias = finite(node.constant(2));
    if (bias.values.size() != 1 && bias.values.size() != at(outputs))
      throw Unsupported(fmt::format("{} biases for {} outputs", bias.values.size(), outputs));
    for (std::size_t k = 0; k < at(outputs); ++k) {
      layer.bias.push_back(static_cast<float>(beta * bias.values[bias.values.size() == 1 ? 0 : k]));
    }
  }
  return importer.add(node, std::move(layer), {1, outputs});
}

Value matmul(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Constant& weights = finite(node.constant(1));
  if (weights.dims.size() != 2) throw Unsupported("weights that are no matrix");
  const auto inputs = weights.dims[0], outputs = weights.dims[1];
  check_row(input, inputs);
  auto dims = input.dims;
  dims.back() = outputs;
  return importer.add(
      node, dense_layer(importer, input, outputs, [&](auto k, auto n) { return weights.values[at(n * outputs + k)]; }),
      dims);
}

// ---------------------------------------------------------------- activations
Value clipped(Importer& importer, const Node& node, float lo, float hi) {
  if (!(lo <= hi)) throw Unsupported(fmt::format("a range from {} to {}", lo, hi));
  const Activation& input = node.activation(0);
  GraphLayer layer = copy_layer(importer, input);
  layer.lo = lo;
  layer.hi = hi;
  return importer.add(node, std::move(layer), input.dims);
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
  return {{"Conv", conv}, {"ConvTranspose", conv_transpose}, {"Gemm", gemm}, {"MatMul", matmul}, {"Relu", relu},
          {"Clip", clip}};
}

}  // namespace eddy
