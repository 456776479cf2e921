// SPDX-License-Identifier: Apache-2.0
#include "golden/residue_bound.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "golden/frame_input.hpp"
#include "golden/requantise.hpp"
#include "index.hpp"

namespace eddy {
namespace {

/// The activations that a sum within [least, most] may give. Requantising keeps order, its rounding included, and so
/// does a curve between two nodes: the extremes lie at the ends, or at a node between them.
ActivationRange activations_within(std::int64_t least, std::int64_t most, const Layer& layer, const Requant& channel) {
  using Sum = std::numeric_limits<std::int32_t>;
  if (least < Sum::min() || most > Sum::max()) return activation_range(layer);  // it may have wrapped: to anything
  const std::int32_t z_least = requantise(static_cast<std::int32_t>(least), channel, layer.lo, layer.hi);
  const std::int32_t z_most = requantise(static_cast<std::int32_t>(most), channel, layer.lo, layer.hi);
  if (layer.curve.empty()) return {z_least, z_most};
  const auto [lower, upper] = std::minmax({interpolate(layer.curve, z_least), interpolate(layer.curve, z_most)});
  ActivationRange range{lower, upper};
  constexpr int half = Curve::width * Curve::segments / 2;
  for (int z = (z_least + half) / Curve::width * Curve::width - half; z <= z_most; z += Curve::width) {
    if (z <= z_least) continue;
    const int node = interpolate(layer.curve, z);
    range.lo = std::min(range.lo, node);
    range.hi = std::max(range.hi, node);
  }
  return range;
}

/// Positions of an axis that a pool's window covers.
struct Span {
  int first = 0, end = 0;
};
Span window(const PoolAxis& pool, int accumulators, int output) {
  const int first = output * pool.stride - pool.pad;
  return {std::max(0, first), std::min(accumulators, first + pool.size)};
}

}  // namespace

ResidueBound::ResidueBound(const Network& network) : network_(network) {
  for (const Layer& layer : network.layers) {
    auto& ports = ports_.emplace_back();
    for (const Port& port : layer.ports) ports.emplace_back(network, layer, port);
  }
}

std::vector<Tensor> ResidueBound::of(const GoldenEvents& events, const Frame& frame) const {
  std::vector<Known> known{input(events, frame)};
  for (std::size_t l = 1; l < network_.layers.size(); ++l) known.push_back(layer(l, events, missing(l, known)));
  std::vector<Tensor> bounds;
  for (Known& k : known) bounds.push_back(std::move(k.bound));
  return bounds;
}

/// Pixels are what they are: all that receivers do not know of them is their residue.
ResidueBound::Known ResidueBound::input(const GoldenEvents& events, const Frame& frame) const {
  const Tensor now = input_activations(network_, frame);
  Known known{std::vector<std::int32_t>(now.values.size()), std::vector<std::int32_t>(now.values.size()),
              Tensor(now.shape)};
  for (std::size_t i = 0; i < now.values.size(); ++i) {
    known.residue[i] = now.values[i] - events.sent(0).values[i];
    known.bound.values[i] = std::abs(known.residue[i]);
  }
  return known;
}

ResidueBound::Missing ResidueBound::missing(std::size_t l, const std::vector<Known>& known) const {
  const Shape& acc = network_.layers[l].acc;
  Missing result{std::vector<std::int64_t>(at(acc.count())), std::vector<std::int64_t>(at(acc.count()))};
  for (const PortReach& port : ports_[l]) {
    const Known& source = known[at(port.source())];
    const Shape& shape = source.bound.shape;
    std::size_t i = 0;
    for (int y = 0; y < shape.h; ++y) {
      for (int x = 0; x < shape.w; ++x) {
        for (int c = 0; c < shape.c; ++c, ++i) {
          const std::int32_t residue = source.residue[i], margin = source.margin[i];
          if ((residue == 0 && margin == 0) || !port.hears(c)) continue;
          port.touch(y, x, c, [&](int ay, int ax, int k, std::span<const std::int32_t> weights) {
            const std::size_t first = at((ay * acc.w + ax) * acc.c + k);
            std::int64_t *centre = result.centre.data() + first, *radius = result.radius.data() + first;
            for (std::size_t n = 0; n < weights.size(); ++n) {
              const std::int64_t weight = weights[n];
              centre[n] += weight * residue;
              radius[n] += std::abs(weight) * margin;
            }
          });
        }
      }
    }
  }
  return result;
}

ResidueBound::Known ResidueBound::layer(std::size_t l, const GoldenEvents& events, const Missing& missing) const {
  const Layer& layer = network_.layers[l];
  const Tensor& sent = events.sent(static_cast<int>(l));
  const auto sums = events.accumulators(static_cast<int>(l));
  Known known{std::vector<std::int32_t>(sent.values.size()), std::vector<std::int32_t>(sent.values.size()),
              Tensor(sent.shape)};
  std::size_t i = 0;
  for (int y = 0; y < layer.out.h; ++y) {
    const Span rows = window(layer.pool_y, layer.acc.h, y);
    for (int x = 0; x < layer.out.w; ++x) {
      const Span columns = window(layer.pool_x, layer.acc.w, x);
      for (int c = 0; c < layer.out.c; ++c, ++i) {
        const Requant& channel = layer.channels[at(c)];
        constexpr int none = std::numeric_limits<int>::min();
        int now = none;  // the activation that the events so far make
        ActivationRange dense{none, none};
        for (int ay = rows.first; ay < rows.end; ++ay) {
          for (int ax = columns.first; ax < columns.end; ++ax) {
            const std::size_t a = at((ay * layer.acc.w + ax) * layer.acc.c + c);
            const auto sum = static_cast<std::int32_t>(sums[a] + static_cast<std::uint32_t>(channel.bias));
            const std::int64_t centre = sum + missing.centre[a], radius = missing.radius[a];
            const ActivationRange range = activations_within(centre - radius, centre + radius, layer, channel);
            now = std::max(now, activation(static_cast<std::int32_t>(sums[a]), layer, c));
            dense = {std::max(dense.lo, range.lo), std::max(dense.hi, range.hi)};
          }
        }
        known.residue[i] = now - sent.values[i];
        known.margin[i] = std::max(std::abs(dense.hi - now), std::abs(now - dense.lo));
        known.bound.values[i] = std::max(std::abs(dense.hi - sent.values[i]), std::abs(sent.values[i] - dense.lo));
      }
    }
  }
  return known;
}

}  // namespace eddy
