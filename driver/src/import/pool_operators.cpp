// SPDX-License-Identifier: Apache-2.0
/// Pools: the largest of a window behind a layer that copies, or a depthwise port of equal weights.
#include <algorithm>
#include <utility>

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
  const Activation input = window_input(importer, node);
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

/// Neighbouring outputs whose windows count as many elements.
struct Segment {
  int first = 0, count = 0, divisor = 0;
};

/// Padding counts where `with_padding`; what a window covers behind it (ceil_mode) never does.
std::vector<Segment> segments(const WindowAxis& axis, int inputs, bool with_padding) {
  const int begin = with_padding ? -axis.pad_before : 0, end = inputs + (with_padding ? axis.pad_behind : 0);
  std::vector<Segment> result;
  for (int o = 0; o < axis.outputs; ++o) {
    int counted = 0;
    for (int k = 0; k < axis.size; ++k) {
      const int i = o * axis.stride - axis.pad_before + k * axis.dilation;
      counted += i >= begin && i < end ? 1 : 0;
    }
    if (counted == 0) throw Unsupported("windows that lie in the padding");
    if (result.empty() || result.back().divisor != counted) result.push_back({o, 0, counted});
    ++result.back().count;
  }
  return result;
}

/// Means of the outputs in two segments.
GraphLayer segment_layer(Importer& importer, const Activation& input, const Window& window, const Segment& y,
                         const Segment& x) {
  Axis rows = window.y.axis(), columns = window.x.axis();
  rows.pad -= y.first * rows.stride;
  columns.pad -= x.first * columns.stride;
  GraphLayer layer = average_layer(importer, input, rows, columns);
  for (float& weight : layer.ports[0].weights) weight = 1.0F / static_cast<float>(y.divisor * x.divisor);
  layer.acc = {importer.shape(input.layer).c, y.count, x.count};
  return layer;
}

/// Windows at the border may have divisors of their own: a layer for each kind of window, and one that joins them.
Value average_pool(Importer& importer, const Node& node) {
  constexpr std::size_t most_layers = 25;
  const Activation input = window_input(importer, node);
  const Shape source = importer.plane(input);
  const Window window = read_window(node, source);
  check_convolution(window);
  const bool with_padding = node.integer("count_include_pad", 0) != 0;
  const auto rows = segments(window.y, source.h, with_padding), columns = segments(window.x, source.w, with_padding);
  if (rows.size() == 1 && columns.size() == 1)
    return importer.add_plane(node, segment_layer(importer, input, window, rows[0], columns[0]), input);
  if (rows.size() * columns.size() > most_layers)
    throw Unsupported("windows at the border have too many divisors: use no padding, or count_include_pad = 1");
  GraphLayer joined;
  joined.acc = {source.c, window.y.outputs, window.x.outputs};
  for (const Segment& y : rows) {
    for (const Segment& x : columns) {
      GraphLayer layer = segment_layer(importer, input, window, y, x);
      layer.name = fmt::format("{}.divisor{}", node.name(), y.divisor * x.divisor);
      const Shape shape = layer.acc;
      GraphPort port = copy_port(importer.add(node, std::move(layer)).layer, shape);
      port.y.pad = y.first;
      port.x.pad = x.first;
      joined.ports.push_back(std::move(port));
    }
  }
  return importer.add_plane(node, std::move(joined), input);
}

Value global_average_pool(Importer& importer, const Node& node) {
  const Activation input = window_input(importer, node);
  const Shape source = importer.plane(input);
  Axis y, x;
  y.taps = source.h;
  x.taps = source.w;
  GraphLayer layer = average_layer(importer, input, y, x);
  layer.acc = {source.c, 1, 1};
  return importer.add_plane(node, std::move(layer), input);
}

/// Over any of rows, columns and channels: a kernel of equal weights, as large as these.
Value reduced(Importer& importer, const Node& node, std::int64_t inputs_since, bool mean) {
  const Activation& input = node.activation_in_any_order(0);
  const auto axes = importer.axes(input);
  Dims over =
      node.opset() >= inputs_since && node.has_input(1) ? node.constant(1).integers() : node.integers("axes", {});
  if (over.empty() && node.integer("noop_with_empty_axes", 0) != 0) return input;
  std::vector<bool> gone(input.dims.size(), over.empty());
  for (const auto axis : over) gone[axis_of(axis, gone.size())] = true;
  const auto reduces = [&](PlaneAxis axis) {
    for (std::size_t d = 0; d < gone.size(); ++d) {
      if (gone[d] && (*axes)[d] == axis) return true;
    }
    return false;
  };
  if (!axes) throw Unsupported("over dimensions in which rows, columns and channels are joined");
  const Shape source = importer.shape(input.layer);
  GraphLayer layer;
  layer.acc = source;
  GraphPort port = copy_port(input.layer, source);
  if (reduces(PlaneAxis::rows)) port.y.taps = std::exchange(layer.acc.h, 1);
  if (reduces(PlaneAxis::columns)) port.x.taps = std::exchange(layer.acc.w, 1);
  std::int64_t elements = std::int64_t{port.y.taps} * port.x.taps;
  port.weights.assign(at(source.c * elements), 1);
  if (reduces(PlaneAxis::channels)) {
    port.depthwise = false;
    port.k_count = layer.acc.c = 1;
    elements *= source.c;
  }
  if (mean) std::ranges::fill(port.weights, 1.0F / static_cast<float>(elements));
  layer.ports.push_back(std::move(port));
  Dims dims;
  for (std::size_t d = 0; d < gone.size(); ++d) {
    if (!gone[d]) dims.push_back(input.dims[d]);
    if (gone[d] && node.integer("keepdims", 1) != 0) dims.push_back(1);
  }
  Activation result = importer.add_like(node, std::move(layer), input);
  result.dims = std::move(dims);
  return result;
}

Value reduce_mean(Importer& importer, const Node& node) { return reduced(importer, node, 18, true); }
Value reduce_sum(Importer& importer, const Node& node) { return reduced(importer, node, 13, false); }

}  // namespace

std::map<std::string, Operator> pool_operators() {
  return {{"MaxPool", max_pool_node},
          {"AveragePool", average_pool},
          {"GlobalAveragePool", global_average_pool},
          {"ReduceMean", reduce_mean},
          {"ReduceSum", reduce_sum}};
}

}  // namespace eddy
