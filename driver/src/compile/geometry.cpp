// SPDX-License-Identifier: Apache-2.0
#include "compile/geometry.hpp"

#include <algorithm>
#include <numeric>

#include "compile/arith.hpp"

namespace eddy::mapping {
namespace {

constexpr int MaxDivisor = 16;

}  // namespace

AxisSlice axis_slice(const PoolAxis& pool, int acc_size, int out0, int outs) {
  const int begin = out0 * pool.stride - pool.pad;
  const int end = (out0 + outs - 1) * pool.stride - pool.pad + pool.size;
  AxisSlice s;
  s.out0 = out0;
  s.outs = outs;
  s.pool = pool;
  s.acc0 = std::max(0, begin);
  s.accs = std::min(acc_size, end) - s.acc0;
  s.pad = s.acc0 - begin;
  return s;
}

PortAxis port_axis(const Axis& axis, const AxisSlice& slice) {
  PortAxis p{.dilation = axis.dilation, .taps = axis.taps, .size = slice.accs};
  if (axis.transposed) {
    p.up = axis.up;
    p.offset = -axis.pad - slice.acc0;
  } else {
    p.stride = axis.stride;
    p.offset = axis.pad - (axis.taps - 1) * axis.dilation - slice.acc0 * axis.stride;
  }
  return p;
}

Hits hits(const PortAxis& axis, int i) {
  const int g = std::gcd(axis.stride, axis.dilation);
  Hits h{.step = axis.dilation / g, .tap_step = axis.stride / g};
  const int base = i * axis.up + axis.offset;
  for (int k = 0; k < std::min(axis.taps, h.tap_step); ++k) {
    // Solutions of this residue of k lie on one line; at most one residue below tap_step has any.
    if (floor_mod(base + k * axis.dilation, axis.stride) != 0) continue;
    const int o = floor_div(base + k * axis.dilation, axis.stride);
    const int skip = o < 0 ? ceil_div(-o, h.step) : 0;
    h.first = o + skip * h.step;
    h.tap_first = k + skip * h.tap_step;
    if (h.first >= axis.size || h.tap_first >= axis.taps) return h;
    h.count = std::min((axis.size - 1 - h.first) / h.step, (axis.taps - 1 - h.tap_first) / h.tap_step) + 1;
    return h;
  }
  return h;
}

std::optional<SourceRange> source_range(const PortAxis& axis, int lo, int hi) {
  SourceRange r;
  int spacing = 0;
  bool any = false;
  for (int i = lo; i <= hi; ++i) {
    if (hits(axis, i).count == 0) continue;
    if (!any) r.first = i;
    any = true;
    r.last = i;
    spacing = std::gcd(spacing, i - r.first);
  }
  if (!any) return std::nullopt;
  if (spacing % 4 == 0 && spacing > 0)
    r.mask = 3;
  else if (spacing % 2 == 0 && spacing > 0)
    r.mask = 1;
  return r;
}

int RowRule::enabled(int y) const { return std::clamp(floor_div(std::max(0, a * y + b_token), d), 0, rows); }
int RowRule::touched(int y) const { return std::clamp(floor_div(std::max(0, a * y + b_credit), d), 0, rows - 1); }

RowRule row_rule(const PortAxis& axis, const AxisSlice& slice, const SourceRange& range) {
  const PoolAxis& pool = slice.pool;
  RowRule r{.rows = slice.outs};
  r.d = axis.stride * pool.stride;
  if (r.d > MaxDivisor) {
    r = {.a = 0, .b_token = 0, .b_credit = slice.outs - 1, .d = 1, .rows = slice.outs};
  } else {
    // Output p is complete when its window's last accumulator o = p * pool.stride - pad + size - 1 is, and that one
    // when the source that meets it with tap 0 has passed: i * up = o * stride - offset, or the next below where up
    // > 1. Source y reaches accumulators up to floor((y * up + offset + (taps - 1) * dilation) / stride), and windows
    // begin at p * pool.stride - pad.
    r.a = axis.up;
    r.b_token = axis.up - 1 + axis.offset + (slice.pad - pool.size + 1 + pool.stride) * axis.stride;
    r.b_credit = axis.offset + (axis.taps - 1) * axis.dilation + slice.pad * axis.stride;
  }
  // Before the first accumulator that the axon touches, nothing is needed.
  int first = slice.accs;
  for (int i = range.first; i <= range.last; i += range.mask + 1) {
    const Hits h = hits(axis, i);
    if (h.count > 0) first = std::min(first, h.first);
  }
  for (r.idle = 0; r.idle < r.rows && r.idle * pool.stride - slice.pad + pool.size - 1 < first;) ++r.idle;
  return r;
}

}  // namespace eddy::mapping
