// SPDX-License-Identifier: Apache-2.0
/// What one event of a port's source touches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eddy/network.hpp"
#include "golden/hits.hpp"

namespace eddy {

/// A port with its weights in the order of use, as a tile holds them.
class PortReach {
 public:
  /// Keeps a reference to the port. Accumulators that no window of the layer's pool sees are left out.
  PortReach(const Network& network, const Layer& layer, const Port& port);

  [[nodiscard]] int source() const { return port_->source; }
  [[nodiscard]] bool hears(int c) const { return c >= port_->c_first && c < port_->c_first + port_->c_count; }

  /// Calls take(y, x, k, weights) for each place (y, x) that source neuron (sy, sx, c) touches: output channels from k
  /// on, one for each weight. Returns the number of products.
  template <typename Take>
  std::int64_t touch(int sy, int sx, int c, Take take) const {
    const auto rows = y_.at(sy), columns = x_.at(sx);
    const int channel = c - port_->c_first;
    const int k = port_->k_first + (port_->depthwise ? channel * outputs_ : 0);
    for (const Hit& row : rows) {
      for (const Hit& column : columns) take(row.out, column.out, k, weights(channel, row.tap, column.tap));
    }
    return static_cast<std::int64_t>(rows.size() * columns.size()) * outputs_;
  }

 private:
  [[nodiscard]] std::span<const std::int32_t> weights(int c, int ky, int kx) const {
    const auto run = static_cast<std::size_t>((c * port_->y.taps + ky) * port_->x.taps + kx);
    return std::span(weights_).subspan(run * static_cast<std::size_t>(outputs_), static_cast<std::size_t>(outputs_));
  }

  const Port* port_;
  AxisHits y_, x_;
  int outputs_;                        // channels that one event touches
  std::vector<std::int32_t> weights_;  // [c][ky][kx][outputs]
};

}  // namespace eddy
