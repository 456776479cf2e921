// SPDX-License-Identifier: Apache-2.0
// The array carries messages, and how it is stepped does not show.
#include <gtest/gtest.h>

#include <tuple>

#include "array_traffic.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

using Size = std::pair<int, int>;
class ArraySizes : public testing::TestWithParam<Size> {};

TEST_P(ArraySizes, BringsEveryMessageInOrder) {
  const auto [rows, columns] = GetParam();
  TileArray array({.rows = rows, .columns = columns});
  Traffic traffic(array, {.seed = 7});
  for (int i = 0; i < 400; ++i) traffic.step(true);
  traffic.drain(5000);
  EXPECT_GT(traffic.sent(), 50U);
  EXPECT_EQ(traffic.received(), traffic.sent());
  EXPECT_EQ(traffic.lost_order(), 0U);
  EXPECT_TRUE(array.quiet());
}
INSTANTIATE_TEST_SUITE_P(Sizes, ArraySizes,
                         testing::Values(Size{1, 1}, Size{1, 2}, Size{2, 2}, Size{3, 4}, Size{5, 1}));

/// Checksums after each cycle of a run.
std::vector<std::uint64_t> history(bool skip_quiet, int threads, double offer, std::uint64_t& evaluated) {
  TileArray array({.rows = 3, .columns = 3, .threads = threads, .skip_quiet = skip_quiet});
  Traffic traffic(array, {.seed = 11, .offer = offer});
  std::vector<std::uint64_t> sums;
  for (int i = 0; i < 600; ++i) {
    traffic.step(i < 450);
    sums.push_back(array.checksum());
  }
  EXPECT_EQ(traffic.received(), traffic.sent());
  evaluated = array.evaluated();
  return sums;
}

TEST(Array, IsTheSameInEachCycleWithAndWithoutQuietTilesAndThreads) {
  for (const double offer : {0.01, 0.4}) {
    std::uint64_t all = 0, some = 0, shared = 0;
    const std::vector<std::uint64_t> reference = history(false, 1, offer, all);
    EXPECT_EQ(history(true, 1, offer, some), reference);
    EXPECT_EQ(history(true, 2, offer, shared), reference);
    EXPECT_EQ(history(false, 3, offer, shared), reference);
    EXPECT_EQ(all, 600U * 9);
    EXPECT_LT(some, all);
    if (offer < 0.1) {
      EXPECT_LT(some, all / 2);
    }
  }
}

TEST(Array, ChecksumSeesOneFlitOneCycleLater) {
  const auto sum = [](int wait, std::uint64_t body) {
    TileArray array({.rows = 1, .columns = 2});
    IoEnd& end = array.io(0, 0);
    for (int i = 0; i < wait; ++i) array.step();
    const pkg::dest_t dest{.tile = {.y = 0, .x = 1}, .io = true};
    end.in_flit = pkg::flit_t{.kind = pkg::kind_e::KindAnswer, .dest = dest, .body = body}.to_u64();
    end.in_valid = true;
    array.step();
    end.in_valid = false;
    for (int i = 0; i < 8; ++i) array.step();
    return array.checksum();
  };
  EXPECT_EQ(sum(5, 1), sum(5, 1));
  EXPECT_NE(sum(5, 1), sum(6, 1));
  EXPECT_NE(sum(5, 1), sum(5, 2));
}

TEST(Array, ResetStartsAgain) {
  TileArray array({.rows = 2, .columns = 2});
  std::vector<std::uint64_t> sums;
  for (int run = 0; run < 2; ++run) {
    array.reset();
    EXPECT_EQ(array.cycle(), 0U);
    Traffic traffic(array, {.seed = 3});
    for (int i = 0; i < 100; ++i) traffic.step(true);  // messages are under way when the reset comes
    sums.push_back(array.checksum());
  }
  EXPECT_EQ(sums[0], sums[1]);
}

TEST(Array, RefusesSizesThatCannotBe) {
  EXPECT_THROW(TileArray({.rows = 0, .columns = 2}), std::invalid_argument);
  EXPECT_THROW(TileArray({.rows = 2, .columns = 17}), std::invalid_argument);
  TileArray array({.rows = 1, .columns = 1});
  EXPECT_THROW(array.io(1, 0), std::out_of_range);
}

}  // namespace
}  // namespace eddy::sim
