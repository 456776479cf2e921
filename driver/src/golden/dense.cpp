// SPDX-License-Identifier: Apache-2.0
/// Every neuron from the sum that defines it. No state, no events, no shared geometry with the event model.
#include <algorithm>
#include <limits>

#include "eddy/golden.hpp"
#include "golden/frame_input.hpp"

namespace eddy {
namespace {

/// The input coordinate that output `o` reads at kernel position `k`, or -1 where it reads padding.
int input_at(const Axis& axis, int inputs, int o, int k) {
  int i = o * axis.stride - axis.pad + k * axis.dilation;
  if (axis.transposed) {
    const int scaled = o + axis.pad - k * axis.dilation;
    if (scaled % axis.up != 0) return -1;
    i = scaled / axis.up;
  }
  return i >= 0 && i < inputs ? i : -1;
}

/// What one port adds to output channel `k` (counted from the port's first) at (y, x).
std::int64_t port_sum(const Port& port, const Tensor& source, int k, int y, int x) {
  const int multiplier = port.depthwise ? port.k_count / port.c_count : 1;
  const int c_begin = port.depthwise ? k / multiplier : 0;
  const int c_end = port.depthwise ? c_begin + 1 : port.c_count;
  std::int64_t sum = 0;
  for (int ky = 0; ky < port.y.taps; ++ky) {
    const int iy = input_at(port.y, source.shape.h, y, ky);
    if (iy < 0) continue;
    for (int kx = 0; kx < port.x.taps; ++kx) {
      const int ix = input_at(port.x, source.shape.w, x, kx);
      if (ix < 0) continue;
      for (int c = c_begin; c < c_end; ++c) {
        sum += std::int64_t{port.weight(k, c, ky, kx)} * source.at(port.c_first + c, iy, ix);
      }
    }
  }
  return sum;
}

/// Activations before the pool.
Tensor activations(const Layer& layer, const std::vector<Tensor>& tensors) {
  Tensor result(layer.acc);
  for (int y = 0; y < layer.acc.h; ++y) {
    for (int x = 0; x < layer.acc.w; ++x) {
      for (int k = 0; k < layer.acc.c; ++k) {
        std::int64_t acc = 0;
        for (const Port& port : layer.ports) {
          const bool touched = k >= port.k_first && k < port.k_first + port.k_count;
          if (touched) acc += port_sum(port, tensors[static_cast<std::size_t>(port.source)], k - port.k_first, y, x);
        }
        // Only here, at the end, does the sum become 32 bits: wrapping sums do not care when they wrap.
        const auto wrapped = static_cast<std::int32_t>(static_cast<std::uint32_t>(acc));
        result.at(k, y, x) = activation(wrapped, layer, k);
      }
    }
  }
  return result;
}

Tensor max_pool(const Layer& layer, const Tensor& source) {
  Tensor result(layer.out);
  for (int y = 0; y < layer.out.h; ++y) {
    for (int x = 0; x < layer.out.w; ++x) {
      for (int c = 0; c < layer.out.c; ++c) {
        std::int32_t most = std::numeric_limits<std::int32_t>::min();
        for (int ky = 0; ky < layer.pool_y.size; ++ky) {
          const int iy = y * layer.pool_y.stride - layer.pool_y.pad + ky;
          if (iy < 0 || iy >= source.shape.h) continue;
          for (int kx = 0; kx < layer.pool_x.size; ++kx) {
            const int ix = x * layer.pool_x.stride - layer.pool_x.pad + kx;
            if (ix >= 0 && ix < source.shape.w) most = std::max(most, source.at(c, iy, ix));
          }
        }
        result.at(c, y, x) = most;
      }
    }
  }
  return result;
}

}  // namespace

std::vector<Tensor> GoldenDense::run(const Frame& frame) const {
  std::vector<Tensor> tensors{input_activations(network_, frame)};
  for (std::size_t l = 1; l < network_.layers.size(); ++l) {
    const Layer& layer = network_.layers[l];
    tensors.push_back(max_pool(layer, activations(layer, tensors)));
  }
  return tensors;
}

}  // namespace eddy
