// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "harness/crew.hpp"

namespace eddy::sim {
namespace {

// Items are plain numbers: what a round has written must be there in the next one, whoever takes the item then.
TEST(ArrayCrew, DoesEachItemOnceInEachRound) {
  for (const int members : {1, 2, 4}) {
    Crew crew(members, [] {});
    std::vector<unsigned> done(70);
    unsigned expected = 0;
    for (unsigned round = 0; round < 3000; ++round) {
      const std::size_t count = round % done.size();
      crew.run(count, [&](std::size_t item, std::size_t member) {
        ASSERT_LT(member, static_cast<std::size_t>(members));
        done[item] += round;
      });
      expected += static_cast<unsigned>(count) * round;
      ASSERT_EQ(std::accumulate(done.begin(), done.end(), 0U), expected) << "round " << round;
    }
  }
}

TEST(ArrayCrew, MayEndWithoutWork) {
  Crew crew(3, [] {});
}

}  // namespace
}  // namespace eddy::sim
