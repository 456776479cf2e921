// SPDX-License-Identifier: Apache-2.0
#include "golden/hits.hpp"

namespace eddy {

AxisHits::AxisHits(const Axis& axis, int inputs, int outputs) {
  for (int i = 0; i < inputs; ++i) {
    first_.push_back(hits_.size());
    for (int k = 0; k < axis.taps; ++k) {
      // Solve meets() for the output.
      const int scaled = axis.transposed ? i * axis.up - axis.pad + k * axis.dilation : i + axis.pad - k * axis.dilation;
      const int step = axis.transposed ? 1 : axis.stride;
      if (scaled < 0 || scaled % step != 0 || scaled / step >= outputs) continue;
      hits_.push_back({scaled / step, k});
    }
  }
  first_.push_back(hits_.size());
}

}  // namespace eddy
