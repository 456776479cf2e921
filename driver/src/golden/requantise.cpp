// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "eddy/golden.hpp"
#include "golden/hits.hpp"
#include "golden/requantise.hpp"

namespace eddy {

std::int32_t requantise(std::int32_t sum, const Requant& channel, int lo, int hi) {
  const std::int64_t product = std::int64_t{sum} * channel.mul;
  const std::int64_t value = (product + (std::int64_t{1} << (channel.shift - 1))) >> channel.shift;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, lo, hi));
}

std::int32_t interpolate(const Curve& curve, std::int32_t z) {
  const int place = z + Curve::width * Curve::segments / 2;
  const auto segment = static_cast<std::size_t>(place / Curve::width);
  const int rest = place % Curve::width;
  const int sum = curve.nodes[segment] * (Curve::width - rest) + curve.nodes[segment + 1] * rest;
  const int unit = Curve::width << curve.shift;
  const int rounded = sum + unit / 2;
  return rounded >= 0 ? rounded / unit : -((unit - 1 - rounded) / unit);
}

std::int32_t activation(std::int32_t acc, const Layer& layer, int channel) {
  const Requant& requant = layer.channels[static_cast<std::size_t>(channel)];
  const auto sum =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) + static_cast<std::uint32_t>(requant.bias));
  const std::int32_t z = requantise(sum, requant, layer.lo, layer.hi);
  return layer.curve.empty() ? z : interpolate(layer.curve, z);
}

std::int64_t dense_macs(const Network& network, const Layer& layer, const Port& port) {
  const Shape& source = network.layers[static_cast<std::size_t>(port.source)].out;
  const AxisHits y(port.y, source.h, accumulators_seen(layer.pool_y, layer.acc.h, layer.out.h));
  const AxisHits x(port.x, source.w, accumulators_seen(layer.pool_x, layer.acc.w, layer.out.w));
  const std::int64_t products = port.depthwise ? port.k_count : std::int64_t{port.k_count} * port.c_count;
  return static_cast<std::int64_t>(y.total() * x.total()) * products;
}

std::vector<float> dequantise(const Network& network, const Output& output, const Tensor& tensor) {
  const double scale = network.layers[static_cast<std::size_t>(output.layer)].scale;
  std::vector<float> real;
  real.reserve(tensor.values.size());
  for (int c = 0; c < tensor.shape.c; ++c) {
    for (int y = 0; y < tensor.shape.h; ++y) {
      for (int x = 0; x < tensor.shape.w; ++x) real.push_back(static_cast<float>(tensor.at(c, y, x) * scale));
    }
  }
  return apply_steps(output.steps, std::move(real));
}

}  // namespace eddy
