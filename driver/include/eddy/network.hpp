// SPDX-License-Identifier: Apache-2.0
/// The quantised network: the description that the golden model executes and the compiler maps.
/// Everything that decides a result stands here, and nothing that only decides where and when it is computed.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "eddy/host_step.hpp"
#include "eddy/weight_format.hpp"

namespace eddy {

/// Size of an activation tensor, [c][h][w].
struct Shape {
  int c = 0, h = 0, w = 0;
  [[nodiscard]] std::int64_t count() const { return std::int64_t{c} * h * w; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// One axis of a convolution. Output `o` and kernel position `k` meet input `i` where
///   convolution: i = o * stride - pad + k * dilation;
///   transposed (up > 1 or stride == 1): o = i * up - pad + k * dilation.
struct Axis {
  int taps = 1;
  int stride = 1;
  int dilation = 1;
  int pad = 0;  // before the first element
  bool transposed = false;
  int up = 1;
};

/// How events of one source layer act on a layer. Sums of all ports meet in one accumulator per neuron.
struct Port {
  int source = 0;   // index into Network::layers
  int c_first = 0;  // source channels [c_first, c_first + c_count) take part
  int c_count = 0;
  int k_first = 0;  // output channels [k_first, k_first + k_count) are touched
  int k_count = 0;
  bool depthwise = false;  // output channel k_first + c * (k_count / c_count) + m sees only source channel c_first + c
  Axis y, x;
  WeightFormat format = WeightFormat::int8;
  /// Whole multiples of the accumulators' step. full: [k_count][c_count][y.taps][x.taps]; depthwise:
  /// [k_count][y.taps][x.taps]; kernel as ONNX writes it. FP16: of 11 significant bits; codes: as many different ones
  /// as there are codes.
  std::vector<std::int32_t> weights;
  [[nodiscard]] int weight(int k, int c, int ky, int kx) const {
    const std::size_t row = depthwise ? std::size_t(k) : std::size_t(k) * std::size_t(c_count) + std::size_t(c);
    return weights[(row * std::size_t(y.taps) + std::size_t(ky)) * std::size_t(x.taps) + std::size_t(kx)];
  }
};

/// Max-pool folded into the layer; output p covers [p * stride - pad, + size) of the accumulators' plane, clipped to
/// it.
struct PoolAxis {
  int size = 1, stride = 1, pad = 0;
  friend bool operator==(const PoolAxis&, const PoolAxis&) = default;
};

/// a = sat(((acc + bias) * mul + 2^(shift-1)) >> shift), by output channel (docs/arithmetic.md).
struct Requant {
  std::int32_t bias = 0;
  std::uint16_t mul = 0;
  int shift = 1;  // 1..47
  int theta = 0;  // fire iff d != 0 and |d| >= theta
};

/// Activation by straight lines between nodes at z = -32768, -31744, ..., 32768, z the requantised sum. Node 32 is the
/// value at 0. Nodes are values times 2^shift; neighbours differ by 32767 at most. docs/arithmetic.md.
struct Curve {
  static constexpr int segments = 64, width = 1024;
  std::vector<std::int16_t> nodes;  // [65]; empty: no curve, z is the activation
  int shift = 0;                    // 0..7
  [[nodiscard]] bool empty() const { return nodes.empty(); }
};

enum class Mode : std::uint8_t { temporal, spatial };

struct Layer {
  std::string name;
  Shape acc;                      // before the pool
  Shape out;                      // what receivers see
  std::vector<Port> ports;        // empty: the network's input (layer 0)
  std::vector<Requant> channels;  // [out.c]
  int lo = 0, hi = 0;             // range of the requantised sum, integers
  Curve curve;                    // from there to the activation
  int bits = 8;                   // magnitude bits of the activation: at most 2^bits - 1
  PoolAxis pool_y, pool_x;
  Mode mode = Mode::temporal;    // what it sends
  bool keep_acc = true;          // its sources send differences, so its accumulators persist
  double scale = 1.0;            // real value of integer 1
  std::vector<double> acc_unit;  // [out.c] real value of accumulator step 1
};

/// Least and largest activation that a layer may give.
struct ActivationRange {
  int lo = 0, hi = 0;
  [[nodiscard]] int largest() const { return std::max(std::abs(lo), std::abs(hi)); }
};
[[nodiscard]] inline ActivationRange activation_range(const Layer& layer) {
  if (layer.curve.empty()) return {layer.lo, layer.hi};
  const auto [least, most] = std::ranges::minmax(layer.curve.nodes);
  const int half = (1 << layer.curve.shift) / 2;
  return {(least + half) >> layer.curve.shift, (most + half) >> layer.curve.shift};
}

/// How frames become events of layer 0.
struct Input {
  bool pixels = true;                                // u8 pixels through `table`; else int16 activations as they are
  std::vector<std::array<std::int16_t, 256>> table;  // [c] activation of a pixel value
  std::vector<int> theta;  // [c] in grey levels (pixels) or integer steps; fire iff changed and |change| >= theta
  std::vector<double> grey_level;  // [c] what theta is for a threshold of one grey level
};

struct Output {
  std::string name;             // as the model names it
  int layer = 0;                // index into Network::layers
  std::vector<int> dims;        // of what the user gets of a frame
  std::vector<HostStep> steps;  // from the layer's values, [c][h][w], to these
};

/// Layers in topological order; layers[0] is the input.
struct Network {
  std::string name;
  Input input;
  std::vector<Layer> layers;
  std::vector<Output> outputs;
};

/// It sends FP16 numbers to its readers: it has weights in FP16 itself, or a reader has. Outputs are whole numbers
/// always.
[[nodiscard]] inline bool sends_fp16(const Network& network, int layer) {
  const auto reads_in_fp16 = [](const Port& port) { return is_fp16(port.format); };
  return std::ranges::any_of(network.layers[static_cast<std::size_t>(layer)].ports, reads_in_fp16) ||
         std::ranges::any_of(network.layers, [&](const Layer& reader) {
           return std::ranges::any_of(reader.ports,
                                      [&](const Port& port) { return port.source == layer && reads_in_fp16(port); });
         });
}

/// FP16 has 11 significant bits: the largest whole number that stands for all below it too.
inline constexpr int fp16_whole = 2048;

/// One frame of input: [h][w][c], channels innermost.
struct Frame {
  Shape shape;
  std::vector<std::uint8_t> pixels;       // where Input::pixels
  std::vector<std::int16_t> activations;  // otherwise
};

/// One neuron's event: layer, position in the layer, and the value that was sent.
struct Event {
  int layer = 0, y = 0, x = 0, c = 0;
  std::int16_t value = 0;
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace eddy
