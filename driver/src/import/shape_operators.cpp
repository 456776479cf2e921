// SPDX-License-Identifier: Apache-2.0
/// Operators that change names and shapes only, and the arithmetic of shapes that some exporters leave in the graph.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/identity.hpp"
#include "import/importer.hpp"

namespace eddy {
namespace {

using Dims = std::vector<std::int64_t>;

std::int64_t count(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) throw Unsupported(fmt::format("axis {} of {} dimensions", axis, rank));
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

/// The same values under another shape.
Value reshaped(Importer& importer, const Value& value, Dims dims) {
  if (const auto* constant = std::get_if<Constant>(&value)) return Constant{constant->name, dims, constant->values};
  const Activation& activation = std::get<Activation>(value);
  if (count(dims) != count(activation.dims)) {
    throw Unsupported(
        fmt::format("[{}] does not become [{}]", fmt::join(activation.dims, ", "), fmt::join(dims, ", ")));
  }
  const Shape& shape = importer.shape(activation.layer);
  // A row of values stays what it is; planes must be those of the layer, in its order.
  const bool planes = std::ranges::count_if(dims, [](auto d) { return d != 1; }) > 1;
  const Dims natural{1, shape.c, shape.h, shape.w};
  if (planes && dims != natural && dims != activation.dims) {
    const bool possible =
        dims.size() == 4 && dims[0] == 1 && std::ranges::all_of(dims, [](auto d) { return d <= 4095; });
    const Shape wanted =
        possible ? Shape{static_cast<int>(dims[1]), static_cast<int>(dims[2]), static_cast<int>(dims[3])} : Shape{};
    if (!possible || !importer.reshape_input(activation, wanted)) {
      throw Unsupported(
          fmt::format("[{}] becomes [{}]: {}", fmt::join(activation.dims, ", "), fmt::join(dims, ", "),
                      activation.layer == 0 && activation.dims == natural
                          ? "an input of rows and columns keeps them: export the model with the shape that its "
                            "first layer wants, or with a flat one"
                          : "neurons would have to change places"));
    }
  }
  return Activation{activation.layer, dims};
}

const Dims& dims_of(const Value& value) {
  if (const auto* constant = std::get_if<Constant>(&value)) return constant->dims;
  return std::get<Activation>(value).dims;
}

Value pass(Importer&, const Node& node) { return node.value(0); }

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

/// Parts side by side: an identity port for each. Constants of one dimension are joined.
Value concat(Importer& importer, const Node& node) {
  if (node.is_constant(0)) {
    Constant result{node.name(), {0}, {}};
    for (std::size_t i = 0; i < node.inputs(); ++i) {
      if (node.constant(i).dims.size() != 1) throw Unsupported("constants of one dimension only");
      const auto& values = node.constant(i).values;
      result.values.insert(result.values.end(), values.begin(), values.end());
    }
    result.dims[0] = static_cast<std::int64_t>(result.values.size());
    return result;
  }
  GraphLayer layer;
  Dims dims;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    const Activation& part = node.activation(i);
    const Shape& shape = importer.shape(part.layer);
    if (axis_of(node.integer("axis", 1), part.dims.size()) != 1 || part.dims[1] != shape.c) {
      throw Unsupported("joins along rows or columns; channels (axis 1) are supported");
    }
    if (i > 0 && (shape.h != layer.acc.h || shape.w != layer.acc.w || part.dims.size() != dims.size())) {
      throw Unsupported(fmt::format("joins [{}] and [{}]", fmt::join(dims, ", "), fmt::join(part.dims, ", ")));
    }
    layer.ports.push_back(copy_port(part.layer, shape, layer.acc.c));
    layer.acc = {layer.acc.c + shape.c, shape.h, shape.w};
    dims = part.dims;
    dims[1] = layer.acc.c;
  }
  return importer.add(node, std::move(layer), dims);
}

}  // namespace

std::map<std::string, Operator> shape_operators() {
  return {{"Identity", pass},   {"Dropout", pass},    {"Cast", pass},           {"Flatten", flatten},
          {"Reshape", reshape}, {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze}, {"Constant", constant},
          {"Shape", shape},     {"Gather", gather},   {"Concat", concat}};
}

}  // namespace eddy
