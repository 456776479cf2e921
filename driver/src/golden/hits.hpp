// SPDX-License-Identifier: Apache-2.0
/// Which outputs and kernel positions an input coordinate meets, on one axis of a port.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "eddy/network.hpp"

namespace eddy {

struct Hit {
  int out = 0;
  int tap = 0;
};

/// For each input coordinate its hits, outputs within [0, outputs). Geometry as Axis defines it.
class AxisHits {
 public:
  AxisHits(const Axis& axis, int inputs, int outputs);
  [[nodiscard]] std::span<const Hit> at(int input) const {
    const auto i = static_cast<std::size_t>(input);
    return std::span(hits_).subspan(first_[i], first_[i + 1] - first_[i]);
  }
  [[nodiscard]] std::size_t total() const { return hits_.size(); }

 private:
  std::vector<Hit> hits_;           // of all inputs, one after another
  std::vector<std::size_t> first_;  // [inputs + 1]
};

/// Accumulators of an axis that windows of the pool see: the first so many. What lies behind is needed by nobody.
int accumulators_seen(const PoolAxis& pool, int accumulators, int outputs);

}  // namespace eddy
