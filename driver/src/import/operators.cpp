// SPDX-License-Identifier: Apache-2.0
/// Operators that compute: each becomes one layer, a sum of ports.
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
  if (node.has_input(2)) {
    const Constant& bias = finite(node.constant(2));
    if (bias.values.size() != at(outputs))
      throw Unsupported(fmt::format("{} biases for {} channels", bias.values.size(), outputs));
    layer.bias.assign(bias.values.begin(), bias.values.end());
  }
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

// ---------------------------------------------------------------- sums
/// One number for each channel of the activation, from a constant that is broadcast to it.
std::vector<float> by_channel(Importer& importer, const Activation& input, const Constant& constant) {
  const Shape& shape = importer.shape(input.layer);
  std::vector<std::int64_t> dims = constant.dims;
  while (dims.size() < input.dims.size()) dims.insert(dims.begin(), 1);
  const bool flat = shape.h == 1 && shape.w == 1;
  std::vector<std::int64_t> wanted(input.dims.size(), 1);
  const std::size_t channel = flat && input.dims.size() < 4 ? input.dims.size() - 1 : 1;
  if (input.dims[channel] != shape.c && constant.values.size() != 1)
    throw Unsupported("adds a constant to values without channels");
  wanted[channel] = shape.c;
  if (constant.values.size() != 1 && dims != wanted) {
    throw Unsupported(fmt::format("adds a constant of shape [{}]; one number for each channel is supported",
                                  fmt::join(constant.dims, ", ")));
  }
  std::vector<float> result;
  for (std::size_t c = 0; c < at(shape.c); ++c)
    result.push_back(static_cast<float>(constant.values[constant.values.size() == 1 ? 0 : c]));
  return result;
}

Value add(Importer& importer, const Node& node) {
  if (node.is_activation(0) != node.is_activation(1)) {
    const std::size_t which = node.is_activation(0) ? 0 : 1;
    const Activation& input = node.activation(which);
    GraphLayer layer = copy_layer(importer, input);
    layer.bias = by_channel(importer, input, finite(node.constant(1 - which)));
    return importer.add(node, std::move(layer), input.dims);
  }
  const Activation &a = node.activation(0), &b = node.activation(1);
  if (a.dims != b.dims || importer.shape(a.layer) != importer.shape(b.layer)) {
    throw Unsupported(fmt::format("adds shapes [{}] and [{}]; activations are not broadcast", fmt::join(a.dims, ", "),
                                  fmt::join(b.dims, ", ")));
  }
  GraphLayer layer = copy_layer(importer, a);
  layer.ports.push_back(copy_port(b.layer, layer.acc));
  return importer.add(node, std::move(layer), a.dims);
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
  return importer.add(node, std::move(layer), input.dims);
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
  return {{"Conv", conv}, {"Gemm", gemm}, {"MatMul", matmul}, {"Add", add}, {"BatchNormalization", batch_normalization},
          {"Relu", relu}, {"Clip", clip}};
}

}  // namespace eddy
