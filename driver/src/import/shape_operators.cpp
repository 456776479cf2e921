// SPDX-License-Identifier: Apache-2.0
/// Operators that change names and shapes only, and the arithmetic of shapes that some exporters leave in the graph.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/dims.hpp"

namespace eddy {
namespace {

Value pass(Importer&, const Node& node) { return node.value(0); }

/// Between real numbers of any size, the chip's are its own; and from whole ones that stand for themselves.
Value cast(Importer&, const Node& node) {
  const auto type = static_cast<onnx::TensorProto::DataType>(node.integer("to", onnx::TensorProto::FLOAT));
  const bool real = type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 ||
                    type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE;
  // What the host gives is whole already (ArgMax), and constants are shapes.
  if (std::holds_alternative<Activation>(node.value(0)) && !real)
    throw Unsupported(fmt::format("to {}; real numbers stay real", onnx::TensorProto::DataType_Name(type)));
  Value result = node.value(0);
  if (auto* activation = std::get_if<Activation>(&result); activation != nullptr && activation->codes) {
    if (activation->codes->grid.step != 1 || activation->codes->zero != 0)
      throw Unsupported("of codes; a DequantizeLinear tells what they stand for");
    activation->codes.reset();
  }
  return result;
}

Value flatten(Importer& importer, const Node& node) {
  const Dims& dims = dims_of(node.value(0));
  const auto axis = node.integer("axis", 1);
  const std::size_t cut = axis == static_cast<std::int64_t>(dims.size()) ? dims.size() : axis_of(axis, dims.size());
  const Dims before(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(cut));
  return reshaped(importer, node.value(0), {count(before), count(dims) / std::max<std::int64_t>(1, count(before))});
}

Value reshape(Importer& importer, const Node& node) {
  const Dims& from = dims_of(node.value(0));
  Dims to = node.constant(1).integers();
  const bool zero_means_zero = node.integer("allowzero", 0) != 0;
  std::ptrdiff_t open = -1;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == 0 && !zero_means_zero && i < from.size()) to[i] = from[i];
    if (to[i] == -1 && open < 0)
      open = static_cast<std::ptrdiff_t>(i);
    else if (to[i] < 1)
      throw Unsupported(fmt::format("a shape of [{}]", fmt::join(to, ", ")));
  }
  if (open >= 0) {
    to[static_cast<std::size_t>(open)] = 1;
    to[static_cast<std::size_t>(open)] = count(from) / count(to);
  }
  return reshaped(importer, node.value(0), to);
}

/// Axes were an attribute until opset 13, and are an input since.
Dims axes_of(const Node& node) { return node.has_input(1) ? node.constant(1).integers() : node.integers("axes", {}); }

Value squeeze(Importer& importer, const Node& node) {
  const Dims& from = dims_of(node.value(0));
  const Dims axes = axes_of(node);
  std::vector<bool> drop(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) drop[i] = axes.empty() && from[i] == 1;
  for (const auto axis : axes) drop[axis_of(axis, from.size())] = true;
  Dims to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (drop[i] && from[i] != 1) throw Unsupported(fmt::format("axis {} has {} elements", i, from[i]));
    if (!drop[i]) to.push_back(from[i]);
  }
  return reshaped(importer, node.value(0), to);
}

Value unsqueeze(Importer& importer, const Node& node) {
  Dims to = dims_of(node.value(0));
  Dims axes = axes_of(node);
  const std::size_t rank = to.size() + axes.size();
  for (auto& axis : axes) axis = static_cast<std::int64_t>(axis_of(axis, rank));
  std::ranges::sort(axes);
  for (const auto axis : axes) {
    if (axis > static_cast<std::int64_t>(to.size())) throw Unsupported("an axis that is named twice");
    to.insert(to.begin() + axis, 1);
  }
  return reshaped(importer, node.value(0), to);
}

Value constant(Importer&, const Node& node) {
  if (const auto* value = node.find("value")) {
    Constant result = constant_from(value->t());
    if (result.name.empty()) result.name = node.name();
    return result;
  }
  if (const auto* value = node.find("value_float")) return Constant{node.name(), {}, {value->f()}};
  if (const auto* value = node.find("value_int")) return Constant{node.name(), {}, {static_cast<double>(value->i())}};
  if (const auto* value = node.find("value_floats")) {
    return Constant{node.name(), {value->floats_size()}, {value->floats().begin(), value->floats().end()}};
  }
  if (const auto* value = node.find("value_ints")) {
    return Constant{node.name(), {value->ints_size()}, {value->ints().begin(), value->ints().end()}};
  }
  throw Unsupported("a value that is neither a tensor nor a number");
}

Value shape(Importer&, const Node& node) {
  const Dims& dims = dims_of(node.value(0));
  Constant result{node.name(), {static_cast<std::int64_t>(dims.size())}, {dims.begin(), dims.end()}};
  if (node.has("start") || node.has("end")) throw Unsupported("a part of a shape");
  return result;
}

Value gather(Importer&, const Node& node) {
  const Constant& data = node.constant(0);
  const Constant& indices = node.constant(1);
  if (data.dims.size() != 1) throw Unsupported("constants of one dimension only");
  Constant result{node.name(), indices.dims, {}};
  for (const auto index : indices.integers()) result.values.push_back(data.values[axis_of(index, data.values.size())]);
  return result;
}

}  // namespace

std::map<std::string, Operator> shape_operators() {
  return {{"Identity", pass},   {"Dropout", pass},    {"Cast", cast},           {"Flatten", flatten},
          {"Reshape", reshape}, {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze}, {"Constant", constant},
          {"Shape", shape},     {"Gather", gather}};
}

}  // namespace eddy
