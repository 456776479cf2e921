// SPDX-License-Identifier: Apache-2.0
/// The sources of a tile's populations: they put the input of each frame into memory, say how far they are, and take
/// the frames' credits.
#pragma once

#include <vector>

#include "sweep_memory.hpp"
#include "sweep_play.hpp"

namespace eddy::test {

class SweepSources {
 public:
  SweepSources(SweepPlay& play, SweepMemory& memory)
      : play_(play), memory_(memory), axons_(play.world.sources.size()), pause_(chance(play.rng, 50) ? 60 : 97) {}

  void reset();

  /// So many more frames of all populations, with that share of their input touched.
  void start(int frames, int percent);

  /// What a source says in this cycle, if any does. Without chance, they wait for the credits that are due.
  pkg::progress_t feed(bool credits_due);

  void take_credit(const pkg::flit_t& flit);

  /// What the frames that were begun must give.
  struct Totals {
    long pixels = 0, words = 0, fired = 0, events = 0;
  };
  Totals golden;
  long credits = 0;  // as received

 private:
  struct InAxon {
    bool parity = false;
    int row = 0;
  };

  void open_frame(std::size_t p);
  [[nodiscard]] std::vector<std::size_t> open_axons(std::size_t p) const;
  [[nodiscard]] int rows_allowed(std::size_t p, std::size_t i, const InAxon& next) const;
  void touch(std::size_t p, int rows);
  pkg::progress_t progress(std::size_t p, std::size_t i, int row, bool last);

  SweepPlay& play_;
  SweepMemory& memory_;
  std::vector<InAxon> axons_;
  int pause_;  // percent of cycles
  int percent_ = 0;
};

}  // namespace eddy::test
