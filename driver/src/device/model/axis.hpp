// SPDX-License-Identifier: Apache-2.0
/// What an event's coordinate meets on one axis of a port, found by the definition and remembered.
#pragma once

#include <optional>
#include <vector>

#include "eddy_pkg.hpp"

namespace eddy::model {

class AxisHits {
 public:
  struct Hit {
    int out = 0, tap = 0;
  };

  explicit AxisHits(const pkg::axis_t& axis) : axis_(axis) {}

  /// Outputs and taps that source `i` meets, outputs ascending.
  const std::vector<Hit>& at(int i) {
    const auto index = static_cast<std::size_t>(i);
    if (known_.size() <= index) known_.resize(index + 1);
    if (!known_[index]) {
      auto& hits = known_[index].emplace();
      for (int k = 0; k < axis_.taps; ++k) {
        const int n = i * axis_.up + axis_.offset + k * axis_.dilation;
        if (n >= 0 && n % axis_.stride == 0 && n / axis_.stride < axis_.size) hits.push_back({n / axis_.stride, k});
      }
    }
    return *known_[index];
  }

 private:
  pkg::axis_t axis_;
  std::vector<std::optional<std::vector<Hit>>> known_;
};

}  // namespace eddy::model
