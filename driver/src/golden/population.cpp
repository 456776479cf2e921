// SPDX-License-Identifier: Apache-2.0
#include "golden/population.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace eddy {
namespace {

std::vector<std::int16_t> weights_in_order_of_use(const Port& port, int outputs) {
  std::vector<std::int16_t> result;
  result.reserve(port.weights.size());
  for (int c = 0; c < port.c_count; ++c) {
    for (int ky = 0; ky < port.y.taps; ++ky) {
      for (int kx = 0; kx < port.x.taps; ++kx) {
        for (int k = 0; k < outputs; ++k) {
          result.push_back(static_cast<std::int16_t>(port.weight(port.depthwise ? c * outputs + k : k, c, ky, kx)));
        }
      }
    }
  }
  return result;
}

}  // namespace

Population::Population(const Network& network, int index)
    : layer_(network.layers[static_cast<std::size_t>(index)]),
      index_(index),
      acc_(static_cast<std::size_t>(layer_.acc.count())),
      marks_(static_cast<std::size_t>(layer_.acc.h) * static_cast<std::size_t>(layer_.acc.w)),
      value_(static_cast<std::size_t>(layer_.out.c)),
      sent_(layer_.out) {
  const int rows = accumulators_seen(layer_.pool_y, layer_.acc.h, layer_.out.h);
  const int columns = accumulators_seen(layer_.pool_x, layer_.acc.w, layer_.out.w);
  for (const Port& port : layer_.ports) {
    const Shape& source = network.layers[static_cast<std::size_t>(port.source)].out;
    const int outputs = port.depthwise ? port.k_count / port.c_count : port.k_count;
    ports_.push_back({&port, AxisHits(port.y, source.h, rows), AxisHits(port.x, source.w, columns), outputs,
                      weights_in_order_of_use(port, outputs)});
    dense_macs_ += eddy::dense_macs(network, layer_, port);
  }
}

void Population::begin_frame() {
  macs_ = 0;
  if (!layer_.keep_acc) std::ranges::fill(acc_, 0U);
  if (layer_.mode == Mode::spatial) std::ranges::fill(sent_.values, 0);
}

void Population::integrate(int source, const std::vector<Event>& events) {
  for (const PortState& state : ports_) {
    if (state.port->source != source) continue;
    for (const Event& event : events) {
      if (event.c >= state.port->c_first && event.c < state.port->c_first + state.port->c_count)
        integrate(state, event);
    }
  }
}

void Population::integrate(const PortState& state, const Event& event) {
  const Port& port = *state.port;
  const int c = event.c - port.c_first;
  const int k_first = port.k_first + (port.depthwise ? c * state.outputs : 0);
  const auto outputs = static_cast<std::size_t>(state.outputs);
  const int value = event.value;
  const auto rows = state.y.at(event.y), columns = state.x.at(event.x);
  for (const Hit& row : rows) {
    for (const Hit& column : columns) {
      const std::size_t at = pixel(row.out, column.out);
      const int tap = (c * port.y.taps + row.tap) * port.x.taps + column.tap;
      const std::int16_t* weight = state.weights.data() + static_cast<std::size_t>(tap) * outputs;
      std::uint32_t* acc =
          acc_.data() + at * static_cast<std::size_t>(layer_.acc.c) + static_cast<std::size_t>(k_first);
      for (std::size_t k = 0; k < outputs; ++k) acc[k] += static_cast<std::uint32_t>(weight[k] * value);
      marks_[at] = 1;
    }
  }
  macs_ += static_cast<std::int64_t>(rows.size() * columns.size() * outputs);
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
