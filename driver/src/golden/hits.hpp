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

/// True where output `o` at kernel position `k` reads input `i`: the definition of a port's geometry.
inline bool meets(const Axis& axis, int i, int o, int k) {
  if (axis.transposed) return o == i * axis.up - axis.pad + k * axis.dilation;
  return i == o * axis.stride - axis.pad + k * axis.dilation;
}

/// For each input coordinate its hits, outputs within [0, outputs).
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

}  // namespace eddy
