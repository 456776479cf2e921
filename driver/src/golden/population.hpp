// SPDX-License-Identifier: Apache-2.0
/// One layer of the event model: accumulators, references and touched marks, as a tile keeps them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eddy/golden.hpp"
#include "eddy/network.hpp"
#include "golden/port_reach.hpp"

namespace eddy {

class Population {
 public:
  Population(const Network& network, int index);

  /// Clears what does not outlive a frame.
  void begin_frame();
  /// Adds one source layer's events, through every port that listens to it.
  void integrate(int source, const std::vector<Event>& events);
  /// Visits the neurons that may have changed; those that moved by at least their threshold fire.
  std::vector<Event> sweep();

  [[nodiscard]] const Tensor& sent() const { return sent_; }
  [[nodiscard]] std::span<const std::uint32_t> accumulators() const { return acc_; }
  [[nodiscard]] std::int64_t macs() const { return macs_; }              // since begin_frame()
  [[nodiscard]] std::int64_t dense_macs() const { return dense_macs_; }  // of a frame

 private:
  void integrate(const PortReach& port, const Event& event);
  [[nodiscard]] bool touched(int y, int x) const;
  void visit(int y, int x, std::vector<Event>& events);
  [[nodiscard]] std::size_t pixel(int y, int x) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(layer_.acc.w) + static_cast<std::size_t>(x);
  }

  const Layer& layer_;
  int index_;
  std::vector<PortReach> ports_;
  std::vector<std::uint32_t> acc_;   // [acc.h][acc.w][acc.c]; unsigned, since they wrap
  std::vector<std::uint8_t> marks_;  // [acc.h][acc.w]
  std::vector<std::int32_t> value_;  // [out.c] of the pixel that is visited
  Tensor sent_;                      // references; spatial: what this frame sent
  bool first_ = true;
  std::int64_t macs_ = 0, dense_macs_ = 0;
};

}  // namespace eddy
