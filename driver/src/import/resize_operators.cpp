// SPDX-License-Identifier: Apache-2.0
/// Operators that change the plane: padding, and larger pictures at whole factors.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/dims.hpp"
#include "import/identity.hpp"
#include "import/resample.hpp"

namespace eddy {
namespace {

/// Elements before and behind the plane, cut off where negative.
struct Pads {
  int above = 0, left = 0, below = 0, right = 0;
  [[nodiscard]] bool grow() const { return above >= 0 && left >= 0 && below >= 0 && right >= 0; }
};

/// Pads are [before each axis, behind each axis]; axes were all of them until opset 18.
Pads read_pads(const Node& node, std::size_t rank) {
  const bool attributes = node.opset() < 11;
  const Dims pads = attributes ? node.integers("pads", {}) : node.constant(1).integers();
  Dims axes;
  if (!attributes && node.has_input(3)) {
    axes = node.constant(3).integers();
  } else {
    for (std::size_t d = 0; d < rank; ++d) axes.push_back(static_cast<std::int64_t>(d));
  }
  if (pads.size() != 2 * axes.size()) throw Unsupported(fmt::format("{} pads for {} axes", pads.size(), axes.size()));
  constexpr std::int64_t most = 1024;
  Pads result;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t before = pads[i], behind = pads[i + axes.size()];
    if (std::max(std::abs(before), std::abs(behind)) > most)
      throw Unsupported(fmt::format("pads [{}]; up to {} are supported", fmt::join(pads, ", "), most));
    const std::size_t from_last = rank - 1 - axis_of(axes[i], rank);
    if (from_last == 0) result.left = static_cast<int>(before), result.right = static_cast<int>(behind);
    if (from_last == 1 && rank == 4) result.above = static_cast<int>(before), result.below = static_cast<int>(behind);
    if (from_last + 2 >= rank && (before != 0 || behind != 0)) throw Unsupported("padding of batch or channels");
  }
  return result;
}

/// Zeros: a copy whose kernel lies in the padding there.
GraphLayer pad_by_zeros(const Importer& importer, const Activation& input, const Pads& pads) {
  const Shape& source = importer.shape(input.layer);
  GraphLayer layer =
      crop_layer(importer, input.layer,
                 {-pads.above, source.h + pads.above + pads.below, -pads.left, source.w + pads.left + pads.right});
  if (layer.acc.h < 1 || layer.acc.w < 1) throw Unsupported("it cuts everything off");
  return layer;
}

/// What lies at the edge, on one axis.
RepeatedEnds edge(int inputs, int before, int behind) {
  constexpr int most = 11;  // outputs that an element meets
  if (std::max(before, behind) > most)
    throw Unsupported(fmt::format("{} repeated elements; up to {} are supported", std::max(before, behind), most));
  RepeatedEnds ends{
      {}, {1}, std::vector<float>(at(before), 1), std::vector<float>(at(behind), 1), inputs + before + behind};
  ends.axis.pad = before;
  return ends;
}

Value pad(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const Shape source = importer.plane(input);
  const Pads pads = read_pads(node, input.dims.size());
  const std::string mode = node.text("mode", "constant");
  if (mode == "edge" && pads.grow()) {
    return importer.add_plane(node,
                              repeated_ends(importer, node, input, edge(source.h, pads.above, pads.below),
                                            edge(source.w, pads.left, pads.right)),
                              input);
  }
  if (mode != "constant") throw Unsupported(fmt::format("mode {}; constant zeros and edge are supported", mode));
  const bool given = node.opset() >= 11 && node.has_input(2) && !node.constant(2).values.empty();
  const double value = given ? node.constant(2).values[0] : node.real("value", 0);
  if (value != 0) throw Unsupported(fmt::format("padding by {}; zeros are supported", value));
  return importer.add_plane(node, pad_by_zeros(importer, input, pads), input);
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

struct Factors {
  int y = 1, x = 1;
};

Factors from_scales(const std::vector<double>& scales) {
  if (scales.size() != 4 || scales[0] != 1 || scales[1] != 1)
    throw Unsupported(fmt::format("scales [{}]; rows and columns are scaled", fmt::join(scales, ", ")));
  return {whole(scales[2]), whole(scales[3])};
}

/// By scales or sizes, of all dimensions or of the axes that are named.
Factors read_factors(const Node& node, const Shape& source) {
  const std::size_t at_scales = node.opset() >= 11 ? 2 : 1;
  const std::array<int, 4> sizes{1, source.c, source.h, source.w};
  Dims axes = node.integers("axes", {0, 1, 2, 3});
  std::vector<double> scales(4, 1), given;
  if (node.has_input(at_scales)) given = finite(node.constant(at_scales)).values;
  const bool by_size = given.empty();
  if (by_size) {
    if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch")
      throw Unsupported("an aspect ratio that is kept");
    given = finite(node.constant(3)).values;
  }
  if (given.size() != axes.size())
    throw Unsupported(fmt::format("[{}] for {} axes", fmt::join(given, ", "), axes.size()));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = axis_of(axes[i], 4);
    scales[axis] = by_size ? given[i] / sizes[axis] : given[i];
  }
  return from_scales(scales);
}

// ---------------------------------------------------------------- linear
/// Where output o lies among the inputs, at whole factor f.
enum class Grid : std::uint8_t { half_pixel, asymmetric };

/// Linear between the two nearest inputs; beyond the first and last, these.
RepeatedEnds linear(Grid grid, int inputs, int factor) {
  if (factor == 1) return {{}, {1}, {}, {}, inputs};
  const auto position = [&](int o) {
    return grid == Grid::half_pixel ? (o + 0.5) / factor - 0.5 : static_cast<double>(o) / factor;
  };
  const auto weight = [&](int o) {
    return static_cast<float>(std::max(0.0, 1 - std::abs(position(o))));
  };  // of input 0
  RepeatedEnds ends;
  int low = 0, high = 0;
  while (weight(low - 1) > 0) --low;
  while (weight(high + 1) > 0) ++high;
  for (int o = low; o <= high; ++o) ends.kernel.push_back(weight(o));
  ends.axis = {high - low + 1, 1, 1, -low, true, factor};
  ends.outputs = inputs * factor;
  for (int o = 0; position(o) < 0; ++o) ends.first.push_back(static_cast<float>(-position(o)));
  for (int o = ends.outputs - 1; position(o) > inputs - 1; --o)
    ends.last.push_back(static_cast<float>(position(o) - (inputs - 1)));
  return ends;
}

Value interpolated(Importer& importer, const Node& node, const Activation& input, Grid grid, const Factors& factors) {
  const Shape source = importer.plane(input);
  return importer.add(
      node, repeated_ends(importer, node, input, linear(grid, source.h, factors.y), linear(grid, source.w, factors.x)));
}

// ---------------------------------------------------------------- the operators
/// Where the two differ, in a plane of one output, a whole factor is 1.
bool half_pixels(const std::string& where) {
  return where == "half_pixel" || where == "pytorch_half_pixel" || where == "half_pixel_symmetric";
}

/// Is the nearest element of output o, at whole factor f, always o / f, rounded down?
bool rounds_down(const Node& node, const std::string& where, int factor) {
  if (node.opset() == 10) return true;
  const std::string rounding = node.text("nearest_mode", "round_prefer_floor");
  // Half pixels lie less than half an element from the middle, on either side.
  if (half_pixels(where)) return rounding == "round_prefer_floor" || rounding == "round_prefer_ceil";
  return where == "asymmetric" && (rounding == "floor" || (rounding == "round_prefer_floor" && factor <= 2));
}

Value resized(Importer& importer, const Node& node, const std::string& mode, const std::string& where,
              const Factors& factors) {
  const Activation& input = node.activation(0);
  if (mode == "linear") {
    const bool half = half_pixels(where);
    if (!half && where != "asymmetric")
      throw Unsupported(fmt::format("{}; half_pixel and asymmetric are supported", where));
    return interpolated(importer, node, input, half ? Grid::half_pixel : Grid::asymmetric, factors);
  }
  if (mode != "nearest") throw Unsupported(fmt::format("mode {}; nearest and linear are supported", mode));
  if (!rounds_down(node, where, factors.y) || !rounds_down(node, where, factors.x))
    throw Unsupported(
        "a way of rounding that does not give blocks of equal elements: export it with asymmetric and floor");
  return repeated(importer, node, input, factors.y, factors.x);
}

/// Until opset 10; linear ones lie at o / factor.
Value upsample(Importer& importer, const Node& node) {
  const auto* scales = node.find("scales");
  if (node.opset() < 9 && scales == nullptr) throw Unsupported("no scales");
  const Factors factors =
      from_scales(node.opset() >= 9 ? finite(node.constant(1)).values
                                    : std::vector<double>(scales->floats().begin(), scales->floats().end()));
  const std::string mode = node.text("mode", "nearest");
  if (mode == "nearest") return repeated(importer, node, node.activation(0), factors.y, factors.x);
  return resized(importer, node, mode, "asymmetric", factors);
}

Value resize(Importer& importer, const Node& node) {
  const Shape source = importer.plane(node.activation(0));
  const std::string where =
      node.opset() == 10 ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
  return resized(importer, node, node.text("mode", "nearest"), where, read_factors(node, source));
}

}  // namespace

std::map<std::string, Operator> resize_operators() {
  return {{"Pad", pad}, {"Upsample", upsample}, {"Resize", resize}};
}

}  // namespace eddy
