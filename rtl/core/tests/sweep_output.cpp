// SPDX-License-Identifier: Apache-2.0
#include "sweep_output.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy::test {

void SweepOutput::reset() { std::fill(axons_.begin(), axons_.end(), OutAxon{}); }

void SweepOutput::take(const pkg::flit_t& flit) {
  ASSERT_TRUE(flit.kind == pkg::kind_e::KindEvent || flit.kind == pkg::kind_e::KindToken);
  const pkg::event_t event = pkg::event_t::from_u64(flit.body);
  ASSERT_LT(event.axon, axons_.size());
  const pkg::out_axon_t& axon = play_.world.out_axons[event.axon];
  ASSERT_EQ(flit.dest.to_u64(), axon.dest.to_u64());
  const auto p = static_cast<std::size_t>(axon.pop);
  ASSERT_FALSE(play_.pops[p].golden.empty()) << "population " << p << " sends without a frame";
  if (flit.kind == pkg::kind_e::KindEvent)
    take_event(p, event);
  else
    take_token(p, pkg::token_t::from_u64(flit.body));
}

void SweepOutput::take_event(std::size_t p, const pkg::event_t& event) {
  PopState& pop = play_.pops[p];
  const FrameGolden& golden = pop.golden.front();
  while (pop.row < golden.events.size() && pop.event == golden.events[pop.row].size()) {
    ++pop.row;
    pop.event = 0;
  }
  ASSERT_LT(pop.row, golden.events.size()) << "population " << p << ": one event too many";
  const Event& expected = golden.events[pop.row][pop.event++];
  ASSERT_EQ(event.axon, expected.axon);
  ASSERT_EQ(event.pos, expected.pos) << "population " << p << " row " << pop.row;
  ASSERT_EQ(event.value, expected.value) << "population " << p << " row " << pop.row;
  OutAxon& axon = axons_[event.axon];
  ASSERT_EQ(axon.parity, golden.parity) << "event behind the last token";
  ++axon.count;
  expect_closed(p, static_cast<int>(pop.row) - 1);
}

/// All tokens that are due after row `row` of the slice have been sent: none is merged beyond it.
void SweepOutput::expect_closed(std::size_t p, int row) const {
  const pkg::pop_t& t = play_.world.pops[p].table;
  const FrameGolden& golden = play_.pops[p].golden.front();
  if (row < 0) return;
  for (std::size_t i = t.out_first; i < static_cast<std::size_t>(t.out_first + t.out_count); ++i) {
    const pkg::out_axon_t& axon = play_.world.out_axons[i];
    const int y = t.y0 + row;
    if (y < axon.y0) continue;
    ASSERT_TRUE(axons_[i].parity != golden.parity || (y < axon.y1 && axons_[i].row >= token_row(axon, y)))
        << "axon " << i << ": no token behind row " << y;
  }
}

void SweepOutput::take_token(std::size_t p, const pkg::token_t& token) {
  ++tokens;
  PopState& pop = play_.pops[p];
  const bool parity = pop.golden.front().parity;
  OutAxon& axon = axons_[token.axon];
  ASSERT_EQ(axon.parity, parity) << "token behind the last one";
  ASSERT_EQ(token.parity, parity);
  ASSERT_EQ(token.count, axon.count) << "axon " << token.axon;

  const int next = next_event_row(p);
  const std::optional<int> row = row_behind(p, token, next);
  ASSERT_TRUE(row) << "axon " << token.axon << ": token of row " << token.row << (token.last ? ", last" : "")
                   << " between rows " << pop.row << " and " << next;
  pop.closed = *row;
  if (play_.feed == Feed::RowByRow) {
    ASSERT_LT(pop.closed, pop.enabled) << "token before the row";
    ASSERT_TRUE(pop.closed == pop.enabled - 1 || pop.golden.size() > 1) << "a token was merged";
  }
  axon.count = 0;
  axon.row = token.last ? 0 : token.row;
  axon.parity ^= token.last;
  if (token.last) credits_.consumer_done(token.axon, parity);
  if (!all_finished(p)) return;
  expect_no_events_left(p);
  pop.sent = true;
}

/// Row of the next event that is to come, or one past the last row.
int SweepOutput::next_event_row(std::size_t p) const {
  const PopState& pop = play_.pops[p];
  const auto& events = pop.golden.front().events;
  const int rows = play_.world.pops[p].table.rows;
  int next = static_cast<int>(pop.row);
  if (pop.event < events[pop.row].size()) return next;
  ++next;
  while (next < rows && events[static_cast<std::size_t>(next)].empty()) ++next;
  return next;
}

/// The row that a token stands behind: from that of the last event on, before `next`.
std::optional<int> SweepOutput::row_behind(std::size_t p, const pkg::token_t& token, int next) const {
  const PopState& pop = play_.pops[p];
  const pkg::pop_t& t = play_.world.pops[p].table;
  const pkg::out_axon_t& axon = play_.world.out_axons[token.axon];
  for (int row = std::max(static_cast<int>(pop.row), pop.closed); row < next; ++row) {
    const bool may_merge = row + 1 < t.rows && pop.golden.front().clean[static_cast<std::size_t>(row) + 1];
    if (play_.feed == Feed::AllAtOnce && may_merge) continue;
    const int y = t.y0 + row;
    const bool last = y >= axon.y1;
    const int rows = last ? axon.rows : token_row(axon, y);
    if (y >= axon.y0 && token.last == last && token.row == rows && (last || rows > axons_[token.axon].row)) return row;
  }
  return std::nullopt;
}

bool SweepOutput::all_finished(std::size_t p) const {
  const pkg::pop_t& t = play_.world.pops[p].table;
  const auto first = axons_.begin() + t.out_first;
  return std::all_of(first, first + t.out_count,
                     [&](const OutAxon& axon) { return axon.parity != play_.pops[p].golden.front().parity; });
}

void SweepOutput::expect_no_events_left(std::size_t p) const {
  const PopState& pop = play_.pops[p];
  const auto& events = pop.golden.front().events;
  std::size_t rest = 0;
  for (std::size_t row = pop.row; row < events.size(); ++row) rest += events[row].size();
  ASSERT_EQ(rest - pop.event, 0U) << "events are missing";
}

void SweepOutput::take_trace(const pkg::trace_t& trace) {
  PopState& pop = play_.pops[trace.pop];
  const FrameGolden& golden = pop.now;
  ASSERT_EQ(trace.parity, golden.parity);
  ASSERT_LT(pop.group, golden.groups.size()) << "one group too many";
  const Group& expected = golden.groups[pop.group++];
  Group got{trace.y, trace.group.x, trace.group.c, trace.group.fire, {}};
  for (std::size_t lane = 0; lane < pkg::Lanes; ++lane) {
    if (got.fire >> lane & 1) got.value[lane] = trace.group.value[lane];
  }
  ASSERT_EQ(got, expected);
  ASSERT_LT(trace.y - play_.world.pops[trace.pop].table.y0, pop.enabled) << "row without its input";
  credits_.expect_credit(trace.pop, trace.y, trace.parity);
}

void SweepOutput::next_frames() {
  for (PopState& pop : play_.pops) {
    if (!pop.sent) continue;
    pop.golden.pop_front();
    pop.sent = false;
    pop.row = pop.event = 0;
    pop.closed = -1;
  }
}

}  // namespace eddy::test
