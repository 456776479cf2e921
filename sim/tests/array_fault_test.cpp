// SPDX-License-Identifier: Apache-2.0
// A fault changes the one message that it names, and the link goes on.
#include <gtest/gtest.h>

#include <map>

#include "array_messages.hpp"
#include "array_traffic.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

using pkg::kind_e;

/// Events, tokens and credits in turn from one tile's i/o end to its neighbour's, with faults. Bodies that arrived, by
/// kind.
std::map<kind_e, std::vector<std::uint64_t>> arrivals(const std::vector<Fault>& faults) {
  TileArray array({.rows = 1, .columns = 3});
  for (const Fault& fault : faults) array.add_fault(fault);
  EXPECT_EQ(array.faults_pending(), faults.size());
  std::vector<std::uint64_t> messages;
  for (std::uint64_t i = 0; i < 20; ++i) {
    for (const kind_e kind : {kind_e::KindEvent, kind_e::KindToken, kind_e::KindCredit}) {
      messages.push_back(message(kind, io_end(0, 1), i));
    }
  }
  std::map<kind_e, std::vector<std::uint64_t>> out;
  for (const std::uint64_t flit : exchange(array, 0, 0, messages, array.io(0, 1))) {
    const pkg::flit_t came = pkg::flit_t::from_u64(flit);
    out[came.kind].push_back(came.body);
  }
  EXPECT_EQ(array.faults_pending(), 0U);
  EXPECT_TRUE(array.quiet());
  return out;
}

std::vector<std::uint64_t> numbers_but(std::uint64_t missing) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 0; i < 20; ++i) {
    if (i != missing) all.push_back(i);
  }
  return all;
}

TEST(ArrayFaults, DropTheMessageThatTheyName) {
  for (const auto& [fault, kind] : {std::pair{FaultKind::drop_event, kind_e::KindEvent},
                                    {FaultKind::drop_token, kind_e::KindToken},
                                    {FaultKind::drop_credit, kind_e::KindCredit}}) {
    auto got = arrivals({{.kind = fault, .y = 0, .x = 0, .n = 6}});
    for (const kind_e each : {kind_e::KindEvent, kind_e::KindToken, kind_e::KindCredit}) {
      EXPECT_EQ(got[each], numbers_but(each == kind ? 6 : 99));
    }
  }
}

TEST(ArrayFaults, DoubleAnEvent) {
  auto got = arrivals({{.kind = FaultKind::double_event, .y = 0, .x = 0, .n = 6}});
  EXPECT_EQ(got[kind_e::KindToken], numbers_but(99));
  ASSERT_EQ(got[kind_e::KindEvent].size(), 21U);
  EXPECT_EQ(std::count(got[kind_e::KindEvent].begin(), got[kind_e::KindEvent].end(), 6U), 2);
}

TEST(ArrayFaults, WaitForTheirTile) {
  TileArray array({.rows = 1, .columns = 3});
  array.add_fault({.kind = FaultKind::drop_event, .y = 0, .x = 2, .n = 0});
  const auto out = exchange(array, 0, 0, {message(kind_e::KindEvent, io_end(0, 1), 1)}, array.io(0, 1));
  EXPECT_EQ(out.size(), 1U);
  EXPECT_EQ(array.faults_pending(), 1U);
  EXPECT_THROW(array.add_fault({.kind = FaultKind::drop_event, .y = 3, .x = 0, .n = 0}), std::out_of_range);
}

// With a credit lost or one too many the link would stop, or a queue overflow, which is asserted in the RTL.
TEST(ArrayFaults, LeaveTheLinksTheirCredits) {
  TileArray array({.rows = 1, .columns = 2});
  std::vector<std::uint64_t> events;
  for (std::uint64_t i = 0; i < 40; ++i) {
    array.add_fault({.kind = i % 2 != 0 ? FaultKind::drop_event : FaultKind::double_event, .y = 0, .x = 0, .n = 3 * i});
  }
  for (std::uint64_t i = 0; i < 200; ++i) events.push_back(message(kind_e::KindEvent, io_end(0, 1), i));
  const auto out = exchange(array, 0, 0, events, array.io(0, 1));
  EXPECT_EQ(out.size(), 200U);
  EXPECT_EQ(array.faults_pending(), 0U);

  Traffic traffic(array, {.seed = 9, .offer = 1, .ready = 1});
  for (int i = 0; i < 400; ++i) traffic.step(true);
  traffic.drain(500);
  EXPECT_EQ(traffic.received(), traffic.sent());
  EXPECT_EQ(traffic.lost_order(), 0U);
  EXPECT_GT(traffic.sent(), 500U);
}

}  // namespace
}  // namespace eddy::sim
