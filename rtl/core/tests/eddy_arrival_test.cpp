// SPDX-License-Identifier: Apache-2.0
// eddy_arrival against plain loops: counts, rows and parities of random axons under random back-pressure.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>

#include "Veddy_arrival.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

constexpr std::uint8_t kTile = 0x5a;

/// What must come of one message.
struct Outcome {
  std::optional<std::uint64_t> entry;
  pkg::err_e code = pkg::err_e::ErrNone;
  unsigned axon = 0;
  unsigned info = 0;
};

class Arrival : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_arrival dut;
  unsigned in_axons = pkg::MaxAxons;
  std::map<unsigned, pkg::axon_state_t> state;  // by axon
  std::deque<Outcome> due;
  std::optional<std::uint64_t> offered;
  std::deque<std::uint64_t> to_send;
  long errors = 0;

  void SetUp() override {
    dut.rst_ni = 0;
    dut.tile_id_i = kTile;
    dut.valid_i = dut.ready_i = 0;
    drive(dut.table_i, {});
    clock();
    dut.rst_ni = 1;
    preset({});
  }

  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  void load(pkg::table_e table, unsigned index, const pkg::axon_state_t& value) {
    pkg::table_write_t write;
    write.valid = true;
    write.sel = table;
    write.index = static_cast<std::uint16_t>(index);
    write.data[0] = value.to_u64() & 0xffffffffU;
    drive(dut.table_i, write.pack());
    clock();
    drive(dut.table_i, {});
  }

  /// The state of all axons, as the host writes it before a run.
  void preset(const pkg::axon_state_t& value) {
    for (unsigned axon = 0; axon < pkg::MaxAxons; ++axon) {
      load(pkg::table_e::TabArrival, axon, value);
      state[axon] = value;
    }
  }

  static std::uint64_t event(unsigned axon, unsigned pos, int value) {
    const pkg::event_t body{
        .axon = static_cast<std::uint16_t>(axon), .pos = pos, .value = static_cast<std::int16_t>(value)};
    return pkg::flit_t{.kind = pkg::kind_e::KindEvent, .body = body.to_u64()}.to_u64();
  }
  static std::uint64_t token(unsigned axon, unsigned row, bool parity, bool last, unsigned count) {
    const pkg::token_t body{.axon = static_cast<std::uint16_t>(axon),
                            .row = static_cast<std::uint16_t>(row),
                            .parity = parity,
                            .last = last,
                            .count = static_cast<std::uint16_t>(count)};
    return pkg::flit_t{.kind = pkg::kind_e::KindToken, .body = body.to_u64()}.to_u64();
  }

  Outcome expect(std::uint64_t raw) {
    const pkg::flit_t flit = pkg::flit_t::from_u64(raw);
    const bool is_token = flit.kind == pkg::kind_e::KindToken;
    const pkg::token_t t = pkg::token_t::from_u64(flit.body);
    if (t.axon >= in_axons) return {.entry = {}, .code = pkg::err_e::ErrAxon, .axon = t.axon};
    Outcome outcome{.entry = pkg::entry_t{.token = is_token, .body = flit.body}.to_u64(), .axon = t.axon};
    pkg::axon_state_t& s = state[t.axon];
    if (!is_token) {
      ++s.count;
      return outcome;
    }
    if (t.count != s.count) {
      outcome.code = pkg::err_e::ErrCount;
      outcome.info = s.count;
    } else if (t.parity != s.parity || (t.last ? t.row < s.row : t.row <= s.row)) {
      outcome.code = pkg::err_e::ErrToken;
      outcome.info = s.row;
    }
    s.count = 0;
    s.row = t.last ? std::uint16_t{0} : t.row;
    s.parity = s.parity != t.last;
    return outcome;
  }

  void step(int gap, int stall) {
    if (!offered && !to_send.empty() && !chance(rng, gap)) {
      offered = to_send.front();
      to_send.pop_front();
    }
    dut.in_axons_i = static_cast<std::uint16_t>(in_axons);
    dut.valid_i = offered.has_value();
    if (offered) dut.flit_i = *offered;
    dut.ready_i = !chance(rng, stall);
    dut.clk_i = 0;
    dut.eval();

    const bool taken = dut.valid_o && dut.ready_i;
    if (taken || dut.error_valid_o) {
      ASSERT_FALSE(due.empty());
      const Outcome want = due.front();
      due.pop_front();
      ASSERT_EQ(taken, want.entry.has_value());
      if (taken) {
        ASSERT_EQ(dut.entry_o, *want.entry);
      }
      ASSERT_EQ(dut.error_valid_o, want.code != pkg::err_e::ErrNone);
      if (dut.error_valid_o) {
        const pkg::error_t error = pkg::error_t::from_u64(dut.error_o);
        EXPECT_EQ(error.code, want.code);
        EXPECT_EQ(error.axon, want.axon);
        EXPECT_EQ(error.info, want.info);
        EXPECT_EQ(error.tile.to_u64(), kTile);
        ++errors;
      }
    }
    if (offered && dut.ready_o) {
      due.push_back(expect(*offered));
      offered.reset();
    }
    dut.clk_i = 1;
    dut.eval();
    ASSERT_EQ(dut.active_o, !due.empty());
  }

  void run(int gap, int stall) {
    while (!to_send.empty() || offered || !due.empty()) {
      step(gap, stall);
      if (HasFatalFailure()) return;
    }
  }
};

TEST_F(Arrival, CountsAndChecksUnderRandomStalls) {
  for (int phase = 0; phase < 60; ++phase) {
    in_axons = static_cast<unsigned>(chance(rng, 30) ? pick(rng, 1, 8) : pick(rng, 9, static_cast<int>(pkg::MaxAxons)));
    const int axons = std::min(static_cast<int>(pkg::MaxAxons), static_cast<int>(in_axons) + 1);
    // What the axons will have seen, for tokens that are right more often than not.
    std::map<unsigned, pkg::axon_state_t> ahead = state;
    unsigned axon = 0;
    for (int i = 0; i < 200; ++i) {
      if (!chance(rng, 60)) axon = static_cast<unsigned>(pick(rng, 0, axons - 1));
      pkg::axon_state_t& s = ahead[axon];
      if (chance(rng, 65)) {
        to_send.push_back(event(axon, rng() & 0x7ffffff, pick(rng, -32768, 32767)));
        ++s.count;
        continue;
      }
      const bool last = chance(rng, 20) || s.row > 4000;
      const unsigned row = s.row + static_cast<unsigned>(pick(rng, chance(rng, 10) && s.row ? -1 : last ? 0 : 1, 3));
      const bool parity = s.parity != chance(rng, 5);
      const unsigned count = s.count + (chance(rng, 5) ? 1U : 0U);
      to_send.push_back(token(axon, row, parity, last, count & 0xffff));
      s = {.parity = s.parity != last, .row = static_cast<std::uint16_t>(last ? 0 : row), .count = 0};
    }
    run(pick(rng, 0, 70), pick(rng, 0, 90));
    if (HasFailure()) return;
  }
  EXPECT_GT(errors, 100);
}

TEST_F(Arrival, TakesAMessageACycleOfOneAxon) {
  for (int i = 0; i < 500; ++i) to_send.push_back(event(7, 0, 1));
  to_send.push_back(token(7, 1, false, false, 500));
  int cycles = 0;
  while (!to_send.empty() || offered || !due.empty()) {
    step(0, 0);
    ++cycles;
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(cycles, 502);
}

TEST_F(Arrival, AnAxonThatIsNotInUseHoldsNobodyUp) {
  in_axons = 4;
  to_send = {event(3, 0, 1), event(4, 0, 1), event(400, 0, 1), token(4, 1, false, true, 1),
             token(3, 1, false, true, 1)};
  run(0, 50);
  EXPECT_EQ(errors, 3);

  to_send = {event(4, 0, 1), event(5, 0, 1), event(6, 0, 1)};
  for (int i = 0; i < 5; ++i) step(0, 100);  // although the queue takes nothing
  EXPECT_EQ(errors, 6);
  EXPECT_TRUE(due.empty());
}

TEST_F(Arrival, LoadedStatesCount) {
  load(pkg::table_e::TabArrival, 9, {.parity = true, .row = 5, .count = 3});
  load(pkg::table_e::TabProgress, 9, {.parity = false, .row = 0, .count = 0});  // another's table
  state[9] = {.parity = true, .row = 5, .count = 3};
  to_send = {event(9, 0, 1), token(9, 6, true, false, 4), token(9, 6, true, true, 0)};
  run(0, 0);
  EXPECT_EQ(errors, 0);
}

TEST_F(Arrival, AMessageRightBehindItsStateFindsIt) {
  for (int i = 0; i < 50; ++i) {
    const unsigned axon = static_cast<unsigned>(pick(rng, 0, 3));
    const pkg::axon_state_t value{
        .parity = chance(rng, 50), .row = static_cast<std::uint16_t>(pick(rng, 0, 9)), .count = 2};
    pkg::table_write_t write;
    write.valid = true;
    write.sel = pkg::table_e::TabArrival;
    write.index = static_cast<std::uint16_t>(axon);
    write.data[0] = value.to_u64() & 0xffffffffU;
    drive(dut.table_i, write.pack());
    state[axon] = value;
    to_send = {token(axon, value.row + 1U, value.parity, false, 2)};
    step(0, 0);  // offered in the cycle of the write
    drive(dut.table_i, {});
    run(0, 30);
    if (HasFailure()) return;
  }
  EXPECT_EQ(errors, 0);
}

}  // namespace
}  // namespace eddy::test
