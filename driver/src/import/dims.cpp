// SPDX-License-Identifier: Apache-2.0
#include "import/dims.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace eddy {
namespace {

/// Is each of the new dimensions one axis of the layer, or are all of them one row?
bool keeps_places(const Importer& importer, Activation activation, const Dims& dims) {
  activation.dims = dims;
  return std::ranges::count_if(dims, [](auto d) { return d != 1; }) <= 1 || importer.axes(activation).has_value();
}

/// Steps along an axis keep their meaning only where the axis stays.
Constant reshaped(Constant constant, Dims dims) {
  constant.dims = std::move(dims);
  if (constant.steps && constant.steps->values.size() > 1) constant.steps.reset();
  return constant;
}

}  // namespace

std::int64_t count(const Dims& dims) {
  std::int64_t result = 1;
  for (const auto dim : dims) {
    if (__builtin_mul_overflow(result, dim, &result)) return std::numeric_limits<std::int64_t>::max();
  }
  return result;
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) throw Unsupported(fmt::format("axis {} of {} dimensions", axis, rank));
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

const Dims& dims_of(const Value& value) {
  if (const auto* constant = std::get_if<Constant>(&value)) return constant->dims;
  if (const auto* tensor = std::get_if<HostTensor>(&value)) return tensor->dims;
  return std::get<Activation>(value).dims;
}

Value reshaped(Importer& importer, const Value& value, Dims dims) {
  if (count(dims) != count(dims_of(value)))
    throw Unsupported(fmt::format("[{}] does not become [{}]", fmt::join(dims_of(value), ", "), fmt::join(dims, ", ")));
  if (const auto* constant = std::get_if<Constant>(&value)) return reshaped(*constant, std::move(dims));
  if (const auto* tensor = std::get_if<HostTensor>(&value)) return HostTensor{tensor->layer, dims, tensor->steps};

  const Activation& activation = std::get<Activation>(value);
  if (dims == activation.dims || keeps_places(importer, activation, dims))
    return Activation{activation.layer, dims, activation.order};
  const bool planes =
      dims.size() == 4 && dims[0] == 1 && std::ranges::all_of(dims, [](auto d) { return d <= max_side; });
  if (planes && activation.layer == 0) {
    const Shape wanted{static_cast<int>(dims[1]), static_cast<int>(dims[2]), static_cast<int>(dims[3])};
    if (!importer.reshape_input(activation, wanted)) {
      throw Unsupported(fmt::format(
          "[{}] becomes [{}]: an input of rows and columns keeps them: export the model with the shape that "
          "its first layer wants, or with a flat one",
          fmt::join(activation.dims, ", "), fmt::join(dims, ", ")));
    }
  }
  return Activation{activation.layer, dims, activation.order};
}

}  // namespace eddy
