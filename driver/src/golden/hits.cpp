// SPDX-License-Identifier: Apache-2.0
#include "golden/hits.hpp"

#include <algorithm>

namespace eddy {
namespace {

/// The input coordinate that output `o` meets at kernel position `k`, or -1 where there is none.
int input_of(const Axis& axis, int o, int k) {
  if (!axis.transposed) return o * axis.stride - axis.pad + k * axis.dilation;
  const int scaled = o + axis.pad - k * axis.dilation;
  return scaled >= 0 && scaled % axis.up == 0 ? scaled / axis.up : -1;
}

}  // namespace

AxisHits::AxisHits(const Axis& axis, int inputs, int outputs) {
  const auto each_hit = [&](auto take) {
    for (int o = 0; o < outputs; ++o) {
      for (int k = 0; k < axis.taps; ++k) {
        if (const int i = input_of(axis, o, k); i >= 0 && i < inputs) take(static_cast<std::size_t>(i), Hit{o, k});
      }
    }
  };
  first_.resize(static_cast<std::size_t>(inputs) + 1);
  each_hit([&](std::size_t i, Hit) { ++first_[i + 1]; });
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  hits_.resize(first_.back());
  std::vector<std::size_t> next = first_;
  each_hit([&](std::size_t i, Hit hit) { hits_[next[i]++] = hit; });
}

int accumulators_seen(const PoolAxis& pool, int accumulators, int outputs) {
  return std::min(accumulators, (outputs - 1) * pool.stride - pool.pad + pool.size);
}

}  // namespace eddy
