// SPDX-License-Identifier: Apache-2.0
// eddy_counters: random pulses against sums, by tile and by population, read while they come.
#include <gtest/gtest.h>

#include <array>

#include "Veddy_counters.h"
#include "eddy_core_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using pkg::counter_e;

/// sweep_pulse_t, as eddy_sweep_pkg.sv lays it out.
struct SweepPulse {
  unsigned cut = 0, pixels = 0, neurons = 0, pop = 0, fired = 0, events = 0, tokens = 0, credits = 0, network = 0,
           credit = 0, starved = 0;
  unsigned pack() const {
    return cut << 17 | pixels << 16 | neurons << 13 | pop << 9 | fired << 6 | events << 5 | tokens << 4 | credits << 3 |
           network << 2 | credit << 1 | starved;
  }
};

class Counters : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_counters dut;
  std::array<std::uint64_t, pkg::NumCounters> total{};
  std::array<std::array<std::uint64_t, pkg::NumPopCounters>, pkg::MaxPops> by_pop{};

  void SetUp() override {
    dut.rst_ni = 0;
    quiet();
    dut.elapsed_i = 1;
    clock();
    dut.rst_ni = 1;
  }
  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }
  void quiet() {
    dut.clear_i = 0;
    dut.integrate_i = 0;
    dut.sweep_i = 0;
    dut.read_i = dut.write_i = dut.sent_i = 0;
  }
  std::uint64_t& count(counter_e counter) { return total[static_cast<std::size_t>(counter)]; }
  std::uint64_t read(unsigned address) {
    dut.addr_i = static_cast<std::uint8_t>(address);
    dut.clk_i = 0;
    dut.eval();
    const std::uint64_t low = dut.data_o;
    dut.addr_i = static_cast<std::uint8_t>(address + 1);
    dut.eval();
    return low | std::uint64_t{dut.data_o} << 32;
  }

  void random_cycle(int busy) {
    const auto bit = [&] { return static_cast<unsigned>(chance(rng, busy)); };
    const auto pop = [&] { return static_cast<unsigned>(pick(rng, 0, static_cast<int>(pkg::MaxPops) - 1)); };
    core_pkg::integrate_pulse_t integrate;
    integrate.event_in = bit();
    integrate.event_pop = static_cast<std::uint8_t>(pop());
    integrate.mac_word = bit();
    integrate.mac_pop = static_cast<std::uint8_t>(pop());
    integrate.mac_waiting = bit();
    integrate.bubble_phase = bit();
    integrate.bubble_steal = bit();
    integrate.bubble_weight = bit();
    integrate.bubble_decode = bit();
    integrate.bubble_mark = bit();
    integrate.cut = bit();
    integrate.queue_peak = static_cast<std::uint16_t>(pick(rng, 0, 0xffff));
    const SweepPulse sweep{bit(), bit(), bit() * 4, pop(), bit() * static_cast<unsigned>(pick(rng, 1, 4)), bit(), bit(),
                           bit(), bit(), bit(),     bit()};
    dut.integrate_i = integrate.to_u64();
    dut.sweep_i = sweep.pack();
    dut.read_i = static_cast<std::uint8_t>(bit() * (rng() & 0xff));
    dut.write_i = static_cast<std::uint8_t>(bit() * (rng() & 0xff));
    dut.sent_i = static_cast<std::uint8_t>(bit() * (rng() & 0x3f));
    dut.elapsed_i = static_cast<std::uint32_t>(chance(rng, 80) ? 1 : pick(rng, 1, 1000));

    count(counter_e::CntEventsIn) += integrate.event_in;
    count(counter_e::CntMacWords) += integrate.mac_word;
    count(counter_e::CntMacWaiting) += integrate.mac_waiting;
    count(counter_e::CntBubblePhase) += integrate.bubble_phase;
    count(counter_e::CntBubbleSteal) += integrate.bubble_steal;
    count(counter_e::CntBubbleWeight) += integrate.bubble_weight;
    count(counter_e::CntBubbleDecode) += integrate.bubble_decode;
    count(counter_e::CntBubbleMark) += integrate.bubble_mark;
    count(counter_e::CntPixelsSwept) += sweep.pixels;
    count(counter_e::CntNeuronsSwept) += sweep.neurons;
    count(counter_e::CntFired) += sweep.fired;
    count(counter_e::CntEventsOut) += sweep.events;
    count(counter_e::CntTokensOut) += sweep.tokens;
    count(counter_e::CntCreditsOut) += sweep.credits;
    count(counter_e::CntSweepNetwork) += sweep.network;
    count(counter_e::CntSweepCredit) += sweep.credit * dut.elapsed_i;
    count(counter_e::CntSweepInput) += sweep.starved * dut.elapsed_i;
    count(counter_e::CntRamReads) += static_cast<unsigned>(__builtin_popcount(dut.read_i));
    count(counter_e::CntRamWrites) += static_cast<unsigned>(__builtin_popcount(dut.write_i));
    for (unsigned port = 0; port < 6; ++port) {
      total[static_cast<std::size_t>(counter_e::CntFlitsNorth) + port] += dut.sent_i >> port & 1;
    }
    count(counter_e::CntCut) += integrate.cut + sweep.cut;
    count(counter_e::CntQueuePeak) = integrate.queue_peak;  // a level
    by_pop[integrate.event_pop][0] += integrate.event_in;
    by_pop[integrate.mac_pop][1] += integrate.mac_word;
    by_pop[sweep.pop][2] += sweep.neurons;
    clock();
  }

  /// All counters, once the last steps have been added.
  void expect_all() {
    const auto peak = dut.integrate_i;
    quiet();
    dut.integrate_i = peak & 0xffff;  // queue_peak alone
    for (int i = 0; i < 3; ++i) clock();
    EXPECT_FALSE(dut.active_o);
    for (unsigned i = 0; i < pkg::NumCounters; ++i) {
      EXPECT_EQ(read(static_cast<unsigned>(pkg::reg_e::RegCounters) + 2 * i), total[i]) << "counter " << i;
    }
    for (unsigned pop = 0; pop < pkg::MaxPops; ++pop) {
      for (unsigned i = 0; i < pkg::NumPopCounters; ++i) {
        const unsigned address = static_cast<unsigned>(pkg::reg_e::RegPopCounters) + pop * pkg::PopCounterWords + 2 * i;
        EXPECT_EQ(read(address), by_pop[pop][i]) << "population " << pop << " counter " << i;
      }
    }
  }
};

TEST_F(Counters, SumUpWhatComes) {
  for (int phase = 0; phase < 10; ++phase) {
    const int busy = pick(rng, 1, 100);
    for (int i = 0; i < 500; ++i) random_cycle(busy);
    expect_all();
    if (HasFailure()) return;
  }
}

TEST_F(Counters, GoBeyond32Bits) {
  dut.sweep_i = SweepPulse{.starved = 1}.pack();
  dut.elapsed_i = 0xffffffff;
  for (int i = 0; i < 5; ++i) clock();
  quiet();
  clock();
  count(counter_e::CntSweepInput) = 5 * std::uint64_t{0xffffffff};
  expect_all();
}

TEST_F(Counters, ClearWithTheProtocol) {
  for (int i = 0; i < 100; ++i) random_cycle(80);
  quiet();
  clock();
  dut.clear_i = 1;
  clock();
  total = {};
  by_pop = {};
  expect_all();
}

TEST_F(Counters, WordsWithoutACounterAreZero) {
  for (int i = 0; i < 100; ++i) random_cycle(80);
  quiet();
  const unsigned behind = static_cast<unsigned>(pkg::reg_e::RegCounters) + 2 * pkg::NumCounters;
  for (unsigned address = behind; address < static_cast<unsigned>(pkg::reg_e::RegPopCounters); address += 2) {
    EXPECT_EQ(read(address), 0U) << address;
  }
  for (unsigned address = 0; address < static_cast<unsigned>(pkg::reg_e::RegCounters); address += 2) {
    EXPECT_EQ(read(address), 0U) << address;
  }
  EXPECT_EQ(read(static_cast<unsigned>(pkg::reg_e::RegPopCounters) + 6), 0U);
}

}  // namespace
}  // namespace eddy::test
