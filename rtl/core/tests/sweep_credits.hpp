// SPDX-License-Identifier: Apache-2.0
/// The credits that the consumers of a tile's events give.
#pragma once

#include <deque>
#include <vector>

#include "sweep_play.hpp"

namespace eddy::test {

class SweepCredits {
 public:
  explicit SweepCredits(SweepPlay& play) : play_(play), axons_(play.world.out_axons.size()) {}

  void reset();

  /// The consumer of out-axon `i` has its whole frame: it sends its credit, after some for a part of its rows.
  void consumer_done(std::size_t i, bool parity);

  /// A source row may be sent when all consumers have swept what it touches in the frame before.
  void expect_credit(std::size_t p, int y, bool parity) const;

  // ---- on their way to the tile
  [[nodiscard]] std::size_t due() const { return due_.size(); }
  [[nodiscard]] bool ready() const { return !due_.empty() && !withheld_; }
  /// One of those that are due.
  pkg::token_t give();

  void withhold() { withheld_ = true; }
  void release() { withheld_ = false; }

  /// Instead of the credits that were withheld: for each out-axon one that speaks of a part of its rows. Returns the
  /// pixels that may be visited then, all populations waiting at the beginning of a frame.
  long release_in_part();
  /// And the rest of them.
  void release_rest();

 private:
  struct OutAxon {
    bool parity = false;
    int row = 0;
  };

  [[nodiscard]] int rows_released(const pkg::pop_t& pop) const;

  SweepPlay& play_;
  std::vector<OutAxon> axons_;
  std::deque<pkg::token_t> due_;
  bool withheld_ = false;
  std::vector<pkg::token_t> partial_;        // by out-axon, while credits are released in part
  std::deque<pkg::token_t> behind_partial_;  // of the next frame
};

}  // namespace eddy::test
