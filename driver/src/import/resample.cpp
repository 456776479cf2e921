// SPDX-License-Identifier: Apache-2.0
#include "import/resample.hpp"

#include <array>

#include <fmt/format.h>

#include "import/identity.hpp"

namespace eddy {
namespace {

/// A part of an axis: the elements of the source that it reads, and how.
struct Part {
  int first = 0, count = 0;
  Axis axis;
  std::vector<float> kernel;
};

/// Output `o` reads the one element there is with weight k = pad - o.
Part end_part(int element, int pad, std::vector<float> kernel) {
  Axis axis;
  axis.taps = static_cast<int>(kernel.size());
  axis.pad = pad;
  return {element, 1, axis, std::move(kernel)};
}

std::vector<Part> parts_of(const RepeatedEnds& sum, int elements) {
  std::vector<Part> parts{{0, elements, sum.axis, sum.kernel}};
  const auto ends = static_cast<int>(sum.first.size());
  if (ends > 0) parts.push_back(end_part(0, ends - 1, {sum.first.rbegin(), sum.first.rend()}));
  if (!sum.last.empty()) parts.push_back(end_part(elements - 1, sum.outputs - 1, sum.last));
  return parts;
}

GraphPort port_of(const Shape& shape, int source, const Part& y, const Part& x) {
  GraphPort port = copy_port(source, shape);
  port.y = y.axis;
  port.x = x.axis;
  port.weights.clear();
  for (int c = 0; c < shape.c; ++c) {
    for (const float wy : y.kernel) {
      for (const float wx : x.kernel) port.weights.push_back(wy * wx);
    }
  }
  return port;
}

}  // namespace

GraphLayer crop_layer(const Importer& importer, int source, const Crop& crop) {
  GraphLayer layer;
  layer.acc = {importer.shape(source).c, crop.rows, crop.columns};
  layer.ports.push_back(copy_port(source, layer.acc));
  layer.ports[0].y.pad = -crop.y;
  layer.ports[0].x.pad = -crop.x;
  return layer;
}

GraphLayer repeated_ends(Importer& importer, const Node& node, const Activation& input, const RepeatedEnds& y,
                         const RepeatedEnds& x) {
  const Shape shape = importer.shape(input.layer);
  GraphLayer layer;
  layer.acc = {shape.c, y.outputs, x.outputs};
  for (const Part& rows : parts_of(y, shape.h)) {
    for (const Part& columns : parts_of(x, shape.w)) {
      int source = input.layer;
      if (rows.count < shape.h || columns.count < shape.w) {
        GraphLayer edge = crop_layer(importer, source, {rows.first, rows.count, columns.first, columns.count});
        edge.name = fmt::format("{}.edge{}", node.name(), layer.ports.size());
        source = importer.add(node, std::move(edge)).layer;
      }
      layer.ports.push_back(port_of(shape, source, rows, columns));
    }
  }
  return layer;
}

}  // namespace eddy
