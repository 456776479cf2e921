// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "eddy/error.hpp"
#include "eddy/graph.hpp"
#include "index.hpp"

namespace eddy {
namespace {

/// Weights in the order of use, outputs innermost: [ky][kx][c][k]; depthwise: [ky][kx][k].
std::vector<float> outputs_innermost(const GraphPort& port) {
  const int channels = port.depthwise ? 1 : port.c_count;
  const int taps = port.y.taps * port.x.taps;
  std::vector<float> result(port.weights.size());
  for (int k = 0; k < port.k_count; ++k) {
    for (int c = 0; c < channels; ++c) {
      for (int t = 0; t < taps; ++t) {
        result[(at(t) * at(channels) + at(c)) * at(port.k_count) + at(k)] =
            port.weights[(at(k) * at(channels) + at(c)) * at(taps) + at(t)];
      }
    }
  }
  return result;
}

/// Adds the products of one output pixel and one tap.
void add_tap(const GraphPort& port, const float* weights, const float* in, float* out) {
  const std::size_t outputs = at(port.k_count);
  if (port.depthwise) {
    const std::size_t multiplier = outputs / at(port.c_count);
    for (std::size_t k = 0; k < outputs; ++k) out[k] += weights[k] * in[k / multiplier];
    return;
  }
  for (std::size_t c = 0; c < at(port.c_count); ++c) {
    const float value = in[c];
    if (value == 0) continue;
    const float* row = weights + c * outputs;
    for (std::size_t k = 0; k < outputs; ++k) out[k] += row[k] * value;
  }
}

/// The input that output `o` and tap `k` meet on an axis, -1 where there is none.
int input_at(const Axis& axis, int o, int k, int inputs) {
  if (!axis.transposed) {
    const int i = o * axis.stride - axis.pad + k * axis.dilation;
    return i < inputs ? i : -1;
  }
  const int scaled = o + axis.pad - k * axis.dilation;
  return scaled >= 0 && scaled % axis.up == 0 && scaled / axis.up < inputs ? scaled / axis.up : -1;
}

void sum_port(const GraphLayer& layer, const GraphPort& port, const Shape& shape, const std::vector<float>& source,
              std::vector<float>& acc) {
  const std::vector<float> weights = outputs_innermost(port);
  const std::size_t tap_size = weights.size() / (at(port.y.taps) * at(port.x.taps));
  for (int y = 0; y < layer.acc.h; ++y) {
    for (int x = 0; x < layer.acc.w; ++x) {
      float* out = acc.data() + (at(y) * at(layer.acc.w) + at(x)) * at(layer.acc.c) + at(port.k_first);
      for (int ky = 0; ky < port.y.taps; ++ky) {
        const int iy = input_at(port.y, y, ky, shape.h);
        if (iy < 0) continue;
        for (int kx = 0; kx < port.x.taps; ++kx) {
          const int ix = input_at(port.x, x, kx, shape.w);
          if (ix < 0) continue;
          const float* in = source.data() + (at(iy) * at(shape.w) + at(ix)) * at(shape.c) + at(port.c_first);
          add_tap(port, weights.data() + (at(ky) * at(port.x.taps) + at(kx)) * tap_size, in, out);
        }
      }
    }
  }
}

std::vector<float> max_pool(const GraphLayer& layer, const std::vector<float>& source) {
  const std::size_t channels = at(layer.out.c);
  std::vector<float> result(at(layer.out.h) * at(layer.out.w) * channels, -unlimited);
  for (int y = 0; y < layer.out.h; ++y) {
    for (int x = 0; x < layer.out.w; ++x) {
      float* out = result.data() + (at(y) * at(layer.out.w) + at(x)) * channels;
      for (int ky = 0; ky < layer.pool_y.size; ++ky) {
        const int iy = y * layer.pool_y.stride - layer.pool_y.pad + ky;
        if (iy < 0 || iy >= layer.acc.h) continue;
        for (int kx = 0; kx < layer.pool_x.size; ++kx) {
          const int ix = x * layer.pool_x.stride - layer.pool_x.pad + kx;
          if (ix < 0 || ix >= layer.acc.w) continue;
          const float* in = source.data() + (at(iy) * at(layer.acc.w) + at(ix)) * channels;
          for (std::size_t c = 0; c < channels; ++c) out[c] = std::max(out[c], in[c]);
        }
      }
    }
  }
  return result;
}

void round_values(const GraphLayer& layer, std::vector<float>& values) {
  if (!layer.grid) return;
  for (float& v : values) v = layer.grid->rounded(v);
}

}  // namespace

std::vector<std::vector<float>> forward(
    const Graph& graph, std::span<const float> input,
    const std::function<void(std::size_t layer, std::span<const float> sums)>& on_sums) {
  if (static_cast<std::int64_t>(input.size()) != graph.layers[0].out.count()) {
    throw UsageError("the frame has another size than the network's input");
  }
  std::vector<std::vector<float>> values{{input.begin(), input.end()}};
  round_values(graph.layers[0], values[0]);
  for (std::size_t l = 1; l < graph.layers.size(); ++l) {
    const GraphLayer& layer = graph.layers[l];
    std::vector<float> acc;
    acc.reserve(static_cast<std::size_t>(layer.acc.count()));
    for (int p = 0; p < layer.acc.h * layer.acc.w; ++p) acc.insert(acc.end(), layer.bias.begin(), layer.bias.end());
    for (const GraphPort& port : layer.ports)
      sum_port(layer, port, graph.layers[at(port.source)].out, values[at(port.source)], acc);
    if (on_sums) on_sums(l, acc);
    for (float& v : acc)
      v = layer.curve ? static_cast<float>(layer.curve(double{v})) : std::min(std::max(v, layer.lo), layer.hi);
    round_values(layer, acc);
    values.push_back(layer.has_pool() ? max_pool(layer, acc) : std::move(acc));
  }
  return values;
}

}  // namespace eddy
