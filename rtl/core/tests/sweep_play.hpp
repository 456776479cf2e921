// SPDX-License-Identifier: Apache-2.0
/// A world in play: what all those around the sweep path know of it.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sweep_world.hpp"

namespace eddy::test {

/// How the input of a frame comes.
enum class Feed {
  AllAtOnce,  // complete before the population may take a row: it can merge all tokens of clean rows
  RowByRow,   // a row when all is quiet: it can merge none
  Random
};

/// A population: the frame that is fed, and those whose output is not complete.
struct PopState {
  int frames_left = 0;
  bool open = false;  // a frame's input is coming, or its sweep goes on
  int frames_done = 0;
  FrameGolden now;                  // the frame that is fed
  std::vector<Touch> touches_left;  // not yet in memory
  std::vector<Mark> marks_left;
  int enabled = 0;                 // rows that may be swept
  std::vector<int> credited;       // by in-axon: rows that its source has been told
  std::deque<FrameGolden> golden;  // frames whose output is not complete
  std::size_t group = 0;           // next one of `now`
  std::size_t row = 0, event = 0;  // next event of golden.front()
  bool sent = false;               // its last token has come
  int closed = -1;                 // rows whose tokens must have been sent, at least
};

struct SweepPlay {
  SweepPlay(World its_world, Rng& its_rng, Feed its_feed)
      : world(std::move(its_world)), rng(its_rng), feed(its_feed), pops(world.pops.size()) {}

  World world;
  Rng& rng;
  const Feed feed;
  std::vector<PopState> pops;
  int calm = 0;  // cycles without activity, since a row came

  [[nodiscard]] bool quiet() const { return calm > 20; }
};

}  // namespace eddy::test
