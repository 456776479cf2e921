// SPDX-License-Identifier: Apache-2.0
// eddy_emit: frames of rows with random groups over random out-axons, flit by flit, with random stalls.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "Veddy_emit.h"
#include "rtl_test.hpp"
#include "sweep_world.hpp"

namespace eddy::test {
namespace {

constexpr bool kOpen = false;
constexpr bool kClose = true;

class Emit : public testing::Test {
 protected:
  Emit() {
    dut.rst_ni = 0;
    dut.row_valid_i = 0;
    dut.group_valid_i = 0;
    idle_table();
    cycle();
    dut.rst_ni = 1;
  }

  void idle_table() {
    for (auto& word : dut.table_i.m_storage) word = 0;
  }

  template <class T>
  void write_table(pkg::table_e table, std::size_t index, const T& entry) {
    pkg::table_write_t write;
    write.valid = true;
    write.sel = table;
    write.index = static_cast<std::uint16_t>(index);
    const auto words = entry.pack();
    std::copy(words.begin(), words.end(), write.data.begin());
    const auto packed = write.pack();
    for (std::size_t i = 0; i < packed.size(); ++i) dut.table_i[i] = packed[i];
    cycle();
    idle_table();
  }

  /// Outputs of this cycle.
  void settle() {
    dut.clk_i = 0;
    dut.eval();
  }

  /// Flits are compared as they come; their order is exact.
  void cycle() {
    settle();
    if (dut.rst_ni && dut.error_valid_o) overflow = dut.error_axon_o;
    const bool take = dut.rst_ni && dut.flit_valid_o && dut.flit_ready_i;
    const auto flit = pkg::flit_t::from_u64(dut.flit_o);
    if (dut.rst_ni) {
      events += dut.event_o;
      tokens += dut.token_o;
    }
    dut.clk_i = 1;
    dut.eval();
    dut.flit_ready_i = chance(rng, 100 - stall);  // of the next cycle
    ++cycles;
    if (!take) return;
    ASSERT_FALSE(expected.empty()) << "a flit too many";
    EXPECT_EQ(flit.kind, expected.front().kind);
    EXPECT_EQ(flit.dest.to_u64(), expected.front().dest.to_u64());
    ASSERT_EQ(flit.body, expected.front().body);
    expected.pop_front();
  }

  void row(bool op, int y, bool parity) {
    // emit_row_t, from its last member up
    dut.row_i = static_cast<std::uint64_t>(axons.size()) | std::uint64_t{kFirst} << 10 | std::uint64_t{kCBits} << 19 |
                std::uint64_t{kXBits} << 24 | std::uint64_t{parity} << 28 | static_cast<std::uint64_t>(y) << 29;
    dut.row_op_i = op;
    dut.row_valid_i = 1;
    settle();
    while (!dut.row_ready_o) {
      cycle();
      ASSERT_LT(cycles, 1'000'000);
      settle();
    }
    cycle();
    dut.row_valid_i = 0;
  }

  void give(const Group& group) {
    while (chance(rng, stall)) cycle();
    pkg::group_t packed;
    packed.x = static_cast<std::uint16_t>(group.x);
    packed.c = static_cast<std::uint16_t>(group.c);
    packed.fire = static_cast<std::uint8_t>(group.fire);
    for (std::size_t l = 0; l < pkg::Lanes; ++l) packed.value[l] = static_cast<std::int16_t>(group.value[l]);
    const auto words = packed.pack();
    for (std::size_t i = 0; i < words.size(); ++i) dut.group_i[i] = words[i];
    dut.group_valid_i = 1;
    settle();
    while (!dut.group_ready_o) {
      cycle();
      ASSERT_LT(cycles, 1'000'000);
      settle();
    }
    cycle();
    dut.group_valid_i = 0;
  }

  void drain() {
    settle();
    while (!dut.idle_o) {
      cycle();
      ASSERT_LT(cycles, 1'000'000);
    }
  }

  /// Axons of a population of kRows x kCols x kChans at an origin.
  void random_axons(int count) {
    axons.clear();
    states.assign(static_cast<std::size_t>(count), {});
    for (int i = 0; i < count; ++i) {
      pkg::out_axon_t axon;
      axon.dest = pkg::dest_t::from_u64(rng() & 0x1ff);
      axon.axon = static_cast<std::uint16_t>(rng() & 0x1ff);
      const auto range = [&](auto& low, auto& high, int size) {
        low = static_cast<std::uint16_t>(chance(rng, 50) ? 0 : pick(rng, 0, size - 1));
        high = static_cast<std::uint16_t>(chance(rng, 50) ? size - 1 : pick(rng, low, size - 1));
      };
      range(axon.y0, axon.y1, kRows);
      range(axon.x0, axon.x1, kCols);
      range(axon.c0, axon.c1, kChans);
      axon.y_mask = chance(rng, 20) ? 1 : 0;
      axon.x_mask = chance(rng, 20) ? 3 : 0;
      axon.a = static_cast<std::uint8_t>(pick(rng, 0, 31));
      axon.d = static_cast<std::uint8_t>(pick(rng, 1, 16));
      axon.b_token = static_cast<std::int16_t>(pick(rng, -100, 100));
      axon.rows = static_cast<std::uint16_t>(chance(rng, 10) ? 4095 : pick(rng, 1, 30));
      axons.push_back(axon);
      write_table(pkg::table_e::TabOutAxon, kFirst + static_cast<std::size_t>(i), axon);
      write_table(pkg::table_e::TabSent, kFirst + static_cast<std::size_t>(i), pkg::axon_state_t{});
    }
  }

  void expect_events(const Group& group) {
    for (std::size_t lane = 0; lane < pkg::Lanes; ++lane) {
      if (!(group.fire >> lane & 1)) continue;
      const int c = group.c + static_cast<int>(lane);
      for (std::size_t i = 0; i < axons.size(); ++i) {
        const pkg::out_axon_t& axon = axons[i];
        if (group.y < axon.y0 || group.y > axon.y1 || (group.y - axon.y0) % (axon.y_mask + 1) != 0) continue;
        if (group.x < axon.x0 || group.x > axon.x1 || (group.x - axon.x0) % (axon.x_mask + 1) != 0) continue;
        if (c < axon.c0 || c > axon.c1) continue;
        const pkg::event_t event{.axon = axon.axon,
                                 .pos = static_cast<std::uint32_t>((group.y << kXBits | group.x) << kCBits | c),
                                 .value = static_cast<std::int16_t>(group.value[lane])};
        expected.push_back({.kind = pkg::kind_e::KindEvent, .dest = axon.dest, .body = event.to_u64()});
        ++states[i].count;
      }
    }
  }

  void expect_tokens(int y, bool parity) {
    for (std::size_t i = 0; i < axons.size(); ++i) {
      const pkg::out_axon_t& axon = axons[i];
      pkg::axon_state_t& state = states[i];
      if (y < axon.y0 || state.parity != parity) continue;
      const bool last = y >= axon.y1;
      const auto rows = static_cast<std::uint16_t>(last ? axon.rows : token_row(axon, y));
      if (!last && rows <= state.row) continue;
      const pkg::token_t token{
          .axon = axon.axon, .row = rows, .parity = parity, .last = last, .count = state.count, .unused = 0};
      expected.push_back({.kind = pkg::kind_e::KindToken, .dest = axon.dest, .body = token.to_u64()});
      state = {.parity = parity != last, .row = last ? std::uint16_t{0} : rows, .count = 0};
    }
  }

  static constexpr unsigned kFirst = 3;
  static constexpr unsigned kXBits = 4, kCBits = 5;
  static constexpr int kRows = 12, kCols = 16, kChans = 24;

  Veddy_emit dut;
  Rng rng = make_rng();
  int stall = 0;  // percent
  std::vector<pkg::out_axon_t> axons;
  std::vector<pkg::axon_state_t> states;
  std::deque<pkg::flit_t> expected;
  std::optional<int> overflow;
  long cycles = 0, events = 0, tokens = 0;
};

TEST_F(Emit, SendsEventsAndTokensInOrderWithTheirCounts) {
  for (int round = 0; round < 40; ++round) {
    stall = round % 4 * 25;
    random_axons(pick(rng, 0, 32));
    for (int frame = 0; frame < 3; ++frame) {
      const bool parity = frame % 2 == 1;
      for (int y = 0; y < kRows; ++y) {
        const bool open = chance(rng, 60);
        if (open) {
          row(kOpen, y, parity);
          int x = 0;
          for (int n = pick(rng, 0, 6); n > 0 && x < kCols; --n) {
            Group group{y, x, pick(rng, 0, kChans - 4), static_cast<unsigned>(pick(rng, 0, 15)), {}};
            for (int& value : group.value) value = pick(rng, -0x8000, 0x7fff);
            expect_events(group);
            give(group);
            if (HasFailure()) return;
            x += pick(rng, 1, 4);
          }
        }
        // A clean row's tokens may be merged into those of a later row; the last row's never.
        if (!open && y != kRows - 1 && chance(rng, 50)) continue;
        if (y != kRows - 1 && !open && chance(rng, 20)) continue;
        expect_tokens(y, parity);
        row(kClose, y, parity);
        if (HasFailure()) return;
      }
    }
    drain();
    EXPECT_TRUE(expected.empty());
    EXPECT_FALSE(overflow);
    for (const pkg::axon_state_t& state : states) EXPECT_TRUE(state.parity) << "three frames";
  }
  EXPECT_GT(events, 1000);
  EXPECT_GT(tokens, 1000);
}

TEST_F(Emit, AnEventCostsOneCycleForEachAxonThatTakesIt) {
  random_axons(32);
  int matching = 0;
  for (std::size_t i = 0; i < axons.size(); ++i) {
    axons[i].y0 = 0;
    axons[i].x0 = 0;
    axons[i].y_mask = axons[i].x_mask = 0;
    axons[i].c0 = 0;
    axons[i].c1 = i % 10 == 0 ? kChans - 1 : 3;
    axons[i].y1 = kRows - 1;
    axons[i].x1 = kCols - 1;
    matching += i % 10 == 0;
    write_table(pkg::table_e::TabOutAxon, kFirst + i, axons[i]);
  }
  row(kOpen, 0, false);
  for (int i = 0; i < 40; ++i) cycle();
  const long before = cycles;
  constexpr int kGroups = 10;
  for (int x = 0; x < kGroups; ++x) {
    const Group group{0, x, 8, 0b1011, {1, 2, 3, 4}};
    expect_events(group);
    give(group);
  }
  expect_tokens(0, false);
  row(kClose, 0, false);
  EXPECT_EQ(cycles - before, kGroups * 3 * matching + 2) << "one event a cycle, filling and draining aside";
  drain();
}

TEST_F(Emit, ReportsAnOverflowOfTheCount) {
  random_axons(1);
  axons[0] = {.dest = {},
              .axon = 7,
              .y0 = 0,
              .y1 = kRows - 1,
              .x0 = 0,
              .x1 = kCols - 1,
              .c0 = 0,
              .c1 = kChans - 1,
              .a = 1,
              .b_token = 1,
              .d = 1,
              .rows = kRows};
  write_table(pkg::table_e::TabOutAxon, kFirst, axons[0]);
  write_table(pkg::table_e::TabSent, kFirst, pkg::axon_state_t{.parity = false, .row = 0, .count = 0xfffe});
  states[0].count = 0xfffe;
  row(kOpen, 0, false);
  const auto send = [&](int x) {
    const Group group{0, x, 0, 1, {5}};
    expect_events(group);
    give(group);
    cycle();
    drain();
  };
  send(0);
  EXPECT_FALSE(overflow);
  send(1);
  EXPECT_EQ(overflow, int{kFirst});
}

}  // namespace
}  // namespace eddy::test
