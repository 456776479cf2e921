// SPDX-License-Identifier: Apache-2.0
/// Where slices lie and what meets what, on one axis at a time: docs/contract.md, "Geometry", as functions.
#pragma once

#include <optional>

#include "eddy/network.hpp"

namespace eddy::mapping {

/// One axis of a slice: its outputs, and the accumulators under their pool windows.
struct AxisSlice {
  int out0 = 0, outs = 0;  // pooled, in the layer
  int acc0 = 0, accs = 0;  // before the pool, in the layer
  int pad = 0;             // window p covers accumulators [p * stride - pad, + size) of the slice
  PoolAxis pool;
};

/// Outputs [out0, out0 + outs) of a layer whose accumulators are [0, acc_size). A halo where windows overlap is part of
/// it.
AxisSlice axis_slice(const PoolAxis& pool, int acc_size, int out0, int outs);

/// One axis of a port for one slice: output `o` and tap `k` meet source `i` iff o * stride = i * up + offset + k *
/// dilation. Taps are in walk order: flipped, unless the port is transposed.
struct PortAxis {
  int up = 1, stride = 1, dilation = 1, offset = 0;
  int taps = 1;
  int size = 1;  // accumulators of the slice
};

PortAxis port_axis(const Axis& axis, const AxisSlice& slice);

/// Accumulators of the slice that source `i` meets: from `first` on, `count` of them, `step` apart; none: count 0.
struct Hits {
  int first = 0, count = 0, step = 1;
  int tap_first = 0, tap_step = 1;
};
Hits hits(const PortAxis& axis, int i);

/// Sources in [lo, hi] that meet the slice: from `first` to `last`, only where ((i - first) & mask) == 0.
/// A mask of 1 or 3 is given where it loses none; sources between that meet nothing may remain.
struct SourceRange {
  int first = 0, last = 0, mask = 0;
  [[nodiscard]] int count() const { return (last - first) / (mask + 1) + 1; }
};
std::optional<SourceRange> source_range(const PortAxis& axis, int lo, int hi);

/// Row rule of an axon: with n = floor((a * y + b) / d), source row y enables receiver rows [0, clip(n, 0, rows)) with
/// b_token, and touches rows up to clip(n, 0, rows - 1) with b_credit.
struct RowRule {
  int a = 0, b_token = 0, b_credit = 0, d = 1;
  int rows = 0;
  int idle = 0;  // receiver rows [0, idle) need nothing from the axon
  [[nodiscard]] int enabled(int y) const;
  [[nodiscard]] int touched(int y) const;
};

/// Rule for source rows [range.first, range.last] and a slice. Where the divisor would pass 16 (stride 4 under a pool
/// of stride 5), the rule says nothing before the last row: right, but late.
RowRule row_rule(const PortAxis& axis, const AxisSlice& slice, const SourceRange& range);

}  // namespace eddy::mapping
