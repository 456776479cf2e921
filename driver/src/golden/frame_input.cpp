// SPDX-License-Identifier: Apache-2.0
#include "golden/frame_input.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {

void check_frame(const Network& network, const Frame& frame) {
  const Shape& want = network.layers.front().out;
  if (frame.shape != want) {
    throw UsageError(fmt::format("frame of {}x{} with {} channels, but network {} takes {}x{} with {}", frame.shape.w,
                                 frame.shape.h, frame.shape.c, network.name, want.w, want.h, want.c));
  }
  const std::size_t have = network.input.pixels ? frame.pixels.size() : frame.activations.size();
  if (have != static_cast<std::size_t>(want.count())) {
    throw UsageError(fmt::format("frame has {} {}, but network {} takes {}", have,
                                 network.input.pixels ? "pixels" : "activations", network.name, want.count()));
  }
}

Tensor input_activations(const Network& network, const Frame& frame) {
  check_frame(network, frame);
  Tensor result(frame.shape);
  for (std::size_t i = 0; i < result.values.size(); ++i) {
    const std::size_t c = i % static_cast<std::size_t>(frame.shape.c);
    result.values[i] = network.input.pixels ? network.input.table[c][frame.pixels[i]] : frame.activations[i];
  }
  return result;
}

FrameInput::FrameInput(const Network& network)
    : network_(network),
      reference_(static_cast<std::size_t>(network.layers.front().out.count())),
      sent_(network.layers.front().out) {}

std::vector<Event> FrameInput::step(const Frame& frame) {
  check_frame(network_, frame);
  if (network_.layers.front().mode == Mode::spatial) std::ranges::fill(sent_.values, 0);
  auto events = network_.input.pixels ? pixels(frame) : activations(frame);
  first_ = false;
  return events;
}

/// Differences of grey levels are compared, activations are sent. A first frame goes whole: receivers know no grey
/// level yet.
std::vector<Event> FrameInput::pixels(const Frame& frame) {
  const bool whole = first_ || network_.layers.front().mode == Mode::spatial;
  std::vector<Event> events;
  for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
    const std::size_t c = i % static_cast<std::size_t>(frame.shape.c);
    const auto& table = network_.input.table[c];
    const int pixel = frame.pixels[i];
    const int change = pixel - reference_[i];
    if (!whole && (change == 0 || std::abs(change) < network_.input.theta[c])) continue;
    reference_[i] = frame.pixels[i];
    send(events, i, table[static_cast<std::size_t>(pixel)] - sent_.values[i]);
  }
  return events;
}

std::vector<Event> FrameInput::activations(const Frame& frame) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < frame.activations.size(); ++i) {
    const std::size_t c = i % static_cast<std::size_t>(frame.shape.c);
    const int change = frame.activations[i] - sent_.values[i];
    if (std::abs(change) >= network_.input.theta[c]) send(events, i, change);
  }
  return events;
}

void FrameInput::send(std::vector<Event>& events, std::size_t i, int value) {
  if (value == 0) return;
  sent_.values[i] += value;
  const auto c = static_cast<std::size_t>(sent_.shape.c), w = static_cast<std::size_t>(sent_.shape.w);
  events.push_back({0, static_cast<int>(i / (c * w)), static_cast<int>(i / c % w), static_cast<int>(i % c),
                    static_cast<std::int16_t>(value)});
}

}  // namespace eddy
