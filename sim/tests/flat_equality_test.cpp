// SPDX-License-Identifier: Apache-2.0
// The array does what the flat torus does: in each cycle, at each i/o end, on each link.
#include <gtest/gtest.h>

#include <tuple>

#include "array_messages.hpp"
#include "array_population.hpp"
#include "array_traffic.hpp"
#include "eddy/sim/flat_array.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

// Set by the build: 2 or 4.
constexpr int Side = EDDY_FLAT_SIDE;

std::unique_ptr<Fabric> make_flat() {
  if constexpr (Side == 4) return make_flat_small(1);
  return make_flat_tiny(1);
}

TEST(FlatEquality, OfRandomMessagesInEachCycle) {
  const std::unique_ptr<Fabric> flat = make_flat();
  TileArray array({.rows = Side, .columns = Side, .seed = 2});  // what memories start with has no part in it
  Traffic on_flat(*flat, {.seed = 5, .offer = 0.6}), on_array(array, {.seed = 5, .offer = 0.6});
  for (int i = 0; i < 1500; ++i) {
    const bool offering = i % 500 < 400;
    on_flat.step(offering);
    on_array.step(offering);
    ASSERT_EQ(array.checksum(), flat->checksum()) << "cycle " << i;
    ASSERT_EQ(on_array.received(), on_flat.received()) << "cycle " << i;
  }
  EXPECT_GT(on_array.received(), 1000U);
  EXPECT_EQ(array.cycle(), flat->cycle());
  EXPECT_TRUE(array.quiet());
  EXPECT_TRUE(flat->quiet());
}

/// All that happens while a tile sweeps a frame after host accesses: flits, trace, then who waits, counters.
std::string account(Fabric& fabric) {
  std::ostringstream text;
  const HostWrite start = load_population(fabric, 0);
  fabric.on_trace = [&](int y, int x, const pkg::trace_t& trace) {
    text << fabric.cycle() << " trace " << y << x << ' ' << trace.valid << trace.frame_end << ' ' << trace.y << ' '
         << trace.group.x << ' ' << trace.group.fire << '\n';
  };
  std::vector<std::uint64_t> messages{write_message(core(0, 1), start)};
  for (const std::uint64_t flit : exchange(fabric, 0, 0, messages, fabric.io(0, 0), 400)) text << flit << '\n';
  for (std::uint32_t counter = 0; counter < pkg::NumCounters; ++counter) {
    const auto reg = static_cast<pkg::reg_e>(static_cast<std::uint32_t>(pkg::reg_e::RegCounters) + 2 * counter);
    const std::uint64_t read = read_message(core(0, 1), register_write(reg, 0).first, io_end(0, 0));
    for (const std::uint64_t flit : exchange(fabric, 0, 0, {read}, fabric.io(0, 0), 30)) {
      text << "counter " << counter << ' ' << pkg::write_t::from_u64(pkg::flit_t::from_u64(flit).body).data << '\n';
    }
  }
  text << fabric.who_waits() << fabric.cycle() << ' ' << fabric.checksum() << '\n';
  return text.str();
}

TEST(FlatEquality, OfAPopulationAndItsCounters) {
  const std::unique_ptr<Fabric> flat = make_flat();
  TileArray array({.rows = Side, .columns = Side});
  const std::string expected = account(*flat);
  EXPECT_NE(expected.find("trace 01"), std::string::npos);
  EXPECT_NE(expected.find("waits for credit"), std::string::npos);
  EXPECT_EQ(account(array), expected);
}

}  // namespace
}  // namespace eddy::sim
