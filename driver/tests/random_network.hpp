// SPDX-License-Identifier: Apache-2.0
/// Small random networks with layers of every kind that the chip executes, and frames for them. For tests of all parts.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "eddy/network.hpp"
#include "eddy/quantise.hpp"

namespace eddy::testing {

enum class Modes { temporal, spatial, mixed };

struct RandomNetworkOptions {
  int layers = 5;         // beside the input
  int max_side = 12;      // rows and columns of the input
  int max_channels = 13;  // of a layer
  Modes modes = Modes::temporal;
  bool thresholds = true;   // else all 0
  bool transposed = false;  // transposed convolutions too
  bool wide_input = false;  // int16 activations instead of pixels
  bool fp16 = false;        // weights in FP16 and codes of it too; then activations have 10 bits at most
};

/// Draws a network, layer by layer. The same seed gives the same network.
class RandomNetwork {
 public:
  RandomNetwork(std::uint64_t seed, const RandomNetworkOptions& options)
      : random_(seed), curve_random_(~seed), options_(options) {
    network_.name = fmt::format("random-{}", seed);
  }

  Network make() {
    input();
    while (static_cast<int>(network_.layers.size()) <= options_.layers) add_layer();
    outputs();
    modes();
    return network_;
  }

 private:
  int pick(int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(random_); }
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }
  Layer& layer(int index) { return network_.layers[static_cast<std::size_t>(index)]; }
  int last() const { return static_cast<int>(network_.layers.size()) - 1; }

  void input() {
    Layer layer;
    layer.name = "input";
    layer.out = layer.acc = {pick(1, 4), pick(3, options_.max_side), pick(3, options_.max_side)};
    const auto channels = static_cast<std::size_t>(layer.out.c);
    network_.input.pixels = !options_.wide_input;
    const int wide = options_.fp16 ? 1000 : 2000;
    const int top = options_.wide_input ? wide : 255;
    layer.bits = !options_.wide_input ? 8 : options_.fp16 ? 10 : 11;
    layer.hi = top;
    layer.lo = options_.wide_input ? -top : 0;
    if (network_.input.pixels) {
      for (std::size_t c = 0; c < channels; ++c) {
        const int offset = chance(0.5) ? 0 : pick(0, 255);
        layer.lo = std::min(layer.lo, -offset);
        auto& table = network_.input.table.emplace_back();
        for (int p = 0; p < 256; ++p) table[static_cast<std::size_t>(p)] = static_cast<std::int16_t>(p - offset);
      }
    }
    for (std::size_t c = 0; c < channels; ++c) network_.input.theta.push_back(options_.thresholds ? pick(0, 8) : 0);
    scale(layer);
    network_.layers.push_back(layer);
  }

  void add_layer() {
    Layer next;
    next.name = fmt::format("layer{}", network_.layers.size());
    const int source = chance(0.7) ? last() : pick(0, last());
    switch (pick(0, 8)) {
      case 0:
        depthwise(next, source);
        break;
      case 1:
        grouped(next, source);
        break;
      case 2:
        dense(next, source);
        break;
      case 3:
        average(next, source);
        break;
      case 4:
        sum(next, source);
        break;
      case 5:
        concat(next, source);
        break;
      default:
        conv(next, source);
        break;
    }
    if (next.ports.empty()) return;
    pool(next);
    range(next);
    if (curve_chance(0.35)) curve(next);
    network_.layers.push_back(next);
  }

  // ---- geometry
  Axis axis(int size, int max_taps) {
    Axis a;
    a.taps = pick(1, std::min(max_taps, size + 2));
    a.dilation = chance(0.2) ? pick(1, 3) : 1;
    a.stride = chance(0.3) ? pick(1, 4) : 1;
    a.pad = pick(0, (a.taps - 1) * a.dilation);
    if (options_.transposed && chance(0.3)) {
      a.transposed = true;
      a.up = pick(1, 4);
      a.stride = 1;
      a.pad = pick(0, a.taps - 1);
    }
    return a;
  }
  /// Outputs of an axis with as much padding behind as `behind`; below 1: it does not fit.
  static int outputs_of(const Axis& a, int size, int behind) {
    const int reach = (a.taps - 1) * a.dilation;
    if (a.transposed) return (size - 1) * a.up + reach + 1 - a.pad - behind;
    return (size + a.pad + behind - reach - 1) < 0 ? 0 : (size + a.pad + behind - reach - 1) / a.stride + 1;
  }
  bool place(Layer& next, Port& port, int max_taps) {
    const Shape& s = layer(port.source).out;
    port.y = axis(s.h, max_taps);
    port.x = axis(s.w, max_taps);
    next.acc.h = outputs_of(port.y, s.h, pick(0, port.y.transposed ? 0 : port.y.pad));
    next.acc.w = outputs_of(port.x, s.w, pick(0, port.x.transposed ? 0 : port.x.pad));
    return next.acc.h >= 1 && next.acc.w >= 1 && next.acc.h <= 40 && next.acc.w <= 40;
  }
  /// Layers that leave one pixel stand near the end, so that those before have an area.
  bool shrinks() { return last() + 2 >= options_.layers && chance(0.6); }
  int max_taps() { return chance(0.1) ? 11 : chance(0.5) ? 3 : 5; }

  // ---- weights
  /// Weights of a format by chance; int16 ones are kept small, so that sums of many fit.
  void fill(Port& port) {
    if (options_.fp16 && chance(0.7)) {
      fill_fp16(port);
      return;
    }
    port.format = chance(0.5) ? WeightFormat::int8 : weight_formats[static_cast<std::size_t>(pick(0, 3))];
    const WeightRange range = range_of(port.format);
    fill(port, std::max(range.least, -500), std::min(range.most, 500));
  }
  void fill(Port& port, int least, int most) {
    const int rows = port.depthwise ? port.k_count : port.k_count * port.c_count;
    port.weights.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(port.y.taps) *
                        static_cast<std::size_t>(port.x.taps));
    for (auto& w : port.weights) w = pick(least, most);
  }
  /// Weights of 11 significant bits, or of as many values as there are codes.
  void fill_fp16(Port& port) {
    constexpr std::array formats{WeightFormat::fp16, WeightFormat::code8, WeightFormat::code4, WeightFormat::code2};
    port.format = formats[static_cast<std::size_t>(pick(0, 3))];
    std::vector<int> values{0};
    const int count = is_coded(port.format) ? pick(2, 1 << bits_of(port.format)) : 1000;
    while (static_cast<int>(values.size()) < count)
      values.push_back(chance(0.5) ? pick(-500, 500) : pick(-15, 15) << pick(0, 5));
    fill(port, 0, count - 1);
    for (auto& w : port.weights) w = values[static_cast<std::size_t>(w)];
  }
  /// Where the points of FP16 numbers lie.
  void scale(Layer& next) {
    if (options_.fp16) next.scale = std::exp2(-pick(0, 16));
  }
  Port whole(int source, int k_first, int k_count) {
    Port port;
    port.source = source;
    port.c_count = layer(source).out.c;
    port.k_first = k_first;
    port.k_count = k_count;
    return port;
  }
  /// A residual: each channel of `source` goes to one channel, int16.
  Port residual(int source, int k_first) {
    Port port = whole(source, k_first, layer(source).out.c);
    port.depthwise = true;
    port.format = WeightFormat::int16;
    for (int k = 0; k < port.k_count; ++k)
      port.weights.push_back(static_cast<std::int16_t>(pick(64, 4000) * (chance(0.9) ? 1 : -1)));
    return port;
  }

  // ---- kinds of layers; one that does not fit leaves no ports
  void conv(Layer& next, int source) {
    Port port = whole(source, 0, pick(1, options_.max_channels));
    if (!place(next, port, max_taps())) return;
    next.acc.c = port.k_count;
    fill(port);
    next.ports.push_back(port);
    // Another port beside it: a residual of a layer of that shape, or a second convolution.
    for (int other = 0; other <= last(); ++other) {
      if (layer(other).out == next.acc && chance(0.7)) next.ports.push_back(residual(other, 0));
    }
  }
  void depthwise(Layer& next, int source) {
    const int multiplier = chance(0.7) ? 1 : 2;
    Port port = whole(source, 0, layer(source).out.c * multiplier);
    port.depthwise = true;
    if (!place(next, port, 5)) return;
    next.acc.c = port.k_count;
    fill(port);
    next.ports.push_back(port);
  }
  void grouped(Layer& next, int source) {
    const int channels = layer(source).out.c;
    if (channels < 2) return;
    const int cut = pick(1, channels - 1), k = pick(1, 6);
    Port port = whole(source, 0, k);
    if (!place(next, port, 3)) return;
    next.acc.c = 2 * k;
    for (int g = 0; g < 2; ++g) {
      port.c_first = g == 0 ? 0 : cut;
      port.c_count = g == 0 ? cut : channels - cut;
      port.k_first = g * k;
      fill(port);
      next.ports.push_back(port);
    }
  }
  void dense(Layer& next, int source) {
    Port port = whole(source, 0, pick(1, options_.max_channels));
    port.y.taps = layer(source).out.h;
    port.x.taps = layer(source).out.w;
    next.acc = {port.k_count, 1, 1};
    fill(port);
    next.ports.push_back(port);
  }
  void average(Layer& next, int source) {
    const Shape& s = layer(source).out;
    Port port = whole(source, 0, s.c);
    port.depthwise = true;
    const bool global = shrinks() && chance(0.5);
    port.y.taps = global ? s.h : std::min(2, s.h);
    port.x.taps = global ? s.w : std::min(2, s.w);
    port.y.stride = global ? 1 : 2;
    port.x.stride = global ? 1 : 2;
    next.acc = {s.c, outputs_of(port.y, s.h, 0), outputs_of(port.x, s.w, 0)};
    fill(port, 1, 1);
    next.ports.push_back(port);
  }
  void sum(Layer& next, int source) {
    next.acc = layer(source).out;
    next.ports.push_back(residual(source, 0));
    for (int other = 0; other <= last(); ++other) {
      if (layer(other).out == next.acc && chance(0.6)) next.ports.push_back(residual(other, 0));
    }
  }
  void concat(Layer& next, int source) {
    next.acc = layer(source).out;
    next.acc.c = 0;
    for (int other = 0; other <= last(); ++other) {
      const Shape& s = layer(other).out;
      if (s.h != next.acc.h || s.w != next.acc.w || (other != source && chance(0.3)) ||
          next.acc.c + s.c > 3 * options_.max_channels)
        continue;
      next.ports.push_back(residual(other, next.acc.c));
      next.acc.c += s.c;
    }
  }

  void pool(Layer& next) {
    next.out = next.acc;
    if (!chance(0.3)) return;
    const auto draw = [&](int size) {
      PoolAxis p;
      p.size = pick(1, std::min(5, size));
      p.stride = pick(1, std::min(p.size, 4));
      p.pad = pick(0, p.size - 1);
      return p;
    };
    const auto pooled = [](const PoolAxis& p, int size) { return std::max(1, (size + p.pad - p.size) / p.stride + 1); };
    next.pool_y = draw(next.acc.h);
    next.pool_x = draw(next.acc.w);
    next.out.h = pooled(next.pool_y, next.acc.h);
    next.out.w = pooled(next.pool_x, next.acc.w);
  }

  /// Activation range, biases and factors that use it.
  void range(Layer& next) {
    next.bits = chance(0.7) ? 8 : pick(8, options_.fp16 ? 10 : 14);
    next.hi = (1 << next.bits) - 1;
    next.lo = -next.hi;
    if (chance(0.6)) next.lo = 0;
    if (chance(0.2)) {  // clip
      next.hi = pick(next.hi / 2, next.hi);
      next.lo = next.lo == 0 ? pick(0, 3) : next.lo + pick(0, next.hi / 2);
    }
    std::vector<double> most(static_cast<std::size_t>(next.acc.c));
    for (const Port& port : next.ports) {
      const Layer& source = layer(port.source);
      const int a = activation_range(source).largest();
      const std::size_t each = port.weights.size() / static_cast<std::size_t>(port.k_count);
      for (std::size_t i = 0; i < port.weights.size(); ++i) {
        most[static_cast<std::size_t>(port.k_first) + i / each] +=
            std::abs(double{static_cast<double>(port.weights[i])} * a);
      }
    }
    for (const double m : most) {
      Requant r;
      r.bias =
          static_cast<std::int32_t>((chance(0.5) ? 0.1 : -0.1) * m * std::uniform_real_distribution<>(0, 1)(random_));
      set_factor(r, next.hi / std::max(1.0, m * std::uniform_real_distribution<>(0.1, 0.6)(random_)));
      r.theta = options_.thresholds && chance(0.7) ? pick(0, next.hi / 16) : 0;
      next.channels.push_back(r);
    }
    scale(next);
    next.acc_unit.assign(most.size(), options_.fp16 ? std::exp2(-pick(0, 24)) : 1.0);
  }

  /// A table instead of the range, and sums that reach all of it. Drawn aside: all else stays as it is without.
  void curve(Layer& next) {
    const int most = (1 << next.bits) - 1;
    next.curve.shift = curve_chance(0.5) ? 15 - next.bits : curve_pick(0, 15 - next.bits);
    const int reach = most << next.curve.shift;
    const int kind = curve_pick(0, 3), slope = curve_pick(0, reach / 32);
    int walk = curve_pick(-reach, reach);
    for (int i = 0; i <= Curve::segments; ++i) {
      const int z = i - Curve::segments / 2;
      int node = 0;
      if (kind == 0) node = z >= 0 ? reach * z / 32 : slope * z;                 // two slopes
      if (kind == 1) node = static_cast<int>(reach / (1 + std::exp(-0.2 * z)));  // rests above 0
      if (kind == 2) node = walk = std::clamp(walk + curve_pick(-reach / 8, reach / 8), -reach, reach);
      if (kind == 3) node = curve_pick(-std::min(reach, 16383), std::min(reach, 16383));  // wild
      next.curve.nodes.push_back(static_cast<std::int16_t>(node));
    }
    for (Requant& r : next.channels) set_factor(r, std::ldexp(r.mul, -r.shift) * 32767 / std::max(1, next.hi));
    next.lo = curve_chance(0.8) ? -32768 : curve_pick(-32768, 0);
    next.hi = curve_chance(0.8) ? 32767 : curve_pick(0, 32767);
  }
  int curve_pick(int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(curve_random_); }
  bool curve_chance(double p) { return std::bernoulli_distribution(p)(curve_random_); }

  void outputs() {
    std::vector<bool> read(network_.layers.size());
    for (const Layer& l : network_.layers) {
      for (const Port& p : l.ports) read[static_cast<std::size_t>(p.source)] = true;
    }
    for (int l = 1; l <= last(); ++l) {
      if (!read[static_cast<std::size_t>(l)])
        network_.outputs.push_back({layer(l).name, l, {layer(l).out.c, layer(l).out.h, layer(l).out.w}, {}});
    }
  }

  void modes() {
    for (Layer& l : network_.layers) {
      const bool spatial = options_.modes == Modes::spatial || (options_.modes == Modes::mixed && chance(0.5));
      l.mode = spatial ? Mode::spatial : Mode::temporal;
    }
    settle_modes(network_);
  }

  std::mt19937_64 random_, curve_random_;
  RandomNetworkOptions options_;
  Network network_;
};

inline Network random_network(std::uint64_t seed, const RandomNetworkOptions& options = {}) {
  return RandomNetwork(seed, options).make();
}

/// Frames in which the share `changed` of the elements differs from the frame before.
inline std::vector<Frame> random_frames(const Network& network, std::uint64_t seed, int count, double changed = 0.2) {
  std::mt19937_64 random(seed);
  const Layer& input = network.layers.front();
  const auto size = static_cast<std::size_t>(input.out.count());
  std::bernoulli_distribution change(changed);
  Frame frame{input.out, {}, {}};
  if (network.input.pixels)
    frame.pixels.resize(size);
  else
    frame.activations.resize(size);
  std::vector<Frame> frames;
  for (int f = 0; f < count; ++f) {
    for (std::size_t i = 0; i < size; ++i) {
      if (f > 0 && !change(random)) continue;
      if (network.input.pixels)
        frame.pixels[i] = static_cast<std::uint8_t>(random() & 0xff);
      else
        frame.activations[i] = static_cast<std::int16_t>(std::uniform_int_distribution<>(input.lo, input.hi)(random));
    }
    frames.push_back(frame);
  }
  return frames;
}

/// The network as text, for the message of a test that failed.
inline std::string describe(const Network& network) {
  std::string text = network.name + "\n";
  for (const Layer& l : network.layers) {
    text += fmt::format("  {}: {}x{}x{} -> {}x{}x{} [{}, {}]{} {}{}\n", l.name, l.acc.c, l.acc.h, l.acc.w, l.out.c,
                        l.out.h, l.out.w, l.lo, l.hi, l.curve.empty() ? "" : " curve",
                        l.mode == Mode::temporal ? "temporal" : "spatial", l.keep_acc ? "" : ", new accumulators");
    for (const Port& p : l.ports) {
      text += fmt::format("    from {} c {}+{} k {}+{}{}", p.source, p.c_first, p.c_count, p.k_first, p.k_count,
                          p.depthwise ? " depthwise" : "");
      for (const Axis& a : {p.y, p.x}) {
        text += fmt::format(" | taps {} stride {} dilation {} pad {}", a.taps, a.stride, a.dilation, a.pad);
        if (a.transposed) text += fmt::format(" up {}", a.up);
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace eddy::testing
