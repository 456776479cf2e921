// SPDX-License-Identifier: Apache-2.0
/// Pools: the largest of a window behind a layer that copies, or a depthwise port of equal weights.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/dims.hpp"
#include "import/identity.hpp"
#include "import/window.hpp"

namespace eddy {
namespace {

constexpr int max_pool = 5;  // kernel and stride of a folded max-pool

PoolAxis pool_axis(const WindowAxis& axis) {
  if (axis.size > max_pool || axis.stride > max_pool) {
    throw Unsupported(
        fmt::format("a window of {} in steps of {}; at most {} is supported", axis.size, axis.stride, max_pool));
  }
  if (axis.dilation != 1) throw Unsupported("dilated windows");
  if (axis.pad_before >= axis.size || axis.pad_behind >= axis.size)
    throw Unsupported("windows that lie in the padding");
  return {axis.size, axis.stride, axis.pad_before};
}

Value max_pool_node(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Window window = read_window(node, importer.plane(input));
  GraphLayer layer = copy_layer(importer, input);
  layer.pool_y = pool_axis(window.y);
  layer.pool_x = pool_axis(window.x);
  layer.out = {layer.acc.c, window.y.outputs, window.x.outputs};
  return importer.add_plane(node, std::move(layer), input);
}

/// A depthwise port of equal weights.
GraphLayer average_layer(Importer& importer, const Activation& input, const Axis& y, const Axis& x) {
  GraphLayer layer;
  layer.ports.push_back(copy_port(input.layer, importer.shape(input.layer)));
  GraphPort& port = layer.ports[0];
  port.y = y;
  port.x = x;
  port.weights.assign(at(port.k_count) * at(y.taps) * at(x.taps), 1.0F / static_cast<float>(y.taps * x.taps));
  return layer;
}

/// Do all windows lie within what is counted?
bool whole_windows(const WindowAxis& axis, int inputs, bool count_padding) {
  const int last = (axis.outputs - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1;  // end of the last window
  return count_padding ? last <= inputs + axis.pad_before + axis.pad_behind : axis.pad_before == 0 && last <= inputs;
}

Value average_pool(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Shape source = importer.plane(input);
  const Window window = read_window(node, source);
  const bool count_padding = node.integer("count_include_pad", 0) != 0;
  if (!whole_windows(window.y, source.h, count_padding) || !whole_windows(window.x, source.w, count_padding)) {
    throw Unsupported("windows at the border have divisors of their own: use no padding, or count_include_pad = 1");
  }
  check_convolution(window);
  GraphLayer layer = average_layer(importer, input, window.y.axis(), window.x.axis());
  layer.acc = {source.c, window.y.outputs, window.x.outputs};
  return importer.add_plane(node, std::move(layer), input);
}

GraphLayer global_average(Importer& importer, const Activation& input, const Shape& source) {
  Axis y, x;
  y.taps = source.h;
  x.taps = source.w;
  GraphLayer layer = average_layer(importer, input, y, x);
  layer.acc = {source.c, 1, 1};
  return layer;
}

Value global_average_pool(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  return importer.add_plane(node, global_average(importer, input, importer.plane(input)), input);
}

/// Over rows and columns: a global average.
Value reduce_mean(Importer& importer, const Node& node) {
  const Activation& input = node.activation_in_any_order(0);
  const auto axes = importer.axes(input);
  Dims over = node.opset() >= 18 && node.has_input(1) ? node.constant(1).integers() : node.integers("axes", {});
  std::vector<bool> gone(input.dims.size());
  for (const auto axis : over) gone[axis_of(axis, gone.size())] = true;
  for (std::size_t d = 0; d < gone.size(); ++d) {
    const bool plane = axes && (*axes)[d] && (*axes)[d] != PlaneAxis::channels;
    if (!axes || ((*axes)[d] && gone[d] != plane))
      throw Unsupported(
          fmt::format("a mean over axes [{}]; over rows and columns is supported", fmt::join(over, ", ")));
  }
  Activation mean = importer.add_like(node, global_average(importer, input, importer.shape(input.layer)), input);
  Dims dims;
  for (std::size_t d = 0; d < gone.size(); ++d) {
    if (!gone[d]) dims.push_back(input.dims[d]);
    if (gone[d] && node.integer("keepdims", 1) != 0) dims.push_back(1);
  }
  mean.dims = std::move(dims);
  mean.order = natural_order;  // one value for each channel has no other
  return mean;
}

}  // namespace

std::map<std::string, Operator> pool_operators() {
  return {{"MaxPool", max_pool_node},
          {"AveragePool", average_pool},
          {"GlobalAveragePool", global_average_pool},
          {"ReduceMean", reduce_mean}};
}

}  // namespace eddy
