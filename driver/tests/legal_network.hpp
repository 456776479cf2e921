// SPDX-License-Identifier: Apache-2.0
/// What must hold for every network that the chip is to execute.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <set>

#include "eddy/network.hpp"

namespace eddy::testing {

/// Holds for every neuron, whatever the frames: no sum may leave 32 bits.
inline void expect_sums_fit(const Network& network) {
  for (const Layer& layer : network.layers) {
    for (std::size_t k = 0; k < layer.channels.size(); ++k) {
      double sum = std::abs(static_cast<double>(layer.channels[k].bias));
      for (const Port& port : layer.ports) {
        const Layer& source = network.layers[static_cast<std::size_t>(port.source)];
        const int inside = static_cast<int>(k) - port.k_first;
        if (inside < 0 || inside >= port.k_count) continue;
        const std::size_t each = port.weights.size() / static_cast<std::size_t>(port.k_count);
        for (std::size_t i = 0; i < each; ++i) {
          sum += std::abs(double{static_cast<double>(port.weights[static_cast<std::size_t>(inside) * each + i])}) *
                 activation_range(source).largest();
        }
      }
      EXPECT_LE(sum, std::numeric_limits<std::int32_t>::max()) << layer.name << " channel " << k;
    }
  }
}

/// What the port's format can hold.
inline void expect_weights_fit(const Port& port) {
  const int bits = bits_of(port.format);
  std::set<std::int32_t> values{0};
  for (const auto w : port.weights) {
    if (is_fp16(port.format)) {
      EXPECT_EQ(w % (1 << std::max(0, static_cast<int>(std::bit_width(static_cast<unsigned>(std::abs(w)))) - 11)), 0)
          << w;
      values.insert(w);
    } else {
      EXPECT_TRUE(w >= -(1 << (bits - 1)) && w < 1 << (bits - 1)) << w;
    }
  }
  if (is_coded(port.format)) {
    EXPECT_LE(values.size(), std::size_t{1} << bits);
  }
}

/// What the chip can hold, whatever the model.
inline void expect_legal(const Network& network) {
  expect_sums_fit(network);
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    SCOPED_TRACE(layer.name);
    EXPECT_LE(layer.lo, layer.hi);
    const auto [least, most] = activation_range(layer);
    EXPECT_LE(most - least, std::numeric_limits<std::int16_t>::max()) << "differences fit an event";
    for (const Requant& r : layer.channels) {
      EXPECT_TRUE(r.mul >= 1U << 15 || r.mul == 0) << r.mul;
      EXPECT_TRUE(r.shift >= 1 && r.shift <= 47) << r.shift;
    }
    for (const Port& port : layer.ports) {
      expect_weights_fit(port);
      const bool addition = port.depthwise && port.y.taps == 1 && port.x.taps == 1;
      EXPECT_TRUE(!addition || port.format == WeightFormat::int16);
    }
  }
}

}  // namespace eddy::testing
