// SPDX-License-Identifier: Apache-2.0
// A saved state of an array: what goes on from it does what the array that saved it does.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "array_messages.hpp"
#include "array_population.hpp"
#include "eddy/sim/error.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

/// Checksums of the cycles in which the population of `array` works.
std::vector<std::uint64_t> start(TileArray& array, const HostWrite& go) {
  IoEnd& end = array.io(0, 0);
  end.out_ready = true;
  end.in_flit = write_message(core(0, 1), go);
  std::vector<std::uint64_t> sums;
  for (int i = 0; i < 200; ++i) {
    end.in_valid = i == 0;
    array.step();
    sums.push_back(array.checksum());
  }
  return sums;
}

std::string saved(TileArray& array) {
  std::ostringstream state;
  array.save(state);
  return std::move(state).str();
}

TEST(ArrayState, GoesOnInAnotherArrayAsInItsOwn) {
  TileArray array({.rows = 2, .columns = 3, .seed = 1});
  const HostWrite go = load_population(array, 0);
  while (!array.quiet()) array.step();
  const std::string state = saved(array);

  TileArray other({.rows = 2, .columns = 3, .seed = 2, .threads = 2});
  other.step();
  std::istringstream in(state);
  other.restore(in);
  EXPECT_EQ(other.cycle(), array.cycle());
  EXPECT_EQ(other.checksum(), array.checksum());
  EXPECT_EQ(saved(other), state);
  const auto sums = start(array, go);
  EXPECT_NE(sums.back(), sums.front()) << "nothing was sent";
  EXPECT_EQ(start(other, go), sums);
  EXPECT_EQ(saved(other), saved(array));
}

TEST(ArrayState, IsRefusedWhereItIsOfAnotherSizeOrCutOff) {
  TileArray array({.rows = 2, .columns = 2});
  while (!array.quiet()) array.step();
  const std::string state = saved(array);
  TileArray wide({.rows = 2, .columns = 3});
  std::istringstream whole(state), part(state.substr(0, state.size() - 1));
  EXPECT_THROW(wide.restore(whole), SimulationError);
  EXPECT_THROW(array.restore(part), SimulationError);
}

TEST(ArrayState, IsNotSavedWhileATileWorks) {
  TileArray array({.rows = 1, .columns = 2});
  IoEnd& end = array.io(0, 0);
  end.in_flit = write_message(core(0, 1), register_write(pkg::reg_e::RegReset, 1));
  end.in_valid = true;
  array.step();
  end.in_valid = false;
  ASSERT_FALSE(array.quiet());
  std::ostringstream out;
  EXPECT_THROW(array.save(out), std::logic_error);
}

}  // namespace
}  // namespace eddy::sim
