// SPDX-License-Identifier: Apache-2.0
/// How far the event model can be from the dense network, from what its neurons have not sent: a bound that holds for
/// every neuron, proved layer by layer. docs/thresholds.md.
#pragma once

#include <cstdint>
#include <vector>

#include "eddy/golden.hpp"
#include "golden/port_reach.hpp"

namespace eddy {

/// A neuron's residue is what it would send now if its threshold were 0. Its receivers are off by the residue, times
/// their weight, and by as much as the neuron's own activation is off, of which the size is known and not the sign.
class ResidueBound {
 public:
  /// Keeps a reference to the network.
  explicit ResidueBound(const Network& network);

  /// [layer] numbers that |sent - dense| does not exceed, [h][w][c]. `frame` is the one that `events` stepped last.
  [[nodiscard]] std::vector<Tensor> of(const GoldenEvents& events, const Frame& frame) const;

 private:
  /// Of one layer after a frame.
  struct Known {
    std::vector<std::int32_t> residue;  // activation - sent, exact
    std::vector<std::int32_t> margin;   // |dense - activation| is no more than this
    Tensor bound;                       // nor |dense - sent| than this
  };
  /// What the sums of a layer miss, [acc.h][acc.w][acc.c]: dense - sum lies within centre - radius and centre + radius.
  struct Missing {
    std::vector<std::int64_t> centre, radius;
  };
  [[nodiscard]] Known input(const GoldenEvents& events, const Frame& frame) const;
  [[nodiscard]] Missing missing(std::size_t layer, const std::vector<Known>& known) const;
  [[nodiscard]] Known layer(std::size_t layer, const GoldenEvents& events, const Missing& missing) const;

  const Network& network_;
  std::vector<std::vector<PortReach>> ports_;  // [layer]
};

}  // namespace eddy
