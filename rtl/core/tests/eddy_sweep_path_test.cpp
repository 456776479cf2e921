// SPDX-License-Identifier: Apache-2.0
// eddy_sweep_path on random tiles: what it sends, in which order and when, and what it leaves in memory, against
// sweep_world. Memory, marks, sources and consumers are played here, with random delays.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "Veddy_sweep_path.h"
#include "rtl_test.hpp"
#include "sweep_world.hpp"

namespace eddy::test {
namespace {

using pkg::kind_e;

/// How the input of a frame comes.
enum class Feed {
  AllAtOnce,  // complete before the population may take a row: it can merge all tokens of clean rows
  RowByRow,   // a row when all is quiet: it can merge none
  Random
};

/// Bits of a port of any width.
template <std::size_t N>
void drive(VlWide<N>& port, std::span<const std::uint32_t> words) {
  for (std::size_t i = 0; i < N; ++i) port[i] = i < words.size() ? words[i] : 0;
}
template <std::size_t N>
std::array<std::uint32_t, N> sample(const VlWide<N>& port) {
  std::array<std::uint32_t, N> words;
  for (std::size_t i = 0; i < N; ++i) words[i] = port[i];
  return words;
}

class Bench {
 public:
  Bench(Rng& rng, Feed feed, int stall) : Bench(World(rng), rng, feed, stall) {}

  Bench(World world, Rng& rng, Feed feed, int stall)
      : rng_(rng),
        feed_(feed),
        stall_(stall),
        pause_(chance(rng, 50) ? 60 : 97),
        world_(std::move(world)),
        pops_(world_.pops.size()),
        axons_(world_.out_axons.size()),
        in_axons_(world_.sources.size()) {
    for (auto& word : ram_)
      for (auto& part : word) part = static_cast<std::uint32_t>(rng_());
    for (int i = 0; i < world_.words_used; ++i) ram_[static_cast<std::size_t>(i)].fill(0);
    dut_.rst_ni = 0;
    dut_.reset_i = 0;
    drive(dut_.table_i, pkg::table_write_t{}.pack());
    dut_.run_i = 0;
    cycle();
    dut_.rst_ni = 1;
    cycle();
    load();
  }

  void run() { dut_.run_i = 1; }
  void halt() { dut_.run_i = 0; }

  /// Protocol state, accumulators, references and marks as at the beginning; while halted and quiet.
  void reset() {
    dut_.reset_i = 1;
    cycle();
    dut_.reset_i = 0;
    marks_.fill(0);
    load();
    for (int i = 0; i < world_.words_used; ++i) ram_[static_cast<std::size_t>(i)].fill(0);
    world_.clear();
    std::fill(pops_.begin(), pops_.end(), PopState{});
    std::fill(axons_.begin(), axons_.end(), OutAxon{});
    std::fill(in_axons_.begin(), in_axons_.end(), InAxon{});
    credits_due_.clear();
  }

  /// Asks for so many more frames of all populations, with that share of their input touched.
  void start(int frames, int percent) {
    for (PopState& pop : pops_) pop.frames_left += frames;
    percent_ = percent;
  }

  /// The same, to the end.
  void play(int frames, int percent) {
    start(frames, percent);
    const long limit = cycles_ + 1'000'000;
    while (!finished()) {
      ASSERT_LT(cycles_, limit) << "stuck: " << describe();
      step();
      if (testing::Test::HasFailure()) return;
    }
    for (const PopState& pop : pops_) EXPECT_TRUE(pop.golden.empty());
  }

  /// Where everything stands, for a test that is stuck.
  std::string describe() const {
    std::string text =
        "active " + std::to_string(dut_.active_o) + ", credits to come " + std::to_string(credits_due_.size());
    for (std::size_t p = 0; p < pops_.size(); ++p) {
      const PopState& pop = pops_[p];
      text += "\npopulation " + std::to_string(p) + ": frame " + std::to_string(pop.frames_done) +
              (pop.open ? ", open" : ", closed") + ", rows enabled " + std::to_string(pop.enabled) + " of " +
              std::to_string(world_.pops[p].table.rows) + ", groups " + std::to_string(pop.group) + " of " +
              std::to_string(pop.now.groups.size()) + ", waits for " + std::to_string(dut_.wait_o >> 2 * p & 3);
    }
    return text;
  }

  bool finished() const {
    const auto busy = [](const PopState& pop) { return pop.frames_left > 0 || pop.open; };
    return std::none_of(pops_.begin(), pops_.end(), busy) && !dut_.active_o && credits_due_.empty();
  }

  void step(int cycles = 1) {
    for (int i = 0; i < cycles; ++i) {
      feed();
      cycle();
    }
  }

  /// Until nothing more comes of what the sources have to give.
  void settle() {
    quiet_ = 0;
    for (int i = 0; i < 200'000 && quiet_ < 500; ++i) step();
    ASSERT_GE(quiet_, 500);
  }

  World& world() { return world_; }
  Veddy_sweep_path& dut() { return dut_; }
  long active_cycles() const { return active_cycles_; }
  int frames_done(std::size_t pop) const { return pops_[pop].frames_done; }
  void withhold_credits() { withhold_ = true; }
  void release_credits() { withhold_ = false; }
  bool quiet() const { return quiet_ > 20; }
  /// The last error that was reported, and nothing more of it.
  std::optional<pkg::error_t> take_error() { return std::exchange(error_, std::nullopt); }

  /// Instead of the credits that were withheld: for each out-axon one that speaks of a part of its rows. Returns the
  /// pixels that may be visited then, all populations waiting at the beginning of a frame.
  long give_partial_credits() {
    credits_due_.clear();
    for (std::size_t i = 0; i < axons_.size(); ++i) {
      pkg::token_t credit;
      credit.axon = static_cast<std::uint16_t>(i);
      credit.parity = axons_[i].credit_parity;
      credit.row = static_cast<std::uint16_t>(pick(rng_, 0, world_.out_axons[i].rows - 1));
      if (credit.row) credits_due_.push_back(credit);
      partial_.push_back(credit);
    }
    withhold_ = false;
    long pixels = 0;
    for (std::size_t p = 0; p < pops_.size(); ++p) {
      const pkg::pop_t& t = world_.pops[p].table;
      const auto allowed = [&](int y) {
        for (int i = t.out_first; i < t.out_first + t.out_count; ++i) {
          const pkg::out_axon_t& axon = world_.out_axons[static_cast<std::size_t>(i)];
          if (y <= axon.y1 && partial_[static_cast<std::size_t>(i)].row <= credit_row(axon, y)) return false;
        }
        return true;
      };
      int rows = 0;
      while (rows < t.rows && allowed(t.y0 + rows)) ++rows;
      if (t.visit_all) pixels += rows * t.cols;
      for (const Mark& mark : pops_[p].now.marks) pixels += !t.visit_all && mark.y < rows;
    }
    return pixels;
  }

  /// And the rest of them.
  void give_remaining_credits() {
    for (pkg::token_t credit : partial_) {
      credit.row = world_.out_axons[credit.axon].rows;
      credit.last = true;
      credits_due_.push_back(credit);
    }
    partial_.clear();
    credits_due_.insert(credits_due_.end(), behind_partial_.begin(), behind_partial_.end());
    behind_partial_.clear();
  }

  /// A credit that no consumer has sent.
  void inject(const pkg::token_t& credit) { injected_ = credit; }

  /// Sums of the counter pulses.
  std::map<std::string, long> counts;
  long golden_pixels = 0, golden_words = 0, golden_fired = 0, golden_events = 0;
  long tokens = 0, credits = 0;  // as received

 private:
  struct PopState {
    int frames_left = 0;
    bool open = false;  // a frame's input is coming, or its sweep goes on
    int frames_done = 0;
    FrameGolden now;                  // the frame that is fed
    std::vector<Touch> touches_left;  // not yet in memory
    std::vector<Mark> marks_left;
    int enabled = 0;                 // rows that may be swept
    std::vector<bool> credited;      // in-axons that have got the frame's credit
    std::deque<FrameGolden> golden;  // frames whose output is not complete
    std::size_t group = 0;           // next one of golden.front()
    std::size_t row = 0, event = 0;  // next event of golden.front()
    bool sent = false;               // its last token has come
    int closed = -1;                 // rows whose tokens must have been sent, at least
  };
  struct InAxon {
    bool parity = false;
    int row = 0;
  };
  struct OutAxon {
    bool sent_parity = false;
    int sent_row = 0, count = 0;
    bool credit_parity = false;
    int credit_row = 0;
  };

  // -------------------------------------------------------------- set-up
  template <class T>
  void write_table(pkg::table_e table, std::size_t index, const T& entry) {
    pkg::table_write_t write;
    write.valid = true;
    write.sel = table;
    write.index = static_cast<std::uint16_t>(index);
    const auto words = entry.pack();
    std::copy(words.begin(), words.end(), write.data.begin());
    drive(dut_.table_i, write.pack());
    cycle();
    drive(dut_.table_i, pkg::table_write_t{}.pack());
  }

  /// Bits of a mark word that stand for columns of the slice.
  static std::uint32_t columns(const pkg::pop_t& t, int word) {
    return word % t.mark_row == t.mark_row - 1 && t.cols % 32 ? (1U << t.cols % 32) - 1 : ~0U;
  }

  void load() {
    for (const Population& pop : world_.pops) {
      // Marks beyond the last column mean nothing.
      const pkg::pop_t& t = pop.table;
      for (int i = 0; i < t.rows * t.mark_row; ++i) {
        if (chance(rng_, 20)) marks_[static_cast<std::size_t>(t.mark_base + i)] = ~columns(t, i);
      }
    }
    for (const Population& pop : world_.pops) {
      write_table(pkg::table_e::TabPop, static_cast<std::size_t>(pop.index), pop.table);
      for (std::size_t w = 0; w < pop.params.size(); ++w) {
        write_table(pkg::table_e::TabParam, pop.table.param_base + w, pop.params[w]);
      }
    }
    for (std::size_t i = 0; i < world_.sources.size(); ++i) {
      write_table(pkg::table_e::TabInSource, i, world_.sources[i]);
      write_table(pkg::table_e::TabProgress, i, pkg::axon_state_t{});
    }
    for (std::size_t i = 0; i < world_.out_axons.size(); ++i) {
      write_table(pkg::table_e::TabOutAxon, i, world_.out_axons[i]);
      write_table(pkg::table_e::TabSent, i, pkg::axon_state_t{});
      write_table(pkg::table_e::TabCredit, i, pkg::axon_state_t{});
    }
    dut_.in_axons_i = static_cast<std::uint16_t>(world_.sources.size());
    dut_.out_axons_i = static_cast<std::uint16_t>(world_.out_axons.size());
    dut_.pops_i = static_cast<std::uint8_t>(world_.pops.size());
    dut_.tile_id_i = 0x35;
  }

  // -------------------------------------------------------------- sources
  int first_window(const Population& pop, int ay) const {
    const pkg::pop_t& t = pop.table;
    for (int y = 0; y < t.rows; ++y) {
      const int dy = ay - (y * t.pool_y.stride - t.pool_y.pad);
      if (dy >= 0 && dy < t.pool_y.size) return y;
    }
    return t.rows;
  }

  void open_frame(std::size_t p) {
    PopState& state = pops_[p];
    const Population& pop = world_.pops[p];
    state.now = world_.frame(static_cast<int>(p), state.frames_done % 2 == 1, percent_, rng_);
    state.touches_left = state.now.touches;
    state.marks_left = state.now.marks;
    state.enabled = 0;
    state.group = 0;
    state.open = true;
    state.credited.assign(pop.table.in_count, false);
    state.golden.push_back(state.now);
    --state.frames_left;
    golden_pixels += state.now.pixels;
    golden_words += state.now.words;
    for (const auto& row : state.now.events) golden_events += static_cast<long>(row.size());
    for (const Group& group : state.now.groups) golden_fired += __builtin_popcount(group.fire);
  }

  /// Rows that the in-axons of a population allow, if axon `i` stood at `next`.
  int rows_allowed(std::size_t p, std::size_t i, const InAxon& next) const {
    const pkg::pop_t& t = world_.pops[p].table;
    int rows = t.rows;
    for (std::size_t k = t.in_first; k < static_cast<std::size_t>(t.in_first + t.in_count); ++k) {
      const InAxon& axon = k == i ? next : in_axons_[k];
      if (axon.parity != pops_[p].now.parity) continue;
      rows = std::min({rows, std::max(axon.row, int{world_.sources[k].idle}), t.rows - 1});
    }
    return rows;
  }

  /// Puts into memory, as late as allowed, what rows below `rows` need.
  void touch(std::size_t p, int rows) {
    PopState& state = pops_[p];
    const Population& pop = world_.pops[p];
    std::erase_if(state.touches_left, [&](const Touch& touch) {
      if (first_window(pop, touch.y) >= rows) return false;
      ram_[static_cast<std::size_t>(pop.acc_word(touch.y, touch.x, touch.channel))]
          [static_cast<std::size_t>(touch.channel) % pkg::Lanes] += static_cast<std::uint32_t>(touch.value);
      return true;
    });
    std::erase_if(state.marks_left, [&](const Mark& mark) {
      // A pixel's mark comes with its first accumulator: not later than its row, not before a row above it is open.
      if (mark.y >= rows) return false;
      marks_[static_cast<std::size_t>(pop.table.mark_base + mark.y * pop.table.mark_row + mark.x / 32)] |=
          1U << mark.x % 32;
      return true;
    });
    state.enabled = std::max(state.enabled, rows);
  }

  void progress(std::size_t p, std::size_t i, int row, bool last) {
    InAxon next{in_axons_[i].parity != last, last ? 0 : row};
    touch(p, rows_allowed(p, i, next));
    pkg::progress_t progress;
    progress.valid = true;
    progress.axon = static_cast<std::uint16_t>(i);
    progress.pop = static_cast<std::uint8_t>(p);
    progress.row = static_cast<std::uint16_t>(row);
    progress.parity = in_axons_[i].parity;
    progress.last = last;
    dut_.progress_i = static_cast<std::uint32_t>(progress.to_u64());
    in_axons_[i] = next;
    progressed_ = true;
  }

  bool passed(std::size_t p, std::size_t i) const { return in_axons_[i].parity != pops_[p].now.parity; }

  void feed() {
    if (progressed_) return;
    if (feed_ == Feed::Random ? chance(rng_, pause_) : !quiet()) return;
    if (feed_ != Feed::Random && !credits_due_.empty()) return;
    const auto first = static_cast<std::size_t>(pick(rng_, 0, static_cast<int>(pops_.size()) - 1));
    for (std::size_t n = 0; n < pops_.size(); ++n) {
      const std::size_t p = (first + n) % pops_.size();
      const pkg::pop_t& t = world_.pops[p].table;
      PopState& state = pops_[p];
      if (!state.open) {
        if (state.frames_left == 0) continue;
        open_frame(p);
      }
      // The first in-axon comes last where the rows must come in a known manner.
      std::vector<std::size_t> open;
      for (std::size_t i = t.in_first; i < static_cast<std::size_t>(t.in_first + t.in_count); ++i) {
        if (!passed(p, i)) open.push_back(i);
      }
      if (open.empty()) continue;
      if (feed_ == Feed::Random) {
        const std::size_t i = open[static_cast<std::size_t>(pick(rng_, 0, static_cast<int>(open.size()) - 1))];
        const int row = pick(rng_, in_axons_[i].row + 1, t.rows + 1);
        if (row > t.rows || in_axons_[i].row == t.rows)
          progress(p, i, t.rows, true);
        else
          progress(p, i, row, false);
      } else if (feed_ == Feed::AllAtOnce || open.back() != t.in_first) {
        progress(p, open.back(), t.rows, true);
      } else {
        const int row = in_axons_[t.in_first].row + 1;
        progress(p, t.in_first, row, row == t.rows);
        quiet_ = 0;
      }
      return;
    }
  }

  // -------------------------------------------------------------- consumers
  void take_flit(const pkg::flit_t& flit) {
    if (flit.kind == kind_e::KindCredit) return take_credit(flit);
    ASSERT_TRUE(flit.kind == kind_e::KindEvent || flit.kind == kind_e::KindToken);
    const pkg::event_t event = pkg::event_t::from_u64(flit.body);
    ASSERT_LT(event.axon, axons_.size());
    ASSERT_EQ(flit.dest.to_u64(), world_.out_axons[event.axon].dest.to_u64());
    const auto p = static_cast<std::size_t>(world_.out_axons[event.axon].pop);
    ASSERT_FALSE(pops_[p].golden.empty()) << "population " << p << " sends without a frame";
    if (flit.kind == kind_e::KindEvent)
      take_event(p, event);
    else
      take_token(p, pkg::token_t::from_u64(flit.body));
  }

  void take_event(std::size_t p, const pkg::event_t& event) {
    PopState& pop = pops_[p];
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
    ASSERT_EQ(axon.sent_parity, golden.parity) << "event behind the last token";
    ++axon.count;
    expect_closed(p, static_cast<int>(pop.row) - 1);
  }

  /// All tokens that are due after row `row` of the slice have been sent: none is merged beyond it.
  void expect_closed(std::size_t p, int row) {
    const pkg::pop_t& t = world_.pops[p].table;
    const FrameGolden& golden = pops_[p].golden.front();
    if (row < 0) return;
    for (std::size_t i = t.out_first; i < static_cast<std::size_t>(t.out_first + t.out_count); ++i) {
      const pkg::out_axon_t& axon = world_.out_axons[i];
      const int y = t.y0 + row;
      if (y < axon.y0) continue;
      ASSERT_TRUE(axons_[i].sent_parity != golden.parity || (y < axon.y1 && axons_[i].sent_row >= token_row(axon, y)))
          << "axon " << i << ": no token behind row " << y;
    }
  }

  /// The row behind which tokens stand now must be one that tokens may stand behind.
  void take_token(std::size_t p, const pkg::token_t& token) {
    ++tokens;
    PopState& pop = pops_[p];
    const pkg::pop_t& t = world_.pops[p].table;
    const FrameGolden& golden = pop.golden.front();
    const pkg::out_axon_t& axon = world_.out_axons[token.axon];
    OutAxon& state = axons_[token.axon];
    ASSERT_EQ(state.sent_parity, golden.parity) << "token behind the last one";
    ASSERT_EQ(token.parity, golden.parity);
    ASSERT_EQ(token.count, state.count) << "axon " << token.axon;

    const int low = static_cast<int>(pop.row);  // row of the last event
    int next = low;                             // of the next event
    if (pop.event == golden.events[pop.row].size()) {
      ++next;
      while (next < t.rows && golden.events[static_cast<std::size_t>(next)].empty()) ++next;
    }
    bool found = false;
    for (int row = std::max(low, pop.closed); row < next && !found; ++row) {
      const bool may_merge = row + 1 < t.rows && golden.clean[static_cast<std::size_t>(row) + 1];
      if (feed_ == Feed::AllAtOnce && may_merge) continue;
      const int y = t.y0 + row;
      const bool last = y >= axon.y1;
      const int rows = last ? axon.rows : token_row(axon, y);
      found = y >= axon.y0 && token.last == last && token.row == rows && (last || rows > state.sent_row);
      if (found) pop.closed = row;
    }
    ASSERT_TRUE(found) << "axon " << token.axon << ": token of row " << token.row << (token.last ? ", last" : "")
                       << " between rows " << low << " and " << next;
    if (feed_ == Feed::RowByRow) {
      ASSERT_LT(pop.closed, pop.enabled) << "token before the row";
      ASSERT_TRUE(pop.closed == pop.enabled - 1 || pops_[p].golden.size() > 1) << "a token was merged";
    }
    state.count = 0;
    state.sent_row = token.last ? 0 : token.row;
    state.sent_parity ^= token.last;
    if (token.last) consumer_done(token.axon, golden.parity);
    for (std::size_t i = t.out_first; i < static_cast<std::size_t>(t.out_first + t.out_count); ++i) {
      if (axons_[i].sent_parity == golden.parity) return;
    }
    // The frame's last token.
    std::size_t rest = 0;
    for (std::size_t row = pop.row + 1; row < golden.events.size(); ++row) rest += golden.events[row].size();
    ASSERT_EQ(rest + golden.events[pop.row].size() - pop.event, 0U) << "events are missing";
    pop.sent = true;
  }

  /// A consumer has its whole frame: it sends its credit, after some that speak of a part of its rows.
  void consumer_done(std::size_t i, bool parity) {
    const int rows = world_.out_axons[i].rows;
    auto& due = partial_.empty() ? credits_due_ : behind_partial_;
    pkg::token_t credit;
    credit.axon = static_cast<std::uint16_t>(i);
    credit.parity = parity;
    if (feed_ == Feed::Random && chance(rng_, 50)) {
      for (int row = pick(rng_, 1, rows); row < rows; row += pick(rng_, 1, 3)) {
        credit.row = static_cast<std::uint16_t>(row);
        due.push_back(credit);
      }
    }
    credit.row = static_cast<std::uint16_t>(rows);
    credit.last = true;
    due.push_back(credit);
  }

  void take_credit(const pkg::flit_t& flit) {
    ++credits;
    const pkg::token_t credit = pkg::token_t::from_u64(flit.body);
    const auto found = std::find_if(world_.sources.begin(), world_.sources.end(),
                                    [&](const pkg::in_source_t& source) { return source.axon == credit.axon; });
    ASSERT_NE(found, world_.sources.end());
    const auto i = static_cast<std::size_t>(found - world_.sources.begin());
    const auto p = static_cast<std::size_t>(world_.source_pop[i]);
    const Population& pop = world_.pops[p];
    PopState& state = pops_[p];
    ASSERT_EQ(flit.dest.to_u64(), found->dest.to_u64());
    ASSERT_TRUE(state.open);
    ASSERT_EQ(credit.row, pop.table.rows);
    ASSERT_EQ(credit.parity, state.now.parity);
    ASSERT_TRUE(credit.last);
    ASSERT_EQ(state.enabled, pop.table.rows) << "credit before the last row";
    ASSERT_FALSE(state.credited[i - pop.table.in_first]) << "credit sent twice";
    state.credited[i - pop.table.in_first] = true;
    ASSERT_EQ(state.group, state.now.groups.size()) << "groups are missing";
    expect_memory(p);
    if (std::all_of(state.credited.begin(), state.credited.end(), [](bool b) { return b; })) {
      state.open = false;
      ++state.frames_done;
    }
  }

  void expect_memory(std::size_t p) {
    const Population& pop = world_.pops[p];
    const pkg::pop_t& t = pop.table;
    const FrameGolden& golden = pops_[p].now;
    for (int y = 0; y < t.acc_rows; ++y) {
      for (int x = 0; x < t.acc_cols; ++x) {
        for (int c = 0; c < pop.channels(); ++c) {
          const auto got = static_cast<std::int32_t>(
              ram_[static_cast<std::size_t>(pop.acc_word(y, x, c))][static_cast<std::size_t>(c) % pkg::Lanes]);
          ASSERT_EQ(got, golden.acc[pop.acc_at(y, x, c)]) << "accumulator " << y << ' ' << x << ' ' << c;
        }
      }
    }
    if (t.send_delta) {
      for (int y = 0; y < t.rows; ++y) {
        for (int x = 0; x < t.cols; ++x) {
          for (int c = 0; c < pop.channels(); ++c) {
            const std::uint32_t word =
                ram_[static_cast<std::size_t>(pop.ref_word(y, x, c))][static_cast<std::size_t>(c) % 8 / 2];
            ASSERT_EQ(static_cast<std::int16_t>(word >> c % 2 * 16), golden.reference[pop.ref_at(y, x, c)])
                << "reference " << y << ' ' << x << ' ' << c;
          }
        }
      }
    }
    for (int i = 0; i < t.rows * t.mark_row && !t.visit_all; ++i) {
      ASSERT_EQ(marks_[static_cast<std::size_t>(t.mark_base + i)] & columns(t, i), 0U) << "mark word " << i << " left";
    }
  }

  /// A source row may be sent when all consumers have swept what it touches in the frame before.
  void expect_credit(std::size_t p, int y, bool parity) {
    const pkg::pop_t& t = world_.pops[p].table;
    for (std::size_t i = t.out_first; i < static_cast<std::size_t>(t.out_first + t.out_count); ++i) {
      const pkg::out_axon_t& axon = world_.out_axons[i];
      if (y > axon.y1 || axons_[i].credit_parity == parity) continue;
      ASSERT_GT(axons_[i].credit_row, credit_row(axon, y)) << "row " << y << " has no credit on axon " << i;
    }
  }

  void take_trace(const pkg::trace_t& trace) {
    PopState& pop = pops_[trace.pop];
    const FrameGolden& golden = pop.now;
    ASSERT_EQ(trace.parity, golden.parity);
    ASSERT_LT(pop.group, golden.groups.size()) << "one group too many";
    Group expected = golden.groups[pop.group++];
    Group got{trace.y, trace.group.x, trace.group.c, trace.group.fire, {}};
    for (std::size_t lane = 0; lane < pkg::Lanes; ++lane) {
      if (got.fire >> lane & 1) got.value[lane] = trace.group.value[lane];
    }
    ASSERT_EQ(got, expected);
    ASSERT_LT(trace.y - world_.pops[trace.pop].table.y0, pop.enabled) << "row without its input";
    expect_credit(trace.pop, trace.y, trace.parity);
  }

  // -------------------------------------------------------------- a cycle
  static int bank(int address) { return (address >> 10 & 0xe) | (address & 1); }

  void serve(const pkg::mem_req_t& request, VlWide<4>& rdata) {
    std::array<std::uint32_t, 4> value;
    for (auto& part : value) part = static_cast<std::uint32_t>(rng_());  // nothing was read: no defined data
    auto& word = ram_[request.addr];
    if (request.valid && !request.we) value = word;
    if (request.valid && request.we) {
      for (unsigned part = 0; part < pkg::WordMask; ++part) {
        if (!(request.mask >> part & 1)) continue;
        const std::uint32_t bits = part % 2 ? 0xffff0000U : 0xffffU;
        word[part / 2] = (word[part / 2] & ~bits) | (request.data[part / 2] & bits);
      }
    }
    drive(rdata, value);
  }

  void cycle() {
    const bool was_active = dut_.active_o;
    dut_.clk_i = 0;
    dut_.flit_ready_i = !chance(rng_, stall_);
    dut_.mark_rd_ready_i = !chance(rng_, stall_ / 2);
    dut_.mark_clr_ready_i = !chance(rng_, stall_ / 2);
    dut_.credit_valid_i = 0;
    if (injected_) {
      dut_.credit_valid_i = 1;
      dut_.credit_i = injected_->to_u64();
      injected_.reset();
    } else if (!credits_due_.empty() && !withhold_ && dut_.rst_ni && !chance(rng_, stall_)) {
      const auto at = first_of_random_axon();
      const pkg::token_t credit = credits_due_[at];
      credits_due_.erase(credits_due_.begin() + static_cast<std::ptrdiff_t>(at));
      dut_.credit_valid_i = 1;
      dut_.credit_i = credit.to_u64();
      axons_[credit.axon].credit_parity ^= credit.last;
      axons_[credit.axon].credit_row = credit.last ? 0 : credit.row;
    }
    if (!progressed_) dut_.progress_i = 0;
    const bool input = progressed_ || dut_.credit_valid_i || !dut_.rst_ni || was_running_ != dut_.run_i;
    progressed_ = false;
    dut_.eval();

    const pkg::mem_req_t a = pkg::mem_req_t::unpack(sample(dut_.mem_a_o));
    const pkg::mem_req_t b = pkg::mem_req_t::unpack(sample(dut_.mem_b_o));
    const pkg::mem_req_t r = pkg::mem_req_t::unpack(sample(dut_.mem_ref_o));
    if (dut_.rst_ni) {
      ASSERT_FALSE(a.valid && b.valid && bank(a.addr) == bank(b.addr));
      ASSERT_TRUE((!a.valid || a.addr < world_.words_used) && (!b.valid || b.addr < world_.words_used));
    }
    const bool free = !(a.valid && bank(a.addr) == bank(r.addr)) && !(b.valid && bank(b.addr) == bank(r.addr));
    dut_.mem_ref_gnt_i = r.valid && free;
    dut_.eval();

    const bool take = dut_.rst_ni && dut_.flit_valid_o && dut_.flit_ready_i;
    const auto flit = pkg::flit_t::from_u64(dut_.flit_o);
    const bool mark_read = dut_.mark_rd_valid_o && dut_.mark_rd_ready_i;
    const unsigned mark_addr = dut_.mark_rd_addr_o;
    if (dut_.rst_ni && dut_.mark_clr_valid_o && dut_.mark_clr_ready_i) marks_[dut_.mark_clr_addr_o] = 0;
    const pkg::trace_t trace = pkg::trace_t::unpack(sample(dut_.trace_o));
    if (dut_.rst_ni) {
      count_pulses();
      if (dut_.error_valid_o) error_ = pkg::error_t::from_u64(dut_.error_o);
    }
    const bool run_before = dut_.run_i;

    dut_.clk_i = 1;
    dut_.eval();
    pkg::mem_req_t ref = r;
    ref.valid = r.valid && free;
    if (dut_.rst_ni) {
      serve(a, dut_.mem_a_rdata_i);
      serve(b, dut_.mem_b_rdata_i);
      serve(ref, dut_.mem_ref_rdata_i);
    }
    if (mark_read) dut_.mark_rd_data_i = marks_[mark_addr];
    was_running_ = run_before;
    ++cycles_;
    quiet_ = dut_.active_o ? 0 : quiet_ + 1;
    active_cycles_ += dut_.active_o;

    if (dut_.rst_ni) {
      // Nothing moves by itself.
      const bool still = !was_active && !input;
      ASSERT_FALSE(still && dut_.active_o) << "woke up without input";
      ASSERT_FALSE(still && (a.valid || b.valid || r.valid || take || mark_read)) << "acts though quiet";
      if (trace.valid) take_trace(trace);
      if (take) take_flit(flit);
      for (PopState& pop : pops_) {
        if (!pop.sent) continue;
        pop.golden.pop_front();
        pop.sent = false;
        pop.row = pop.event = 0;
        pop.closed = -1;
      }
    }
  }

  /// Order is kept by axon only.
  std::size_t first_of_random_axon() {
    const auto any = static_cast<std::size_t>(pick(rng_, 0, static_cast<int>(credits_due_.size()) - 1));
    std::size_t at = 0;
    while (credits_due_[at].axon != credits_due_[any].axon) ++at;
    return at;
  }

  void count_pulses() {
    // sweep_pulse_t, from its last member up
    unsigned bits = dut_.pulse_o;
    for (const auto& [name, width] : {std::pair{"starved", 1},
                                      {"credit", 1},
                                      {"network", 1},
                                      {"credits", 1},
                                      {"tokens", 1},
                                      {"events", 1},
                                      {"fired", 3},
                                      {"pop", 4},
                                      {"neurons", 3},
                                      {"pixels", 1}}) {
      counts[name] += bits & ((1U << width) - 1);
      bits >>= width;
    }
  }

  Rng& rng_;
  Feed feed_;
  int stall_;  // of receivers, percent
  int pause_;  // of sources, percent
  World world_;
  std::vector<PopState> pops_;
  std::vector<OutAxon> axons_;
  std::vector<InAxon> in_axons_;
  std::deque<pkg::token_t> credits_due_;
  bool withhold_ = false;
  std::vector<pkg::token_t> partial_;
  std::deque<pkg::token_t> behind_partial_;  // of the next frame
  std::optional<pkg::token_t> injected_;
  bool progressed_ = false;
  bool was_running_ = false;
  int percent_ = 0;
  int quiet_ = 0;
  std::optional<pkg::error_t> error_;
  long cycles_ = 0, active_cycles_ = 0;
  std::array<std::array<std::uint32_t, 4>, 1U << pkg::AddrBits> ram_{};
  std::array<std::uint32_t, pkg::MarkWords> marks_{};
  Veddy_sweep_path dut_;
};

void expect_counters(Bench& bench) {
  EXPECT_EQ(bench.counts["pixels"], bench.golden_pixels);
  EXPECT_EQ(bench.counts["neurons"], bench.golden_words * static_cast<long>(pkg::Lanes));
  EXPECT_EQ(bench.counts["fired"], bench.golden_fired);
  EXPECT_EQ(bench.counts["events"], bench.golden_events);
  EXPECT_EQ(bench.counts["tokens"], bench.tokens);
  EXPECT_EQ(bench.counts["credits"], bench.credits);
}

class SweepPath : public testing::TestWithParam<std::tuple<Feed, int>> {};

TEST_P(SweepPath, SendsAndLeavesWhatTheContractSays) {
  const auto [feed, stall] = GetParam();
  Rng rng = make_rng();
  for (int world = 0; world < 12 && !HasFailure(); ++world) {
    SCOPED_TRACE("world " + std::to_string(world));
    Bench bench(rng, feed, stall);
    bench.run();
    bench.play(3, world % 3 == 0 ? 70 : world % 3 == 1 ? 25 : 5);
    if (HasFailure()) break;
    EXPECT_FALSE(bench.take_error());
    expect_counters(bench);
    bench.settle();
    for (std::size_t p = 0; p < bench.world().pops.size(); ++p) {
      EXPECT_EQ(bench.dut().wait_o >> 2 * p & 3, 1U) << "population " << p << " waits for input";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, SweepPath,
                         testing::Combine(testing::Values(Feed::AllAtOnce, Feed::RowByRow, Feed::Random),
                                          testing::Values(0, 50)));

TEST(SweepPathCredit, NoRowWithoutItAndOthersGoOn) {
  Rng rng = make_rng();
  for (int world = 0; world < 10 && !testing::Test::HasFailure(); ++world) {
    Bench bench(rng, Feed::Random, 20);
    bench.run();
    bench.play(1, 50);
    bench.withhold_credits();
    // Frame 2 ends everywhere: its consumers have given their credit for frame 1. Frame 3 begins nowhere.
    bench.start(2, 50);
    bench.settle();
    for (std::size_t p = 0; p < bench.world().pops.size(); ++p) {
      EXPECT_EQ(bench.frames_done(p), 2);
      EXPECT_EQ(bench.dut().wait_o >> 2 * p & 3, 2U) << "population " << p << " waits for its credit";
    }
    bench.release_credits();
    bench.play(0, 50);
  }
}

TEST(SweepPathCredit, FaultyOnesAreErrorsAndChangeNothing) {
  Rng rng = make_rng();
  Bench bench(rng, Feed::Random, 20);
  bench.run();
  const auto expect_error = [&](const pkg::token_t& credit, pkg::err_e code) {
    bench.inject(credit);
    bench.step(100);
    const auto error = bench.take_error();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, code);
    EXPECT_EQ(error->axon, credit.axon);
    EXPECT_EQ(error->tile.to_u64(), 0x35U);
  };
  const auto axons = static_cast<std::uint16_t>(bench.world().out_axons.size());
  const std::uint16_t rows = bench.world().out_axons[0].rows;
  expect_error({.axon = axons, .row = 1, .parity = false, .last = true}, pkg::err_e::ErrAxon);
  expect_error({.axon = 0, .row = rows, .parity = true, .last = true}, pkg::err_e::ErrCredit);   // a frame ahead
  expect_error({.axon = 0, .row = rows, .parity = false, .last = true}, pkg::err_e::ErrCredit);  // not yet sent
  expect_error({.axon = 0, .row = 0, .parity = false}, pkg::err_e::ErrCredit);                   // no row more
  expect_error({.axon = 0, .row = static_cast<std::uint16_t>(rows + 1)}, pkg::err_e::ErrCredit);
  bench.play(1, 50);
  EXPECT_FALSE(bench.take_error());
  expect_error({.axon = 0, .row = rows, .parity = false, .last = true}, pkg::err_e::ErrCredit);  // doubled
  bench.play(2, 50);
  EXPECT_FALSE(bench.take_error());
}

TEST(SweepPathCredit, RowsGoExactlyAsFarAsItSays) {
  Rng rng = make_rng();
  for (int world = 0; world < 20 && !testing::Test::HasFailure(); ++world) {
    Bench bench(rng, Feed::Random, 20);
    bench.run();
    bench.withhold_credits();
    bench.start(2, 60);
    bench.settle();
    const long before = bench.counts["pixels"];
    const long allowed = bench.give_partial_credits();
    bench.settle();
    ASSERT_EQ(bench.counts["pixels"] - before, allowed);
    bench.give_remaining_credits();
    bench.play(0, 60);
    EXPECT_FALSE(bench.take_error());
  }
}

TEST(SweepPathRun, NothingIsTakenUntilRun) {
  Rng rng = make_rng();
  Bench bench(rng, Feed::Random, 20);
  bench.start(1, 50);
  bench.step(2000);
  EXPECT_EQ(bench.counts["pixels"], 0);
  EXPECT_FALSE(bench.dut().active_o);
  bench.run();
  bench.play(0, 50);
}

TEST(SweepPathRun, AHaltTakesNoRowAndLosesNothing) {
  Rng rng = make_rng();
  for (int world = 0; world < 10 && !testing::Test::HasFailure(); ++world) {
    Bench bench(rng, Feed::Random, 20);
    bench.run();
    bench.start(3, 60);
    bench.step(pick(rng, 50, 1500));
    bench.halt();
    for (int i = 0; i < 20'000 && !bench.quiet(); ++i) bench.step();
    ASSERT_TRUE(bench.quiet());
    const long pixels = bench.counts["pixels"];
    bench.step(1000);
    EXPECT_EQ(bench.counts["pixels"], pixels);
    bench.run();
    bench.play(0, 60);
    expect_counters(bench);
  }
}

TEST(SweepPathRun, AResetBeginsAgainInTheMiddleOfAFrame) {
  Rng rng = make_rng();
  for (int world = 0; world < 10 && !testing::Test::HasFailure(); ++world) {
    Bench bench(rng, Feed::Random, 20);
    bench.run();
    bench.play(1, 60);
    bench.start(1, 60);
    bench.step(pick(rng, 50, 1500));
    bench.halt();
    for (int i = 0; i < 20'000 && !bench.quiet(); ++i) bench.step();
    ASSERT_TRUE(bench.quiet());
    bench.reset();
    bench.run();
    bench.play(2, 60);
    EXPECT_FALSE(bench.take_error());
  }
}

/// Cycles of one frame whose input is complete.
long frame_cycles(int rows, int cols, int words, bool visit_all) {
  Rng rng = make_rng();
  Bench bench(World::silent(rows, cols, words, visit_all), rng, Feed::AllAtOnce, 0);
  bench.run();
  bench.play(1, 0);
  bench.step(50);
  const long before = bench.active_cycles();
  bench.play(1, 0);
  return bench.active_cycles() - before;
}

TEST(SweepPathSpeed, FourNeuronsACycle) {
  constexpr int kRows = 4, kCols = 64, kWords = 4;
  const long more = frame_cycles(kRows, kCols, kWords, true) - frame_cycles(kRows, kCols / 2, kWords, true);
  EXPECT_EQ(more, kRows * kCols / 2 * kWords) << "cycles for twice the columns";
  const long all = frame_cycles(kRows, kCols, kWords, true);
  RecordProperty("cycles_beside_a_row", static_cast<int>(all / kRows - kCols * kWords));
  EXPECT_LE(all, kRows * (kCols * kWords + 30));
}

TEST(SweepPathSpeed, ACleanRowCostsItsMarkWordsAndThreeCycles) {
  const long one_word = frame_cycles(61, 32, 1, false) - frame_cycles(1, 32, 1, false);
  EXPECT_EQ(one_word, 60 * (1 + 3));
  const long three_words = frame_cycles(61, 96, 1, false) - frame_cycles(1, 96, 1, false);
  EXPECT_EQ(three_words, 60 * (3 + 3));
}

}  // namespace
}  // namespace eddy::test
