// SPDX-License-Identifier: Apache-2.0
/// Dense layers: one port whose kernel is the whole input, or one element of it.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/importer.hpp"
#include "import/on_the_host.hpp"

namespace eddy {
namespace {

/// Where each value of the layer, [c][h][w], lies in the order of the model.
std::vector<std::size_t> places(const Importer& importer, const Activation& input) {
  std::vector<std::size_t> result(at(importer.shape(input.layer).count()));
  std::iota(result.begin(), result.end(), std::size_t{0});
  for (const HostStep& step : on_the_host(importer, input).steps) {
    const auto from = sources(std::get<Permute>(step));
    for (std::size_t i = 0; i < from.size(); ++i) result[from[i]] = i;
  }
  return result;
}

/// `weight(k, n)`: from input n (in the order of the model) to output k. The kernel is the whole input.
template <typename Weight>
GraphLayer dense_layer(Importer& importer, const Activation& input, std::int64_t outputs, Weight weight) {
  const Shape& source = importer.shape(input.layer);
  const std::vector<std::size_t> place = places(importer, input);
  GraphLayer layer;
  layer.acc = {static_cast<int>(outputs), 1, 1};
  GraphPort port;
  port.source = input.layer;
  port.c_count = source.c;
  port.k_count = static_cast<int>(outputs);
  port.y.taps = source.h;
  port.x.taps = source.w;
  for (std::int64_t k = 0; k < outputs; ++k) {
    for (const std::size_t n : place)
      port.weights.push_back(static_cast<float>(weight(k, static_cast<std::int64_t>(n))));
  }
  layer.ports.push_back(std::move(port));
  return layer;
}

/// The same weights at each place: a convolution of 1x1.
template <typename Weight>
GraphLayer dense_at_each_place(Importer& importer, const Activation& input, std::int64_t outputs, Weight weight) {
  GraphLayer layer;
  layer.acc = importer.shape(input.layer);
  GraphPort port;
  port.source = input.layer;
  port.c_count = layer.acc.c;
  port.k_count = layer.acc.c = static_cast<int>(outputs);
  for (std::int64_t k = 0; k < outputs; ++k) {
    for (std::int64_t c = 0; c < port.c_count; ++c) port.weights.push_back(static_cast<float>(weight(k, c)));
  }
  layer.ports.push_back(std::move(port));
  return layer;
}

/// Checks that the input is a row of `inputs` values.
void check_row(const Activation& input, std::int64_t inputs) {
  const auto& dims = input.dims;
  const bool row = !dims.empty() && dims.back() == inputs &&
                   std::all_of(dims.begin(), dims.end() - 1, [](auto d) { return d == 1; });
  if (!row) {
    throw Unsupported(fmt::format("input of shape [{}] for weights of {} inputs; [1, {}] is taken",
                                  fmt::join(dims, ", "), inputs, inputs));
  }
}

Value gemm(Importer& importer, const Node& node) {
  const Activation& input = node.activation_in_any_order(0);
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
  layer.ports[0].steps = weights.steps_along(transposed ? 0 : 1, at(outputs));
  for (double& step : layer.ports[0].steps) step *= std::abs(alpha);
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
  const Activation& input = node.activation_in_any_order(0);
  const Constant& weights = finite(node.constant(1));
  if (weights.dims.size() != 2) throw Unsupported("weights that are no matrix");
  const auto inputs = weights.dims[0], outputs = weights.dims[1];
  const auto weight = [&](auto k, auto n) { return weights.values[at(n * outputs + k)]; };
  const auto axes = importer.axes(input);
  const bool places = axes && !axes->empty() && axes->back() == PlaneAxis::channels && input.dims.back() == inputs;
  if (!places) check_row(input, inputs);
  Activation result = input;
  result.dims.back() = outputs;
  GraphLayer layer =
      places ? dense_at_each_place(importer, input, outputs, weight) : dense_layer(importer, input, outputs, weight);
  layer.ports[0].steps = weights.steps_along(1, at(outputs));
  if (places) return importer.add_like(node, std::move(layer), result);
  return importer.add(node, std::move(layer), result.dims);
}

}  // namespace

std::map<std::string, Operator> dense_operators() { return {{"Gemm", gemm}, {"MatMul", matmul}}; }

}  // namespace eddy
