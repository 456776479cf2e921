// SPDX-License-Identifier: Apache-2.0
/// Operators that only the end of a network may hold: the host computes them from what the chip gave.
#include "import/dims.hpp"
#include "import/on_the_host.hpp"

namespace eddy {
namespace {

HostTensor host_input(const Importer& importer, const Node& node) {
  if (const auto* tensor = std::get_if<HostTensor>(&node.value(0))) return *tensor;
  return on_the_host(importer, node.activation_in_any_order(0));
}

/// Sizes of the middle and the last of [outer][size][inner], where dimensions [first, end) are the middle.
struct Rows {
  int size = 1, inner = 1;
};
Rows rows_of(const Dims& dims, std::size_t first, std::size_t end) {
  const auto at_dim = [&](std::size_t d) { return dims.begin() + static_cast<std::ptrdiff_t>(d); };
  return {static_cast<int>(count({at_dim(first), at_dim(end)})), static_cast<int>(count({at_dim(end), dims.end()}))};
}

/// Until opset 13 over all dimensions from the axis on, 1 unless told; since then over one, the last unless told.
Value softmax(Importer& importer, const Node& node, bool logarithm) {
  HostTensor tensor = host_input(importer, node);
  const bool one = node.opset() >= 13;
  const std::size_t rank = tensor.dims.size(), axis = axis_of(node.integer("axis", one ? -1 : 1), rank);
  const Rows rows = rows_of(tensor.dims, axis, one ? axis + 1 : rank);
  tensor.steps.emplace_back(Softmax{rows.size, rows.inner, logarithm});
  return tensor;
}

Value arg_max(Importer& importer, const Node& node) {
  HostTensor tensor = host_input(importer, node);
  const std::size_t axis = axis_of(node.integer("axis", 0), tensor.dims.size());
  const Rows rows = rows_of(tensor.dims, axis, axis + 1);
  tensor.steps.emplace_back(ArgMax{rows.size, rows.inner, node.integer("select_last_index", 0) != 0});
  tensor.dims[axis] = 1;
  if (node.integer("keepdims", 1) == 0) tensor.dims.erase(tensor.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  return tensor;
}

}  // namespace

HostTensor on_the_host(const Importer& importer, const Activation& activation) {
  HostTensor tensor{activation.layer, activation.dims, {}};
  if (activation.order != natural_order) {
    const Shape& s = importer.shape(activation.layer);
    Permute step{{s.c, s.h, s.w}, {}};
    for (const PlaneAxis axis : activation.order) step.order.push_back(static_cast<int>(axis));
    tensor.steps.emplace_back(std::move(step));
  }
  if (activation.codes) tensor.steps.emplace_back(Quantise{*activation.codes});
  return tensor;
}

std::map<std::string, Operator> host_operators() {
  return {{"Softmax", [](Importer& importer, const Node& node) { return softmax(importer, node, false); }},
          {"LogSoftmax", [](Importer& importer, const Node& node) { return softmax(importer, node, true); }},
          {"ArgMax", arg_max}};
}

}  // namespace eddy
