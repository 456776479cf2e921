// SPDX-License-Identifier: Apache-2.0
/// Operators that change the plane and compute nothing: padding, and nearest neighbours at whole factors.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/identity.hpp"
#include "import/importer.hpp"

namespace eddy {
namespace {

/// Zeros around rows and columns: a copy whose kernel lies in the padding there.
Value pad(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Shape source = importer.plane(input);
  if (const std::string mode = node.text("mode", "constant"); mode != "constant")
    throw Unsupported(fmt::format("mode {}; constant zeros are supported", mode));
  const bool attributes = node.opset() < 11;
  if (!attributes && node.has_input(3)) throw Unsupported("axes as an input");
  const double value = attributes                                              ? node.real("value", 0)
                       : node.has_input(2) && !node.constant(2).values.empty() ? node.constant(2).values[0]
                                                                               : 0.0;
  if (value != 0) throw Unsupported(fmt::format("padding by {}; zeros are supported", value));
  const auto pads = attributes ? node.integers("pads", {}) : node.constant(1).integers();
  if (pads.size() != 8) throw Unsupported(fmt::format("{} pads; eight are taken", pads.size()));
  if (pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0) throw Unsupported("padding of batch or channels");
  constexpr std::int64_t most = 1024;
  if (std::ranges::any_of(pads, [](auto p) { return p < 0 || p > most; }))
    throw Unsupported(fmt::format("pads [{}]; from 0 to {} are supported", fmt::join(pads, ", "), most));
  GraphLayer layer = copy_layer(importer, input);
  layer.ports[0].y.pad = static_cast<int>(pads[2]);
  layer.ports[0].x.pad = static_cast<int>(pads[3]);
  layer.acc = {source.c, static_cast<int>(source.h + pads[2] + pads[6]),
               static_cast<int>(source.w + pads[3] + pads[7])};
  layer.out = layer.acc;
  return importer.add(node, std::move(layer));
}

// ---------------------------------------------------------------- larger
constexpr int most_factor = 4;  // outputs of an input on an axis, and the step of a transposed port

/// Each element becomes a block of fy x fx equal ones: a depthwise transposed port of ones.
Value repeated(Importer& importer, const Node& node, const Activation& input, int fy, int fx) {
  const Shape source = importer.plane(input);
  GraphLayer layer = copy_layer(importer, input);
  if (fy == 1 && fx == 1) return importer.add(node, std::move(layer));
  GraphPort& port = layer.ports[0];
  port.y = {fy, 1, 1, 0, true, fy};
  port.x = {fx, 1, 1, 0, true, fx};
  port.weights.assign(at(source.c) * at(fy) * at(fx), 1.0F);
  layer.acc = {source.c, source.h * fy, source.w * fx};
  return importer.add(node, std::move(layer));
}

int whole(double factor) {
  const int result = static_cast<int>(std::lround(std::clamp(factor, 0.0, 1e6)));
  if (std::abs(factor - result) > 1e-6 || result < 1 || result > most_factor)
    throw Unsupported(fmt::format("a factor of {}; whole ones from 1 to {} are supported", factor, most_factor));
  return result;
}

Value by_scales(Importer& importer, const Node& node, const Activation& input, const std::vector<double>& scales) {
  if (scales.size() != 4 || scales[0] != 1 || scales[1] != 1)
    throw Unsupported(fmt::format("scales [{}]; rows and columns are scaled", fmt::join(scales, ", ")));
  return repeated(importer, node, input, whole(scales[2]), whole(scales[3]));
}

Value upsample(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  if (const std::string mode = node.text("mode", "nearest"); mode != "nearest")
    throw Unsupported(fmt::format("mode {}; nearest is supported", mode));
  if (node.opset() >= 9) return by_scales(importer, node, input, finite(node.constant(1)).values);
  const auto* scales = node.find("scales");
  if (scales == nullptr) throw Unsupported("no scales");
  return by_scales(importer, node, input, {scales->floats().begin(), scales->floats().end()});
}

/// Is the nearest element of output o, at whole factor f, always o / f, rounded down?
bool rounds_down(const Node& node, int factor) {
  if (node.opset() == 10) return true;
  const std::string where = node.text("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = node.text("nearest_mode", "round_prefer_floor");
  const bool half = where == "half_pixel" || where == "pytorch_half_pixel" || where == "half_pixel_symmetric";
  // Half pixels lie less than half an element from the middle, on either side.
  if (half) return rounding == "round_prefer_floor" || rounding == "round_prefer_ceil";
  return where == "asymmetric" && (rounding == "floor" || (rounding == "round_prefer_floor" && factor <= 2));
}

Value resize(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Shape source = importer.plane(input);
  if (const std::string mode = node.text("mode", "nearest"); mode != "nearest")
    throw Unsupported(fmt::format("mode {}; nearest is supported", mode));
  if (node.has("axes")) throw Unsupported("axes: export the model with scales of all four dimensions");
  std::vector<double> scales;
  const std::size_t at_scales = node.opset() >= 11 ? 2 : 1;
  if (node.has_input(at_scales)) scales = finite(node.constant(at_scales)).values;
  if (scales.empty()) {
    const auto sizes = node.constant(3).integers();
    if (sizes.size() != 4 || sizes[1] != source.c)
      throw Unsupported(fmt::format("sizes [{}] for {} channels", fmt::join(sizes, ", "), source.c));
    if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch")
      throw Unsupported("an aspect ratio that is kept");
    scales = {1, 1, static_cast<double>(sizes[2]) / source.h, static_cast<double>(sizes[3]) / source.w};
  }
  if (scales.size() == 4 && (!rounds_down(node, whole(scales[2])) || !rounds_down(node, whole(scales[3]))))
    throw Unsupported(
        "a way of rounding that does not give blocks of equal elements: export it with asymmetric and floor");
  return by_scales(importer, node, input, scales);
}

}  // namespace

std::map<std::string, Operator> resize_operators() {
  return {{"Pad", pad}, {"Upsample", upsample}, {"Resize", resize}};
}

}  // namespace eddy
