// SPDX-License-Identifier: Apache-2.0
#include "import/window.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace eddy {
namespace {

constexpr std::int64_t max_number = 4095;  // in any attribute
constexpr int max_stride = 4, max_dilation = 15, max_hits = 11;

int checked(std::int64_t value, const char* what) {
  if (value < 0 || value > max_number) throw Unsupported(fmt::format("{} of {}", what, value));
  return static_cast<int>(value);
}

/// Two numbers (rows, columns) of an attribute; one alone is that of the columns.
std::array<int, 2> pair_of(const Node& node, const char* attribute, std::array<int, 2> otherwise, int alone) {
  const auto values = node.integers(attribute, {otherwise[0], otherwise[1]});
  if (values.size() != 1 && values.size() != 2)
    throw Unsupported(fmt::format("{} for {} dimensions; one and two are supported", attribute, values.size()));
  return {values.size() == 1 ? alone : checked(values.front(), attribute), checked(values.back(), attribute)};
}

void automatic(WindowAxis& axis, int inputs, bool before) {
  axis.outputs = (inputs + axis.stride - 1) / axis.stride;
  const int total = std::max(0, (axis.outputs - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1 - inputs);
  axis.pad_before = before ? (total + 1) / 2 : total / 2;
  axis.pad_behind = total - axis.pad_before;
}

void explicit_padding(WindowAxis& axis, int inputs, bool ceiling) {
  const int room = inputs + axis.pad_before + axis.pad_behind - (axis.size - 1) * axis.dilation - 1;
  if (room < 0)
    throw Unsupported(fmt::format("a window of {} on {} rows or columns", (axis.size - 1) * axis.dilation + 1, inputs));
  axis.outputs = room / axis.stride + 1;
  if (ceiling && room % axis.stride != 0) {
    ++axis.outputs;
    // A window that would begin in the padding behind the input is left out.
    if ((axis.outputs - 1) * axis.stride >= inputs + axis.pad_before) --axis.outputs;
  }
}

/// `step`: an input meets every step-th tap.
void check_axis(const WindowAxis& axis, int step) {
  if (axis.stride > max_stride)
    throw Unsupported(fmt::format("stride {}; at most {} is supported", axis.stride, max_stride));
  if (axis.dilation > max_dilation)
    throw Unsupported(fmt::format("dilation {}; at most {} is supported", axis.dilation, max_dilation));
  const int hits = std::min(axis.outputs, (axis.size + step - 1) / step);
  if (hits > max_hits) {
    throw Unsupported(
        fmt::format("a kernel of {} on one axis: an input meets {} outputs there, at most {} are supported", axis.size,
                    hits, max_hits));
  }
}

/// Kernel, strides, dilations.
Window read_steps(const Node& node, std::array<int, 2> kernel) {
  const auto size = pair_of(node, "kernel_shape", kernel, 1);
  const auto stride = pair_of(node, "strides", {1, 1}, 1);
  const auto dilation = pair_of(node, "dilations", {1, 1}, 1);
  Window window;
  window.y = {size[0], stride[0], dilation[0], 0, 0, 0};
  window.x = {size[1], stride[1], dilation[1], 0, 0, 0};
  for (const WindowAxis& axis : {window.y, window.x}) {
    if (axis.size < 1 || axis.stride < 1 || axis.dilation < 1) throw Unsupported("a kernel, stride or dilation of 0");
  }
  return window;
}

void read_pads(const Node& node, Window& window) {
  auto pads = node.integers("pads", {0, 0, 0, 0});
  if (pads.size() == 2) pads = {0, pads[0], 0, pads[1]};
  if (pads.size() != 4) throw Unsupported(fmt::format("{} pads; four are taken", pads.size()));
  window.y.pad_before = checked(pads[0], "padding");
  window.x.pad_before = checked(pads[1], "padding");
  window.y.pad_behind = checked(pads[2], "padding");
  window.x.pad_behind = checked(pads[3], "padding");
}

/// Outputs of a transposed convolution; `same`: as many as inputs * stride, what is too much is cut off.
void transposed_outputs(WindowAxis& axis, int inputs, int more, bool same, bool before) {
  const int whole = (inputs - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1 + more;
  if (same) {
    const int cut = std::max(0, whole - inputs * axis.stride);
    axis.pad_before = before ? (cut + 1) / 2 : cut / 2;
    axis.pad_behind = cut - axis.pad_before;
  }
  axis.outputs = whole - axis.pad_before - axis.pad_behind;
  if (axis.outputs < 1) throw Unsupported("padding that leaves no output");
}

}  // namespace

Activation window_input(Importer& importer, const Node& node) {
  const Activation& input = node.activation(0);
  const auto dim = [&](std::size_t d) { return static_cast<int>(input.dims[d]); };
  if (input.dims.size() == 3) importer.reshape_input(input, {dim(1), 1, dim(2)});
  if (input.dims.size() == 4) importer.reshape_input(input, {dim(1), dim(2), dim(3)});
  return input;
}

Window read_window(const Node& node, const Shape& input, std::array<int, 2> kernel) {
  Window window = read_steps(node, kernel);
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    automatic(window.y, input.h, mode == "SAME_LOWER");
    automatic(window.x, input.w, mode == "SAME_LOWER");
    return window;
  }
  if (mode != "NOTSET" && mode != "VALID") throw Unsupported(fmt::format("auto_pad {}", mode));
  if (mode == "NOTSET") read_pads(node, window);
  const bool ceiling = node.integer("ceil_mode", 0) != 0;
  explicit_padding(window.y, input.h, ceiling);
  explicit_padding(window.x, input.w, ceiling);
  return window;
}

Window read_transposed_window(const Node& node, const Shape& input, std::array<int, 2> kernel) {
  Window window = read_steps(node, kernel);
  const auto more = pair_of(node, "output_padding", {0, 0}, 0);
  if (node.has("output_shape")) throw Unsupported("output_shape: export the model with pads and output_padding");
  const std::string mode = node.text("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (mode != "NOTSET" && mode != "VALID" && !same) throw Unsupported(fmt::format("auto_pad {}", mode));
  if (mode == "NOTSET") read_pads(node, window);
  transposed_outputs(window.y, input.h, more[0], same, mode == "SAME_LOWER");
  transposed_outputs(window.x, input.w, more[1], same, mode == "SAME_LOWER");
  check_axis(window.y, 1);
  check_axis(window.x, 1);
  return window;
}

void check_convolution(const Window& window) {
  for (const WindowAxis& axis : {window.y, window.x})
    check_axis(axis, axis.stride / std::gcd(axis.stride, axis.dilation));
}

}  // namespace eddy
