// SPDX-License-Identifier: Apache-2.0
#include "golden/population.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace eddy {
Population::Population(const Network& network, int index)
    : layer_(network.layers[static_cast<std::size_t>(index)]),
      index_(index),
      acc_(static_cast<std::size_t>(layer_.acc.count())),
      marks_(static_cast<std::size_t>(layer_.acc.h) * static_cast<std::size_t>(layer_.acc.w)),
      value_(static_cast<std::size_t>(layer_.out.c)),
      sent_(layer_.out) {
  for (const Port& port : layer_.ports) {
    ports_.emplace_back(network, layer_, port);
    dense_macs_ += eddy::dense_macs(network, layer_, port);
  }
}

void Population::begin_frame() {
  macs_ = 0;
  if (!layer_.keep_acc) std::ranges::fill(acc_, 0U);
  if (layer_.mode == Mode::spatial) std::ranges::fill(sent_.values, 0);
}

void Population::integrate(int source, const std::vector<Event>& events) {
  for (const PortReach& port : ports_) {
    if (port.source() != source) continue;
    for (const Event& event : events) {
      if (port.hears(event.c)) integrate(port, event);
    }
  }
}

void Population::integrate(const PortReach& port, const Event& event) {
  const int value = event.value;
  macs_ += port.touch(event.y, event.x, event.c, [&](int y, int x, int k, std::span<const std::int32_t> weights) {
    const std::size_t at = pixel(y, x);
    std::uint32_t* acc = acc_.data() + at * static_cast<std::size_t>(layer_.acc.c) + static_cast<std::size_t>(k);
    for (std::size_t i = 0; i < weights.size(); ++i)
      acc[i] += static_cast<std::uint32_t>(weights[i]) * static_cast<std::uint32_t>(value);
    marks_[at] = 1;
  });
}

std::vector<Event> Population::sweep() {
  // Where accumulators or references restart with each frame, a neuron may have something to say though nothing touched
  // it: the activation of its bias alone, or the return to it.
  const bool all = first_ || !layer_.keep_acc || layer_.mode == Mode::spatial;
  std::vector<Event> events;
  for (int y = 0; y < layer_.out.h; ++y) {
    for (int x = 0; x < layer_.out.w; ++x) {
      if (all || touched(y, x)) visit(y, x, events);
    }
  }
  std::ranges::fill(marks_, std::uint8_t{0});
  first_ = false;
  return events;
}

/// Has an event reached the window of this neuron?
bool Population::touched(int y, int x) const {
  const PoolAxis &py = layer_.pool_y, &px = layer_.pool_x;
  const int y0 = std::max(0, y * py.stride - py.pad), y1 = std::min(layer_.acc.h, y * py.stride - py.pad + py.size);
  const int x0 = std::max(0, x * px.stride - px.pad), x1 = std::min(layer_.acc.w, x * px.stride - px.pad + px.size);
  for (int ay = y0; ay < y1; ++ay) {
    for (int ax = x0; ax < x1; ++ax) {
      if (marks_[pixel(ay, ax)] != 0) return true;
    }
  }
  return false;
}

void Population::visit(int y, int x, std::vector<Event>& events) {
  const auto channels = static_cast<std::size_t>(layer_.out.c);
  const PoolAxis &py = layer_.pool_y, &px = layer_.pool_x;
  const int y0 = std::max(0, y * py.stride - py.pad), y1 = std::min(layer_.acc.h, y * py.stride - py.pad + py.size);
  const int x0 = std::max(0, x * px.stride - px.pad), x1 = std::min(layer_.acc.w, x * px.stride - px.pad + px.size);
  std::ranges::fill(value_, std::numeric_limits<std::int32_t>::min());
  for (int ay = y0; ay < y1; ++ay) {
    for (int ax = x0; ax < x1; ++ax) {
      const std::uint32_t* acc = acc_.data() + pixel(ay, ax) * channels;
      for (std::size_t c = 0; c < channels; ++c) {
        const auto sum = static_cast<std::int32_t>(acc[c]);
        value_[c] = std::max(value_[c], activation(sum, layer_, static_cast<int>(c)));
      }
    }
  }
  // The fire rule. A spatial layer's references were cleared at the start of the frame, so its difference is its value.
  std::int32_t* sent = sent_.values.data() + sent_.index(0, y, x);
  for (std::size_t c = 0; c < channels; ++c) {
    const std::int32_t difference = value_[c] - sent[c];
    if (difference == 0 || std::abs(difference) < layer_.channels[c].theta) continue;
    sent[c] += difference;
    events.push_back({index_, y, x, static_cast<int>(c), static_cast<std::int16_t>(difference)});
  }
}

}  // namespace eddy
