// SPDX-License-Identifier: Apache-2.0
/// What a tile sends to its consumers, and what it traces, against the golden model.
#pragma once

#include <optional>
#include <vector>

#include "sweep_credits.hpp"
#include "sweep_play.hpp"

namespace eddy::test {

class SweepOutput {
 public:
  SweepOutput(SweepPlay& play, SweepCredits& credits)
      : play_(play), credits_(credits), axons_(play.world.out_axons.size()) {}

  void reset();

  /// An event or a token.
  void take(const pkg::flit_t& flit);
  /// A group that was swept.
  void take_trace(const pkg::trace_t& trace);
  /// Behind a cycle: populations whose last token has come go on to their next frame.
  void next_frames();

  long tokens = 0;  // as received

 private:
  struct OutAxon {
    bool parity = false;
    int row = 0, count = 0;
  };

  void take_event(std::size_t p, const pkg::event_t& event);
  void take_token(std::size_t p, const pkg::token_t& token);
  [[nodiscard]] int next_event_row(std::size_t p) const;
  [[nodiscard]] std::optional<int> row_behind(std::size_t p, const pkg::token_t& token, int next) const;
  [[nodiscard]] bool all_finished(std::size_t p) const;
  void expect_closed(std::size_t p, int row) const;
  void expect_no_events_left(std::size_t p) const;

  SweepPlay& play_;
  SweepCredits& credits_;
  std::vector<OutAxon> axons_;  // as sent so far
};

}  // namespace eddy::test
