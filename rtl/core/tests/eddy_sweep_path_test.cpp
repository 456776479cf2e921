// SPDX-License-Identifier: Apache-2.0
// eddy_sweep_path on random tiles: what it sends, in which order and when, and what it leaves in memory, against
// sweep_world. Memory, marks, sources and consumers are played by SweepBench, with random delays.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "rtl_test.hpp"
#include "sweep_bench.hpp"

namespace eddy::test {
namespace {

class SweepPath : public testing::TestWithParam<std::tuple<Feed, int>> {};

TEST_P(SweepPath, SendsAndLeavesWhatTheContractSays) {
  const auto [feed, stall] = GetParam();
  Rng rng = make_rng();
  for (int world = 0; world < 12 && !HasFailure(); ++world) {
    SCOPED_TRACE("world " + std::to_string(world));
    SweepBench bench(rng, feed, stall);
    bench.run();
    bench.play(3, world % 3 == 0 ? 70 : world % 3 == 1 ? 25 : 5);
    if (HasFailure()) break;
    EXPECT_FALSE(bench.take_error());
    bench.expect_counters();
    bench.settle();
    for (std::size_t p = 0; p < bench.world().pops.size(); ++p) {
      EXPECT_EQ(bench.waits_for(p), 1U) << "population " << p << " waits for input";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, SweepPath,
                         testing::Combine(testing::Values(Feed::AllAtOnce, Feed::RowByRow, Feed::Random),
                                          testing::Values(0, 50)));

TEST(SweepPathCredit, NoRowWithoutItAndOthersGoOn) {
  Rng rng = make_rng();
  for (int world = 0; world < 10 && !testing::Test::HasFailure(); ++world) {
    SweepBench bench(rng, Feed::Random, 20);
    bench.run();
    bench.play(1, 50);
    bench.credits().withhold();
    // Frame 2 ends everywhere: its consumers have given their credit for frame 1. Frame 3 begins nowhere.
    bench.start(2, 50);
    bench.settle();
    for (std::size_t p = 0; p < bench.world().pops.size(); ++p) {
      EXPECT_EQ(bench.frames_done(p), 2);
      EXPECT_EQ(bench.waits_for(p), 2U) << "population " << p << " waits for its credit";
    }
    bench.credits().release();
    bench.play(0, 50);
  }
}

TEST(SweepPathCredit, FaultyOnesAreErrorsAndChangeNothing) {
  Rng rng = make_rng();
  SweepBench bench(rng, Feed::Random, 20);
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
  expect_error({.axon = 0, .row = 1, .count = 1}, pkg::err_e::ErrCredit);  // one before it was lost
  bench.play(1, 50);
  EXPECT_FALSE(bench.take_error());
  expect_error({.axon = 0, .row = rows, .parity = false, .last = true}, pkg::err_e::ErrCredit);  // doubled
  bench.play(2, 50);
  EXPECT_FALSE(bench.take_error());
}

TEST(SweepPathCredit, RowsGoExactlyAsFarAsItSays) {
  Rng rng = make_rng();
  for (int world = 0; world < 20 && !testing::Test::HasFailure(); ++world) {
    SweepBench bench(rng, Feed::Random, 20);
    bench.run();
    bench.credits().withhold();
    bench.start(2, 60);
    bench.settle();
    const long before = bench.counts["pixels"];
    const long allowed = bench.credits().release_in_part();
    bench.settle();
    ASSERT_EQ(bench.counts["pixels"] - before, allowed);
    bench.credits().release_rest();
    bench.play(0, 60);
    EXPECT_FALSE(bench.take_error());
  }
}

TEST(SweepPathRun, NothingIsTakenUntilRun) {
  Rng rng = make_rng();
  SweepBench bench(rng, Feed::Random, 20);
  bench.start(1, 50);
  bench.step(2000);
  EXPECT_EQ(bench.counts["pixels"], 0);
  EXPECT_FALSE(bench.active());
  bench.run();
  bench.play(0, 50);
}

TEST(SweepPathRun, AHaltTakesNoRowAndLosesNothing) {
  Rng rng = make_rng();
  for (int world = 0; world < 10 && !testing::Test::HasFailure(); ++world) {
    SweepBench bench(rng, Feed::Random, 20);
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
    bench.expect_counters();
  }
}

TEST(SweepPathRun, AResetBeginsAgainInTheMiddleOfAFrame) {
  Rng rng = make_rng();
  for (int world = 0; world < 10 && !testing::Test::HasFailure(); ++world) {
    SweepBench bench(rng, Feed::Random, 20);
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
  SweepBench bench(World::silent(rows, cols, words, visit_all), rng, Feed::AllAtOnce, 0);
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
