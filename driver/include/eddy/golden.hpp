// SPDX-License-Identifier: Apache-2.0
/// The golden model: what the chip has to compute, from the network's description alone. It is the specification.
///
/// GoldenDense recomputes every neuron of a frame. GoldenEvents keeps the state of all layers from frame to frame and
/// gives the exact sequence of events of each. With all thresholds 0 the two agree bit for bit. docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "eddy/network.hpp"

namespace eddy {

/// Integer activations of a layer, [h][w][c], channels innermost.
struct Tensor {
  Shape shape;
  std::vector<std::int32_t> values;

  Tensor() = default;
  explicit Tensor(const Shape& s) : shape(s), values(static_cast<std::size_t>(s.count())) {}
  [[nodiscard]] std::size_t index(int c, int y, int x) const {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.w) + static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(shape.c) +
           static_cast<std::size_t>(c);
  }
  [[nodiscard]] std::int32_t& at(int c, int y, int x) { return values[index(c, y, x)]; }
  [[nodiscard]] std::int32_t at(int c, int y, int x) const { return values[index(c, y, x)]; }
  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// What one layer did in one frame. Layer 0 does no products. Those of accumulators behind the last window of the pool
/// are not counted: nobody needs them.
struct LayerCounts {
  std::int64_t events_out = 0;  // neurons that sent
  std::int64_t macs_dense = 0;  // products with real inputs if every source neuron took part; padding is none
  std::int64_t macs_done = 0;   // products that this frame's events caused
  std::int64_t neurons = 0;     // after the pool
  friend bool operator==(const LayerCounts&, const LayerCounts&) = default;
  LayerCounts& operator+=(const LayerCounts& more) {
    events_out += more.events_out;
    macs_dense += more.macs_dense;
    macs_done += more.macs_done;
    neurons += more.neurons;
    return *this;
  }
};

struct FrameTrace {
  int frame = 0;                           // counted from 0
  std::vector<std::vector<Event>> events;  // [layer], row, column, channel ascending
  std::vector<LayerCounts> counts;         // [layer]
  // [output] what the host knows: sums of deltas, or this frame's values where the layer is spatial
  std::vector<Tensor> outputs;
};

/// Every layer's activations for one frame, whatever came before, thresholds aside.
class GoldenDense {
 public:
  explicit GoldenDense(const Network& network) : network_(network) {}
  /// [layer] activations after the pool. Throws UsageError where the frame's shape is not the network's.
  [[nodiscard]] std::vector<Tensor> run(const Frame& frame) const;

 private:
  const Network& network_;
};

/// The event model, advanced frame by frame. Works on the touched neurons only, so it is as fast as the frame is still.
class GoldenEvents {
 public:
  /// Keeps a reference to the network.
  explicit GoldenEvents(const Network& network);
  ~GoldenEvents();
  GoldenEvents(GoldenEvents&&) noexcept;
  GoldenEvents& operator=(GoldenEvents&&) noexcept;

  /// Throws UsageError where the frame's shape is not the network's.
  FrameTrace step(const Frame& frame);

  /// What the receivers of a layer know: the sum of what it has sent (spatial: what it sent in the last frame).
  [[nodiscard]] const Tensor& sent(int layer) const;
  /// Of a layer behind the input, [acc.h][acc.w][acc.c]: sums of weight * sent as the last frame left them, wrapped.
  /// Those that no window of the pool sees are not kept.
  [[nodiscard]] std::span<const std::uint32_t> accumulators(int layer) const;
  [[nodiscard]] int frames() const;  // steps so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Accumulator to activation of an output channel: z = sat(((acc + bias) * mul + 2^(shift-1)) >> shift), where the sum
/// wraps at 32 bits, then the layer's curve.
[[nodiscard]] std::int32_t activation(std::int32_t acc, const Layer& layer, int channel);

/// Products of one port with real inputs if every source neuron took part.
[[nodiscard]] std::int64_t dense_macs(const Network& network, const Layer& layer, const Port& port);

/// Real values of an output, in the order and with the dimensions of Output::dims.
[[nodiscard]] std::vector<float> dequantise(const Network& network, const Output& output, const Tensor& tensor);

}  // namespace eddy
