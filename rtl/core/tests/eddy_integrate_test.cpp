// SPDX-License-Identifier: Apache-2.0
// eddy_integrate with its banks on random tiles: accumulators, marks and the order of progress against integrate_world,
// and the cycles that it takes. The sweep is played: it steals banks, reads and clears marks.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "Vintegrate_bench.h"
#include "integrate_world.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

/// What stands in the way, in percent of the cycles.
struct Stalls {
  int entry = 0;  // no entry is offered
  int deny = 0;   // a request is denied (each of the four on its own)
  int steal = 0;  // the sweep reads
  int marks = 0;  // the sweep reads or clears marks
};

struct Counts {
  long cycles = 0, events = 0, words = 0, waiting = 0;
  std::array<long, 5> bubbles{};  // phase, steal, weight, decode, mark
  long bubble_sum() const { return bubbles[0] + bubbles[1] + bubbles[2] + bubbles[3] + bubbles[4]; }
};

class Bench {
 public:
  Bench(Tile tile, Rng& rng) : rng_(rng), tile_(std::move(tile)), ram_(tile_.ram), marks_(tile_.marks) {
    dut_.rst_ni = 0;
    dut_.host_valid_i = 0;
    dut_.entry_valid_i = 0;
    dut_.steal_pair_i = 0;
    dut_.steal_ref_i = 0;
    dut_.deny_i = 0;
    dut_.mark_rd_valid_i = 0;
    dut_.mark_clr_valid_i = 0;
    dut_.queue_base_i = static_cast<std::uint16_t>(tile_.queue_base);
    dut_.queue_words_i = static_cast<std::uint16_t>(tile_.queue_words);
    drive(dut_.table_i, pkg::table_write_t{}.pack());
    clock();
    clock();
    dut_.rst_ni = 1;
    load();
    EXPECT_FALSE(dut_.active_o);
  }

  const Tile& tile() const { return tile_; }
  const Counts& counts() const { return counts_; }
  unsigned queue_peak() const { return dut_.queue_peak_o; }

  void send(const Event& event) {
    const pkg::event_t message = tile_.message(event);
    entries_.push_back({.token = false, .body = message.to_u64()});
    const int number = events_sent_++;
    for (const Change& change : tile_.apply(event)) {
      history_[change.address].push_back({number, change.value});
      if (touched_.empty() || touched_.back() != change.address) touched_.push_back(change.address);
    }
    ++events_by_pop_[pop_of(event.axon)];
  }

  void send_token(int axon) {
    pkg::token_t token;
    token.axon = static_cast<std::uint16_t>(tile_.axons[static_cast<std::size_t>(axon)].id);
    token.row = static_cast<std::uint16_t>(pick(rng_, 0, 4095));
    token.parity = chance(rng_, 50);
    token.last = chance(rng_, 50);
    token.count = static_cast<std::uint16_t>(pick(rng_, 0, 65535));
    entries_.push_back({.token = true, .body = token.to_u64()});
    tokens_.push_back({.progress = {.valid = true,
                                    .axon = token.axon,
                                    .pop = pop_of(axon),
                                    .row = token.row,
                                    .parity = token.parity,
                                    .last = token.last},
                       .events = events_sent_,
                       .touched = std::move(touched_),
                       .marks = tile_.marks});
    touched_.clear();
  }

  /// Until all that was sent has been worked off.
  void run(const Stalls& stalls) {
    const long limit = counts_.cycles + 200 * (static_cast<long>(entries_.size()) + tile_.words_done + 1000);
    while (!entries_.empty() || offered_ || dut_.active_o) {
      ASSERT_LT(counts_.cycles, limit) << "stuck";
      step(stalls);
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(tokens_.empty());
    step({});
  }

  /// Clears all marks, as the sweep does.
  void clear_marks() {
    for (int i = 0; i < tile_.marks_used; ++i) {
      dut_.mark_clr_valid_i = 1;
      dut_.mark_clr_addr_i = static_cast<std::uint16_t>(i);
      settle();
      while (!dut_.mark_clr_ready_o) cycle();
      cycle();
    }
    dut_.mark_clr_valid_i = 0;
    std::fill(tile_.marks.begin(), tile_.marks.end(), 0);
  }

  /// Memory, marks and counters as the golden loops have them.
  void check() {
    EXPECT_FALSE(dut_.waiting_o);
    EXPECT_FALSE(dut_.mac_waiting_o);
    for (int i = 0; i < kRamWords; ++i) {
      if (i >= tile_.queue_base && i < tile_.queue_base + tile_.queue_words) continue;
      ASSERT_EQ(host_read(i), tile_.ram[static_cast<std::size_t>(i)]) << "word " << i;
    }
    for (std::size_t i = 0; i < tile_.marks.size(); ++i) {
      const std::uint32_t mark = read_mark(static_cast<int>(i));
      ASSERT_EQ(tile_.marks[i] & ~mark, 0U) << "a mark is missing in word " << i;
      if (tile_.exact[i]) {
        ASSERT_EQ(mark, tile_.marks[i]) << "a mark too many in word " << i;
      }
    }
    EXPECT_EQ(counts_.events, events_sent_);
    EXPECT_EQ(counts_.words, tile_.words_done);
    EXPECT_EQ(counts_.words + counts_.bubble_sum(), counts_.waiting);
    EXPECT_EQ(events_seen_by_pop_, events_by_pop_);
  }

 private:
  struct Token {
    pkg::progress_t progress;
    int events;                        // sent before it
    std::vector<int> touched;          // by those since the token before
    std::vector<std::uint32_t> marks;  // that must be set
  };

  Rng& rng_;
  Vintegrate_bench dut_;
  Tile tile_;
  std::vector<Word> ram_;             // as written by the device
  std::vector<std::uint32_t> marks_;  // likewise
  std::deque<pkg::entry_t> entries_;
  bool offered_ = false;
  std::deque<Token> tokens_;
  std::map<int, std::vector<std::pair<int, Word>>> history_;  // of an address: event, value after it
  std::vector<int> touched_;
  std::map<int, long> events_by_pop_, events_seen_by_pop_;
  bool mark_taken_ = false;                     // the read of marks that was offered last
  std::optional<std::uint32_t> mark_expected_;  // what it must show
  int events_sent_ = 0;
  Counts counts_;

  std::uint8_t pop_of(int axon) const { return tile_.port_of(axon).table.pop; }

  void settle() {
    dut_.clk_i = 0;
    dut_.eval();
  }
  void clock() {
    settle();
    dut_.clk_i = 1;
    dut_.eval();
  }
  /// A cycle in which nothing is fed in.
  void cycle() {
    settle();
    observe();
    clock();
    ++counts_.cycles;
  }

  void write_table(pkg::table_e table, int index, std::span<const std::uint32_t> entry) {
    pkg::table_write_t write{.valid = true, .sel = table, .index = static_cast<std::uint16_t>(index)};
    std::copy(entry.begin(), entry.end(), write.data.begin());
    drive(dut_.table_i, write.pack());
    clock();
    drive(dut_.table_i, pkg::table_write_t{}.pack());
  }

  void load() {
    for (int i = 0; i < kRamWords; ++i) {
      dut_.host_valid_i = 1;
      dut_.host_we_i = 1;
      dut_.host_addr_i = static_cast<std::uint16_t>(i);
      drive(dut_.host_data_i, tile_.ram[static_cast<std::size_t>(i)]);
      clock();
    }
    dut_.host_valid_i = 0;
    for (const Axon& axon : tile_.axons) {
      write_table(pkg::table_e::TabInAxon, axon.id, tile_.entry(axon).pack());
    }
    for (std::size_t i = 0; i < tile_.ports.size(); ++i) {
      write_table(pkg::table_e::TabPort, static_cast<int>(i), tile_.ports[i].table.pack());
    }
    for (std::size_t i = 0; i < tile_.marks.size(); ++i) {
      write_table(pkg::table_e::TabMark, static_cast<int>(i), std::array{tile_.marks[i]});
    }
    clock();
  }

  Word host_read(int address) {
    dut_.host_valid_i = 1;
    dut_.host_we_i = 0;
    dut_.host_addr_i = static_cast<std::uint16_t>(address);
    settle();
    EXPECT_TRUE(dut_.host_gnt_o);
    clock();
    dut_.host_valid_i = 0;
    return sample(dut_.host_rdata_o);
  }

  std::uint32_t read_mark(int address) {
    dut_.mark_rd_valid_i = 1;
    dut_.mark_rd_addr_i = static_cast<std::uint16_t>(address);
    settle();
    EXPECT_TRUE(dut_.mark_rd_ready_o);
    clock();
    dut_.mark_rd_valid_i = 0;
    mark_expected_.reset();
    return dut_.mark_rd_data_o;
  }

  void step(const Stalls& stalls) {
    if (!offered_ && !entries_.empty() && !chance(rng_, stalls.entry)) {
      dut_.entry_i = entries_.front().to_u64();
      entries_.pop_front();
      offered_ = true;
    }
    dut_.entry_valid_i = offered_;
    dut_.deny_i = 0;
    for (unsigned i = 0; i < 4; ++i) dut_.deny_i |= static_cast<std::uint8_t>(chance(rng_, stalls.deny) << i);
    dut_.steal_pair_i = chance(rng_, stalls.steal);
    dut_.steal_ref_i = chance(rng_, stalls.steal);
    dut_.steal_addr_i = static_cast<std::uint16_t>(pick(rng_, 0, kRamWords - 1));
    // Reads anywhere; clears where no event leaves marks.
    if (!dut_.mark_rd_valid_i || mark_taken_) {
      dut_.mark_rd_valid_i = chance(rng_, stalls.marks);
      dut_.mark_rd_addr_i = static_cast<std::uint16_t>(pick(rng_, 0, std::max(1, tile_.marks_used) - 1));
    }
    dut_.mark_clr_valid_i = tile_.marks_used + 1 < static_cast<int>(pkg::MarkWords) && chance(rng_, stalls.marks);
    dut_.mark_clr_addr_i = static_cast<std::uint16_t>(
        pick(rng_, std::min(tile_.marks_used + 1, 1023), static_cast<int>(pkg::MarkWords) - 1));
    settle();
    if (mark_expected_) {
      EXPECT_EQ(dut_.mark_rd_data_o, *mark_expected_);
    }
    mark_taken_ = dut_.mark_rd_valid_i && dut_.mark_rd_ready_o;
    if (mark_taken_) mark_expected_ = marks_[dut_.mark_rd_addr_i];
    if (offered_ && dut_.entry_ready_o) offered_ = false;
    cycle();
  }

  /// Looks at the cycle that is about to end.
  void observe() {
    if (dut_.progress_o) see_progress(pkg::progress_t::from_u64(dut_.progress_o));
    if (dut_.acc_we_o) ram_[dut_.acc_addr_o] = sample(dut_.acc_data_o);
    if (dut_.mark_we_o) marks_[dut_.mark_addr_o] = dut_.mark_data_o;
    counts_.events += dut_.event_in_o;
    if (dut_.event_in_o) ++events_seen_by_pop_[dut_.event_pop_o];
    counts_.words += dut_.mac_word_o;
    counts_.waiting += dut_.mac_waiting_o;
    for (unsigned i = 0; i < 5; ++i) counts_.bubbles[i] += dut_.bubble_o >> i & 1;
  }

  void see_progress(const pkg::progress_t& progress) {
    ASSERT_FALSE(tokens_.empty());
    const Token& token = tokens_.front();
    ASSERT_EQ(progress, token.progress);
    for (int address : token.touched) {
      // The memory has the sum of all events before the token, or of some more.
      const auto& values = history_[address];
      auto value = std::partition_point(values.begin(), values.end(),
                                        [&](const auto& entry) { return entry.first < token.events; }) -
                   1;
      const Word& now = ram_[static_cast<std::size_t>(address)];
      ASSERT_TRUE(std::any_of(value, values.end(), [&](const auto& entry) { return entry.second == now; }))
          << "progress before the sum of word " << address;
    }
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      ASSERT_EQ(token.marks[i] & ~marks_[i], 0U) << "progress before the mark in word " << i;
    }
    tokens_.pop_front();
  }
};

/// Events in bursts on one source pixel, as sources send them, with jumps in between.
class EventSource {
 public:
  EventSource(const Tile& tile, Rng& rng) : tile_(tile), rng_(rng), event_(tile.random_event(rng)) {}

  Event next() {
    const Port& port = tile_.port_of(event_.axon);
    const int before = event_.c;
    const Event jump = tile_.random_event(rng_);
    if (!chance(rng_, 75)) {
      event_ = jump;
    } else if (chance(rng_, 80)) {
      event_.c = before + 1 < port.table.c0 + port.channels ? before + 1 : port.table.c0;
      event_.value = jump.value;
    } else {
      event_.x = event_.x + 1 < port.cols ? event_.x + 1 : 0;
      event_.value = jump.value;
    }
    return event_;
  }

 private:
  const Tile& tile_;
  Rng& rng_;
  Event event_;
};

void random_trial(Rng& rng, const Stalls& stalls) {
  Bench bench(random_tile(rng), rng);
  EventSource source(bench.tile(), rng);
  const int token_share = chance(rng, 50) ? 5 : 30;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {
      if (chance(rng, token_share))
        bench.send_token(pick(rng, 0, static_cast<int>(bench.tile().axons.size()) - 1));
      else
        bench.send(source.next());
    }
    bench.send_token(0);
    bench.run(stalls);
    if (testing::Test::HasFailure()) return;
    bench.check();
    if (testing::Test::HasFailure()) return;
    bench.clear_marks();
  }
}

void random_trials(const Stalls& stalls, int count) {
  auto rng = make_rng();
  for (int trial = 0; trial < count; ++trial) {
    SCOPED_TRACE("trial " + std::to_string(trial));
    random_trial(rng, stalls);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Integrate, AddsAllThatEventsBringAtFullSpeed) { random_trials({}, 15); }
TEST(Integrate, SurvivesDeniedBanks) { random_trials({.deny = 30}, 15); }
TEST(Integrate, SurvivesTheSweep) { random_trials({.entry = 20, .steal = 40, .marks = 50}, 15); }
TEST(Integrate, SurvivesEverythingAtOnce) { random_trials({.entry = 60, .deny = 20, .steal = 20, .marks = 30}, 15); }

void print(const char* what, const Counts& counts) {
  std::cout << what << ": busy " << static_cast<double>(counts.words) / static_cast<double>(counts.waiting) << ", "
            << counts.events << " events, " << counts.words << " words, " << counts.waiting
            << " cycles; bubbles: phase " << counts.bubbles[0] << ", steal " << counts.bubbles[1] << ", weight "
            << counts.bubbles[2] << ", decode " << counts.bubbles[3] << ", mark " << counts.bubbles[4] << '\n';
}

/// Every neuron of the source fires, in raster order, with a token after each row.
void send_dense_frame(Bench& bench) {
  const Port& port = bench.tile().ports[0];
  for (int y = 0; y < port.rows; ++y) {
    for (int x = 0; x < port.cols; ++x) {
      for (int c = 0; c < port.channels; ++c) bench.send({.axon = 0, .y = y, .x = x, .c = c, .value = 1 + y + x + c});
    }
    bench.send_token(0);
  }
}

/// Words of a pixel, and the format of the weights.
class Convolution : public testing::TestWithParam<std::tuple<int, pkg::weight_e>> {};

TEST_P(Convolution, KeepsTheMacBusy) {
  const auto [words, format] = GetParam();
  auto rng = make_rng();
  Tile tile(rng);
  const int pop = tile.add_pop({.rows = 12, .cols = 16, .words = words});
  tile.next_banks();
  tile.add_conv(pop, 3, 16, format, rng);
  tile.next_banks();
  tile.place_queue(512);
  Bench bench(std::move(tile), rng);
  send_dense_frame(bench);
  bench.run({});
  bench.check();
  print((std::to_string(words * kLanes) + " channels, " + std::string(to_string(format))).c_str(), bench.counts());
  EXPECT_GE(static_cast<double>(bench.counts().words), 0.98 * static_cast<double>(bench.counts().waiting));
}
INSTANTIATE_TEST_SUITE_P(Channels, Convolution,
                         testing::Combine(testing::Values(2, 4, 8),
                                          testing::Values(pkg::weight_e::WeightInt8, pkg::weight_e::WeightInt16,
                                                          pkg::weight_e::WeightInt4, pkg::weight_e::WeightInt2)));

TEST(Integrate, TakesAnEventOfOneWordEachCycle) {
  auto rng = make_rng();
  Tile tile(rng);
  const int pop = tile.add_pop({.rows = 8, .cols = 16, .words = 4});
  tile.next_banks();
  tile.add_residual(pop, rng);
  tile.next_banks();
  tile.place_queue(512);
  Bench bench(std::move(tile), rng);
  send_dense_frame(bench);
  bench.run({});
  bench.check();
  print("residual", bench.counts());
  EXPECT_LE(bench.counts().waiting, bench.counts().words + 40);
}

TEST(Integrate, LosesACycleForEachWrongPhase) {
  auto rng = make_rng();
  Tile tile(rng);
  const int pop = tile.add_pop({.rows = 12, .cols = 15, .words = 1});
  tile.next_banks();
  tile.add_conv(pop, 3, 16, pkg::weight_e::WeightInt8, rng);
  tile.next_banks();
  tile.place_queue(512);
  Bench bench(std::move(tile), rng);
  send_dense_frame(bench);
  bench.run({});
  bench.check();
  print("4 channels", bench.counts());
  EXPECT_LE(bench.counts().bubbles[0], bench.counts().events);
}

}  // namespace
}  // namespace eddy::test
