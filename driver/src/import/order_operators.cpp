// SPDX-License-Identifier: Apache-2.0
/// Operators that compute nothing: they see neurons in another order, take some of them, or join them.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/dims.hpp"
#include "import/identity.hpp"
#include "import/resample.hpp"

namespace eddy {
namespace {

// ---------------------------------------------------------------- transpose
template <typename T>
std::vector<T> permuted(const std::vector<T>& values, const std::vector<std::size_t>& order) {
  std::vector<T> result;
  for (const std::size_t from : order) result.push_back(values[from]);
  return result;
}

Permute step_of(const Dims& dims, const std::vector<std::size_t>& order) {
  return {{dims.begin(), dims.end()}, {order.begin(), order.end()}};
}

Constant transposed(const Constant& constant, const std::vector<std::size_t>& order) {
  Constant result{constant.name, permuted(constant.dims, order), {}};
  for (const std::size_t from : sources(step_of(constant.dims, order))) result.values.push_back(constant.values[from]);
  result.type = constant.type;
  result.steps = constant.steps;
  if (result.steps) result.steps->axis = at(std::ranges::find(order, result.steps->axis) - order.begin());
  return result;
}

/// The axes of the layer follow the dimensions; those of one element lie anywhere.
Activation transposed(const Importer& importer, const Activation& activation, const std::vector<std::size_t>& order) {
  const auto axes = importer.axes(activation);
  if (!axes) throw Unsupported("it turns dimensions in which rows, columns and channels are joined");
  std::vector<PlaneAxis> turned;
  for (const auto& axis : permuted(*axes, order)) {
    if (axis) turned.push_back(*axis);
  }
  for (const PlaneAxis axis : natural_order) {
    if (std::ranges::find(turned, axis) == turned.end()) turned.push_back(axis);
  }
  Activation result{activation.layer, permuted(activation.dims, order)};
  std::ranges::copy(turned, result.order.begin());
  return importer.settled(std::move(result));
}

Value transpose(Importer& importer, const Node& node) {
  const Value& value = node.value(0);
  const std::size_t rank = dims_of(value).size();
  Dims perm = node.integers("perm", {});
  for (std::size_t d = rank; perm.size() < rank && !node.has("perm"); --d) perm.push_back(static_cast<int>(d) - 1);
  std::vector<std::size_t> order;
  for (const auto d : perm) order.push_back(axis_of(d, rank));
  for (std::size_t d = 0; d < rank; ++d) {
    if (order.size() != rank || std::ranges::count(order, d) != 1)
      throw Unsupported(fmt::format("perm [{}] of {} dimensions", fmt::join(perm, ", "), rank));
  }
  if (const auto* constant = std::get_if<Constant>(&value)) return transposed(*constant, order);
  if (const auto* activation = std::get_if<Activation>(&value)) return transposed(importer, *activation, order);
  HostTensor tensor = std::get<HostTensor>(value);
  tensor.steps.emplace_back(step_of(tensor.dims, order));
  tensor.dims = permuted(tensor.dims, order);
  return tensor;
}

// ---------------------------------------------------------------- parts
/// A layer that copies elements [first, first + count) of a dimension.
Activation part(Importer& importer, const Node& node, const std::string& name, const Activation& input,
                std::size_t dimension, std::int64_t first, std::int64_t count) {
  const auto axes = importer.axes(input);
  const auto axis = axes ? (*axes)[dimension] : std::nullopt;
  if (!axis) {
    throw Unsupported(
        fmt::format("takes a part of dimension {} of [{}], in which rows, columns and channels are joined", dimension,
                    fmt::join(input.dims, ", ")));
  }
  const Shape& shape = importer.shape(input.layer);
  const int begin = static_cast<int>(first), size = static_cast<int>(count);
  Crop crop{0, shape.h, 0, shape.w};
  if (axis == PlaneAxis::rows) crop.y = begin, crop.rows = size;
  if (axis == PlaneAxis::columns) crop.x = begin, crop.columns = size;
  GraphLayer layer = crop_layer(importer, input.layer, crop);
  if (axis == PlaneAxis::channels) {
    layer.acc.c = size;
    layer.ports[0] = copy_port(input.layer, layer.acc);
    layer.ports[0].c_first = begin;
  }
  layer.name = name;
  Activation like = input;
  like.dims[dimension] = count;
  return importer.add_like(node, std::move(layer), like);
}

Results split(Importer& importer, const Node& node) {
  const Activation& input = node.activation_in_any_order(0);
  const std::size_t dimension = axis_of(node.integer("axis", 0), input.dims.size());
  const std::int64_t all = input.dims[dimension], parts = node.proto().output_size();
  Dims sizes = node.opset() >= 13 && node.has_input(1) ? node.constant(1).integers() : node.integers("split", {});
  if (sizes.empty()) {
    const std::int64_t each = (all + parts - 1) / parts;
    for (std::int64_t first = 0; first < all; first += each) sizes.push_back(std::min(each, all - first));
  }
  const bool sensible = std::ranges::all_of(sizes, [&](auto size) { return size >= 1 && size <= all; });
  if (!sensible || static_cast<std::int64_t>(sizes.size()) != parts ||
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != all)
    throw Unsupported(fmt::format("parts of [{}] for {} outputs of {} elements", fmt::join(sizes, ", "), parts, all));
  std::vector<Value> results;
  std::int64_t first = 0;
  for (const auto size : sizes) {
    const std::string& name = node.proto().output(static_cast<int>(results.size()));
    results.emplace_back(part(importer, node, name, input, dimension, first, size));
    first += size;
  }
  return Results(std::move(results));
}

struct Range {
  std::int64_t first = 0, count = 0;
};

/// Bounds of a slice of `size` elements, as ONNX cuts them.
Range range_of(std::int64_t start, std::int64_t end, std::int64_t size) {
  const auto cut = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size); };
  const Range range{cut(start), cut(end) - cut(start)};
  if (range.count < 1) throw Unsupported(fmt::format("elements {} to {} of {}: there is none", start, end, size));
  return range;
}

/// Bounds were attributes until opset 10, and are inputs since.
Value slice(Importer& importer, const Node& node) {
  const auto numbers = [&](std::size_t input, const char* attribute) {
    if (node.opset() < 10) return node.integers(attribute, {});
    return node.has_input(input) ? node.constant(input).integers() : Dims{};
  };
  const Dims starts = numbers(1, "starts"), ends = numbers(2, "ends");
  Dims axes = numbers(3, "axes"), steps = node.opset() < 10 ? Dims{} : numbers(4, "steps");
  for (std::size_t i = axes.size(); axes.size() < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  steps.resize(starts.size(), 1);
  if (starts.size() != ends.size() || starts.size() != axes.size()) throw Unsupported("bounds of different numbers");
  if (std::ranges::any_of(steps, [](auto s) { return s != 1; }))
    throw Unsupported(fmt::format("steps of [{}]; 1 is supported", fmt::join(steps, ", ")));

  if (node.is_constant(0)) {
    const Constant& constant = node.constant(0);
    if (constant.dims.size() != 1 || starts.size() != 1) throw Unsupported("constants of one dimension only");
    const Range range = range_of(starts[0], ends[0], constant.dims[0]);
    const auto first = constant.values.begin() + range.first;
    return Constant{node.name(), {range.count}, {first, first + range.count}};
  }
  Activation result = node.activation_in_any_order(0);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t dimension = axis_of(axes[i], result.dims.size());
    const Range range = range_of(starts[i], ends[i], result.dims[dimension]);
    if (range.count == result.dims[dimension]) continue;
    result = part(importer, node, node.name(), result, dimension, range.first, range.count);
  }
  return result;
}

// ---------------------------------------------------------------- joins
/// One channel has no dimension of its own: of those of 1, it is the one that lies there in the layer's order.
bool joins_channels(const Importer& importer, const Activation& part, std::size_t dimension) {
  const auto axes = importer.axes(part);
  if (!axes) return false;
  if ((*axes)[dimension]) return (*axes)[dimension] == PlaneAxis::channels;
  const Shape& shape = importer.shape(part.layer);
  const std::size_t channels = part.order == natural_order ? 1 : part.dims.size() - 1;
  return shape.c == 1 && dimension == channels;
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
  Activation joined;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    const Activation& part = node.activation_in_any_order(i);
    const Shape& shape = importer.shape(part.layer);
    const std::size_t dimension = axis_of(node.integer("axis", 1), part.dims.size());
    if (!joins_channels(importer, part, dimension))
      throw Unsupported("joins along rows or columns; channels (axis 1) are supported");
    const bool alike = shape.h == layer.acc.h && shape.w == layer.acc.w && part.dims.size() == joined.dims.size() &&
                       part.order == joined.order;
    if (i > 0 && !alike)
      throw Unsupported(fmt::format("joins [{}] and [{}]", fmt::join(joined.dims, ", "), fmt::join(part.dims, ", ")));
    layer.ports.push_back(copy_port(part.layer, shape, layer.acc.c));
    layer.acc = {layer.acc.c + shape.c, shape.h, shape.w};
    joined = part;
    joined.dims[dimension] = layer.acc.c;
  }
  return importer.add_like(node, std::move(layer), joined);
}

}  // namespace

std::map<std::string, Operator> order_operators() {
  return {{"Transpose", transpose}, {"Split", split}, {"Slice", slice}, {"Concat", concat}};
}

}  // namespace eddy
