// SPDX-License-Identifier: Apache-2.0
// One router alone: the test plays all four neighbours and both ends.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

#include "rtl_test.hpp"
#include "torus.hpp"

namespace eddy::test {
namespace {

constexpr int kDepth = 4;

/// Tile (y 1, x 2) of a torus of 5 x 5, with neighbours that play by the rules.
class RouterTest : public testing::Test {
 protected:
  RouterTest() { reset(router, 2, 1, 5, 5); }

  static std::uint64_t to(unsigned y, unsigned x, bool io = false, std::uint64_t body = 0) {
    return pkg::flit_t{
        .kind = pkg::kind_e::KindWrite,
        .dest = {.tile = {.y = static_cast<std::uint8_t>(y), .x = static_cast<std::uint8_t>(x)}, .io = io},
        .body = body}
        .to_u64();
  }

  /// The flit on an input, a link or a local end, in the next cycle.
  void drive(std::size_t port, bool valid, std::uint64_t flit, unsigned vc = 0) {
    if (port < kLinks) {
      set_link(router.link_i[port], valid, vc, flit);
    } else if (port == kCore) {
      router.core_valid_i = valid;
      router.core_flit_i = flit;
    } else {
      router.io_valid_i = valid;
      router.io_flit_i = flit;
    }
  }

  [[nodiscard]] bool leaves(std::size_t port) const {
    if (port < kLinks) return link_valid(router.link_o[port]);
    return port == kCore ? router.core_valid_o && router.core_ready_i : router.io_valid_o && router.io_ready_i;
  }

  [[nodiscard]] std::uint64_t flit_at(std::size_t port) const {
    if (port < kLinks) return link_flit(router.link_o[port]);
    return port == kCore ? router.core_flit_o : router.io_flit_o;
  }

  /// Neighbours that pass flits on at once: the credit for a flit comes back two cycles after it was on the link.
  void return_credits() {
    for (std::size_t port = 0; port < kLinks; ++port) {
      router.link_credit_i[port] = on_link_[port];
      const auto& link = router.link_o[port];
      on_link_[port] = static_cast<std::uint8_t>(link_valid(link) ? 1U << link_vc(link) : 0U);
    }
  }

  Veddy_noc_router router;

 private:
  std::array<std::uint8_t, kLinks> on_link_{};
};

TEST_F(RouterTest, PassesSixFlowsAtOnceAtFullRate) {
  router.core_ready_i = router.io_ready_i = 1;
  std::array<int, 6> left{};
  constexpr int kCycles = 50;
  for (int i = 0; i < kCycles; ++i) {
    drive(kWest, true, to(1, 3), 0);
    drive(kEast, true, to(1, 1), 1);
    drive(kNorth, true, to(2, 2), 0);
    drive(kSouth, true, to(0, 2), 1);
    drive(kCore, true, to(1, 2, true));
    drive(kIo, true, to(1, 2, false));
    return_credits();
    EXPECT_TRUE(router.core_ready_o && router.io_ready_o);
    clock(router);
    for (std::size_t port = 0; port < left.size(); ++port) left[port] += leaves(port);
  }
  for (std::size_t port = 0; port < left.size(); ++port) EXPECT_EQ(left[port], kCycles) << "output " << port;
}

TEST_F(RouterTest, KeepsOneChannelAtFullRateThroughAQueue) {
  // One cycle without credits puts a flit into the queue, and all later ones behind it.
  router.core_ready_i = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  int credits = kDepth;
  int stalls = 0;
  for (int i = 0; i < 100; ++i) {
    router.core_ready_i = i != 10;
    if (leaves(kCore)) {
      ASSERT_EQ(flit_at(kCore), to(1, 2, false, received));
      ++received;
    }
    credits += router.link_credit_o[kWest] & 1;
    const bool send = credits > 0;
    if (!send) ++stalls;
    drive(kWest, send, to(1, 2, false, sent), 0);
    if (send) {
      ++sent;
      --credits;
    }
    clock(router);
  }
  EXPECT_EQ(stalls, 0);
  EXPECT_GE(received, 97U);
}

TEST_F(RouterTest, InputsTakeTurnsAtAnOutput) {
  router.core_ready_i = 1;
  std::array<int, 6> credits{kDepth, kDepth, kDepth, kDepth, 0, 0};
  std::array<int, 6> served{};
  for (int i = 0; i < 600; ++i) {
    if (leaves(kCore)) ++served[pkg::flit_t::from_u64(flit_at(kCore)).body];
    for (std::size_t port = 0; port < kLinks; ++port) {
      credits[port] += router.link_credit_o[port] & 1;
      const bool send = credits[port] > 0;
      credits[port] -= send;
      drive(port, send, to(1, 2, false, port), 0);
    }
    drive(kCore, true, to(1, 2, false, kCore));
    drive(kIo, true, to(1, 2, false, kIo));
    clock(router);
  }
  for (std::size_t port = 0; port < served.size(); ++port) EXPECT_NEAR(served[port], 100, 2) << "input " << port;
}

TEST_F(RouterTest, BothChannelsOfALinkTakeTurns) {
  std::array<int, 2> served{};
  std::array<int, 2> credits{kDepth, kDepth};
  std::size_t next = 0;
  for (int i = 0; i < 400; ++i) {
    router.core_ready_i = i % 2 != 0;  // half the rate of the link, so that both queues fill
    if (leaves(kCore)) ++served[pkg::flit_t::from_u64(flit_at(kCore)).body];
    for (std::size_t v = 0; v < 2; ++v) credits[v] += router.link_credit_o[kNorth] >> v & 1;
    const std::size_t v = credits[next] > 0 ? next : 1 - next;
    const bool send = credits[v] > 0;
    drive(kNorth, send, to(1, 2, false, v), static_cast<unsigned>(v));
    credits[v] -= send;
    next = 1 - v;
    clock(router);
  }
  EXPECT_NEAR(served[0], 100, 3);
  EXPECT_NEAR(served[1], 100, 3);
}

TEST_F(RouterTest, SendsNoFlitWithoutACredit) {
  int left = 0;
  for (int i = 0; i < 30; ++i) {
    drive(kCore, true, to(1, 3));
    clock(router);
    left += leaves(kEast);
  }
  EXPECT_EQ(left, kDepth);
  EXPECT_FALSE(router.core_ready_o);
  router.link_credit_i[kEast] = static_cast<std::uint8_t>(1U << link_vc(router.link_o[kEast]));
  clock(router);
  router.link_credit_i[kEast] = 0;
  for (int i = 0; i < 10; ++i) {
    clock(router);
    left += leaves(kEast);
  }
  EXPECT_EQ(left, kDepth + 1);
}

TEST_F(RouterTest, AFullChannelDoesNotHoldUpTheOther) {
  // Nothing is taken off channel 0 of the east output; flits on channel 1 pass.
  std::array<int, 2> left{};
  for (int i = 0; i < 40; ++i) {
    const bool first = i < 2 * kDepth;
    drive(kWest, true, to(1, 3), first ? 0 : 1);
    const auto& link = router.link_o[kEast];
    router.link_credit_i[kEast] = link_valid(link) && link_vc(link) ? 2 : 0;
    clock(router);
    if (leaves(kEast)) ++left[link_vc(router.link_o[kEast])];
  }
  EXPECT_EQ(left[0], kDepth);
  EXPECT_GE(left[1], 40 - 2 * kDepth - 1);
}

TEST_F(RouterTest, IsQuietAgainAfterWork) {
  router.core_ready_i = 1;
  for (int i = 0; i < 5; ++i) clock(router);
  EXPECT_FALSE(router.active_o);
  drive(kWest, true, to(1, 2), 0);
  clock(router);
  drive(kWest, false, 0);
  EXPECT_TRUE(router.active_o);
  EXPECT_EQ(router.sent_o, 1U << kCore);
  for (int i = 0; i < 2; ++i) clock(router);
  EXPECT_FALSE(router.active_o);
  EXPECT_EQ(router.sent_o, 0U);
}

}  // namespace
}  // namespace eddy::test
