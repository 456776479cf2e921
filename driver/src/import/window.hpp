// SPDX-License-Identifier: Apache-2.0
/// The attributes that convolutions and pools share: kernel, strides, dilations, padding.
#pragma once

#include <array>

#include "eddy/network.hpp"
#include "import/importer.hpp"

namespace eddy {

/// One axis of a window. The padding behind decides the number of outputs only.
struct WindowAxis {
  int size = 1, stride = 1, dilation = 1;
  int pad_before = 0, pad_behind = 0;
  int outputs = 0;

  [[nodiscard]] bool padded() const { return pad_before != 0 || pad_behind != 0; }
  [[nodiscard]] Axis axis() const { return {size, stride, dilation, pad_before, false, 1}; }
  [[nodiscard]] Axis transposed_axis() const { return {size, 1, dilation, pad_before, true, stride}; }
};

struct Window {
  WindowAxis y, x;
};

/// What a window moves over. An input that is no picture of four dimensions gets its channels from the first window.
Activation window_input(Importer& importer, const Node& node);

/// Reads them for an input of this shape; `kernel` where the attribute kernel_shape is missing. Throws Unsupported.
Window read_window(const Node& node, const Shape& input, std::array<int, 2> kernel = {0, 0});

/// The same of a transposed convolution, with output_padding; output_shape is refused.
Window read_transposed_window(const Node& node, const Shape& input, std::array<int, 2> kernel);

/// Throws Unsupported where an event would touch more positions than the chip walks, or a step is too large for it.
void check_convolution(const Window& window);

}  // namespace eddy
