// SPDX-License-Identifier: Apache-2.0
#include "sweep_sources.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy::test {
namespace {

/// First row of a population whose window holds accumulator row `ay`.
int first_window(const pkg::pop_t& pop, int ay) {
  for (int y = 0; y < pop.rows; ++y) {
    const int dy = ay - (y * pop.pool_y.stride - pop.pool_y.pad);
    if (dy >= 0 && dy < pop.pool_y.size) return y;
  }
  return pop.rows;
}

}  // namespace

void SweepSources::reset() { std::fill(axons_.begin(), axons_.end(), InAxon{}); }

void SweepSources::start(int frames, int percent) {
  for (PopState& pop : play_.pops) pop.frames_left += frames;
  percent_ = percent;
}

pkg::progress_t SweepSources::feed(bool credits_due) {
  const bool wait = play_.feed == Feed::Random ? chance(play_.rng, pause_) : !play_.quiet() || credits_due;
  if (wait) return {};
  const auto first = static_cast<std::size_t>(pick(play_.rng, 0, static_cast<int>(play_.pops.size()) - 1));
  for (std::size_t n = 0; n < play_.pops.size(); ++n) {
    const std::size_t p = (first + n) % play_.pops.size();
    const pkg::pop_t& t = play_.world.pops[p].table;
    PopState& state = play_.pops[p];
    if (!state.open) {
      if (state.frames_left == 0) continue;
      open_frame(p);
    }
    const std::vector<std::size_t> open = open_axons(p);
    if (open.empty()) continue;
    if (play_.feed == Feed::Random) {
      const std::size_t i = open[static_cast<std::size_t>(pick(play_.rng, 0, static_cast<int>(open.size()) - 1))];
      const int row = pick(play_.rng, axons_[i].row + 1, t.rows + 1);
      const bool last = row > t.rows || axons_[i].row == t.rows;
      return progress(p, i, last ? t.rows : row, last);
    }
    // The first in-axon comes last where the rows must come in a known manner.
    if (play_.feed == Feed::AllAtOnce || open.back() != t.in_first) return progress(p, open.back(), t.rows, true);
    play_.calm = 0;
    const int row = axons_[t.in_first].row + 1;
    return progress(p, t.in_first, row, row == t.rows);
  }
  return {};
}

void SweepSources::open_frame(std::size_t p) {
  PopState& state = play_.pops[p];
  state.now = play_.world.frame(static_cast<int>(p), state.frames_done % 2 == 1, percent_, play_.rng);
  state.touches_left = state.now.touches;
  state.marks_left = state.now.marks;
  state.enabled = 0;
  state.group = 0;
  state.open = true;
  state.credited.assign(play_.world.pops[p].table.in_count, 0);
  state.golden.push_back(state.now);
  --state.frames_left;
  golden.pixels += state.now.pixels;
  golden.words += state.now.words;
  for (const auto& row : state.now.events) golden.events += static_cast<long>(row.size());
  for (const Group& group : state.now.groups) golden.fired += __builtin_popcount(group.fire);
}

/// In-axons of a population that have not finished the frame.
std::vector<std::size_t> SweepSources::open_axons(std::size_t p) const {
  const pkg::pop_t& t = play_.world.pops[p].table;
  std::vector<std::size_t> open;
  for (std::size_t i = t.in_first; i < static_cast<std::size_t>(t.in_first + t.in_count); ++i) {
    if (axons_[i].parity == play_.pops[p].now.parity) open.push_back(i);
  }
  return open;
}

/// Rows that the in-axons of a population allow, if axon `i` stood at `next`.
int SweepSources::rows_allowed(std::size_t p, std::size_t i, const InAxon& next) const {
  const pkg::pop_t& t = play_.world.pops[p].table;
  int rows = t.rows;
  for (std::size_t k = t.in_first; k < static_cast<std::size_t>(t.in_first + t.in_count); ++k) {
    const InAxon& axon = k == i ? next : axons_[k];
    if (axon.parity != play_.pops[p].now.parity) continue;
    rows = std::min({rows, std::max(axon.row, int{play_.world.sources[k].idle}), t.rows - 1});
  }
  return rows;
}

/// Puts into memory, as late as allowed, what rows below `rows` need.
void SweepSources::touch(std::size_t p, int rows) {
  PopState& state = play_.pops[p];
  const Population& pop = play_.world.pops[p];
  std::erase_if(state.touches_left, [&](const Touch& touch) {
    if (first_window(pop.table, touch.y) >= rows) return false;
    memory_.add(pop, touch);
    return true;
  });
  std::erase_if(state.marks_left, [&](const Mark& mark) {
    // A pixel's mark comes with its first accumulator: not later than its row, not before a row above it is open.
    if (mark.y >= rows) return false;
    memory_.mark(pop.table, mark);
    return true;
  });
  state.enabled = std::max(state.enabled, rows);
}

pkg::progress_t SweepSources::progress(std::size_t p, std::size_t i, int row, bool last) {
  const InAxon next{axons_[i].parity != last, last ? 0 : row};
  touch(p, rows_allowed(p, i, next));
  pkg::progress_t progress;
  progress.valid = true;
  progress.axon = static_cast<std::uint16_t>(i);
  progress.pop = static_cast<std::uint8_t>(p);
  progress.row = static_cast<std::uint16_t>(row);
  progress.parity = axons_[i].parity;
  progress.last = last;
  axons_[i] = next;
  return progress;
}

void SweepSources::take_credit(const pkg::flit_t& flit) {
  ++credits;
  const pkg::token_t credit = pkg::token_t::from_u64(flit.body);
  const auto& sources = play_.world.sources;
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const pkg::in_source_t& source) { return source.axon == credit.axon; });
  ASSERT_NE(found, sources.end());
  const auto i = static_cast<std::size_t>(found - sources.begin());
  const auto p = static_cast<std::size_t>(play_.world.source_pop[i]);
  const Population& pop = play_.world.pops[p];
  PopState& state = play_.pops[p];
  ASSERT_EQ(flit.dest.to_u64(), found->dest.to_u64());
  ASSERT_TRUE(state.open);
  ASSERT_EQ(credit.parity, state.now.parity);
  ASSERT_EQ(credit.last, credit.row == pop.table.rows);
  ASSERT_TRUE(credit.last || !found->dest.io) << "a gateway is told of whole frames only";
  ASSERT_LE(credit.row, state.enabled) << "credit before the row";
  int& credited = state.credited[i - pop.table.in_first];
  ASSERT_GT(credit.row, credited) << "no row more than before";
  ASSERT_EQ(credit.count, credited);
  // The row before the last came alone, and found nothing on its way.
  const bool alone = play_.feed == Feed::RowByRow && sources[pop.table.in_first].idle + 1 < pop.table.rows;
  if (credit.last && alone && !found->dest.io) {
    ASSERT_EQ(credited, pop.table.rows - 1) << "a credit is missing";
  }
  credited = credit.row;
  const auto& groups = state.now.groups;
  ASSERT_TRUE(state.group == groups.size() || groups[state.group].y >= pop.table.y0 + credit.row)
      << "groups are missing";
  memory_.expect(pop, state.now, credit.row);
  if (std::ranges::all_of(state.credited, [&](int rows) { return rows == pop.table.rows; })) {
    state.open = false;
    ++state.frames_done;
  }
}

}  // namespace eddy::test
