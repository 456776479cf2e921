// SPDX-License-Identifier: Apache-2.0
/// A chain of small convolutions, all populations of one tile: its image as messages, and what it must do, by plain
/// loops that recompute every layer from all of its input.
#pragma once

#include <cstdint>
#include <vector>

#include "tile_bench.hpp"

namespace eddy::test {

/// Activations [y][x][c].
struct Tensor {
  int rows = 0, cols = 0, channels = 0;
  std::vector<int> value;

  Tensor() = default;
  Tensor(int height, int width, int depth)
      : rows(height), cols(width), channels(depth), value(static_cast<std::size_t>(height * width * depth)) {}
  int& at(int y, int x, int c) { return value[static_cast<std::size_t>((y * cols + x) * channels + c)]; }
  int at(int y, int x, int c) const { return value[static_cast<std::size_t>((y * cols + x) * channels + c)]; }
  bool operator==(const Tensor&) const = default;
};

/// A neuron that fires.
struct Fired {
  int y, x, c, value;
  bool operator==(const Fired&) const = default;
};

/// Convolution, stride 1, zeros around, with ReLU; temporal.
struct Layer {
  int kernel = 1;
  Tensor acc, reference;     // [rows][cols][channels of the output]
  std::vector<int> weights;  // [k][c][ky][kx]
  std::vector<pkg::param_t> params;
  int limit = 0;  // highest activation
  // where it lies
  std::uint16_t acc_base = 0, weight_base = 0, ref_base = 0, mark_base = 0;
  std::uint8_t param_base = 0;

  int words() const { return acc.channels / static_cast<int>(pkg::Lanes); }
};

class SmallNet {
 public:
  /// One layer a kernel size.
  SmallNet(int rows, int cols, int channels, const std::vector<int>& kernels, Rng& rng);

  /// Everything that the tile needs, by writes through its i/o end; then the run command.
  void load(TileBench& bench) const;

  /// Events and tokens of a frame that turns the input into `next`, as the source of the first layer sends them. Rows
  /// are closed one by one or several at once.
  std::vector<pkg::flit_t> frame(const Tensor& next, Rng& rng);
  /// What the layers send for it, by layer, in order.
  std::vector<std::vector<Fired>> compute();

  /// A random change of the present input.
  Tensor random_input(int percent, Rng& rng) const;

  const std::vector<Layer>& layers() const { return layers_; }
  const Tensor& input() const { return input_; }
  /// Packing of a layer's positions (0: the input).
  static constexpr int kXBits = 4, kCBits = 4;

  /// Axons: layer l is fed by in-axon l and sends on out-axon l; the last one to the host, on its axon kHostAxon.
  static constexpr std::uint16_t kHostAxon = 5;
  static constexpr std::uint16_t kSourceAxon = 9;  // number of the first layer's axon at its source

 private:
  pkg::port_t port(std::size_t layer) const;
  pkg::pop_t population(std::size_t layer) const;
  pkg::out_axon_t out_axon(std::size_t layer) const;

  std::vector<Layer> layers_;
  Tensor input_;
  bool parity_ = false;
};

}  // namespace eddy::test
