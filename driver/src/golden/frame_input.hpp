// SPDX-License-Identifier: Apache-2.0
/// Frames as activations and events of layer 0.
#pragma once

#include <vector>

#include "eddy/golden.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// Throws UsageError where the frame's shape or kind is not the network's.
void check_frame(const Network& network, const Frame& frame);

/// The activations of layer 0: each pixel through its channel's table, or the values as they are.
Tensor input_activations(const Network& network, const Frame& frame);

/// The frame input of the chip: compares each frame with what was sent before.
class FrameInput {
 public:
  explicit FrameInput(const Network& network);
  /// Events of this frame, row, column, channel ascending.
  std::vector<Event> step(const Frame& frame);
  [[nodiscard]] const Tensor& sent() const { return sent_; }

 private:
  std::vector<Event> pixels(const Frame& frame);
  std::vector<Event> activations(const Frame& frame);
  void send(std::vector<Event>& events, std::size_t i, int value);

  const Network& network_;
  bool first_ = true;
  std::vector<std::uint8_t> reference_;  // pixels: the grey levels that receivers know
  Tensor sent_;
};

}  // namespace eddy
