// SPDX-License-Identifier: Apache-2.0
/// Tiles, gateway and memory together, as a host sees them: registers, memory, interrupt, time.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "eddy/sim/error.hpp"
#include "eddy/sim/simulation.hpp"
#include "eddy/sim/tile_array.hpp"
#include "eddy_csr.h"
#include "eddy_host_pkg.hpp"

#define EDDY_REGISTER(NAME) static_cast<std::uint32_t>(offsetof(eddy_csr_t, NAME))

namespace eddy::sim {
namespace {

using host_pkg::descriptor_t;
using host_pkg::load_t;
using host_pkg::op_e;

struct HostSimulation : ::testing::Test {
  static constexpr std::uint64_t Ring = 0x1000, List = 0x2000, Back = 0x3000;

  explicit HostSimulation(double stall = 0.3)
      : simulation(std::make_unique<TileArray>(ArrayOptions{.rows = 2, .columns = 3}),
                   {.gateway_y = 1, .gateway_x = 2, .memory = {.stall = stall}, .io_stall = stall}) {}

  template <typename Words>
  void put(std::uint64_t address, const Words& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::array<std::uint8_t, 4> bytes;
      for (unsigned b = 0; b < 4; ++b) bytes[b] = static_cast<std::uint8_t>(words[i] >> 8 * b);
      simulation.memory().write(address + 4 * i, bytes);
    }
  }
  std::uint32_t get(std::uint64_t address) {
    std::array<std::uint8_t, 4> bytes;
    simulation.memory().read(address, bytes);
    return bytes[0] | bytes[1] << 8U | bytes[2] << 16U | static_cast<std::uint32_t>(bytes[3]) << 24U;
  }
  void start() {
    simulation.write_register(EDDY_REGISTER(COMMAND.BASE_LO), Ring);
    simulation.write_register(EDDY_REGISTER(COMMAND.SIZE), 2);
    simulation.write_register(EDDY_REGISTER(INT_ENABLE), EDDY_CSR__INT_ENABLE__COMMAND_bm);
    simulation.write_register(EDDY_REGISTER(CONTROL), EDDY_CSR__CONTROL__RUN_bm);
  }
  void execute(const descriptor_t& command) {
    put(Ring + posted % 4 * host_pkg::DescriptorBytes, command.pack());
    simulation.write_register(EDDY_REGISTER(COMMAND.HEAD), ++posted);
    for (int i = 0; i < 100'000 && !simulation.irq(); ++i) simulation.step();
    ASSERT_TRUE(simulation.irq());
    simulation.write_register(EDDY_REGISTER(INT_STATUS), EDDY_CSR__INT_STATUS__COMMAND_bm);
    ASSERT_EQ(simulation.read_register(EDDY_REGISTER(COMMAND.TAIL)), posted);
  }

  Simulation simulation;
  unsigned posted = 0;
};

TEST_F(HostSimulation, RegistersSayWhatTheChipIs) {
  EXPECT_EQ(simulation.read_register(EDDY_REGISTER(ID)), EDDY_CSR__ID__VALUE_reset);
  EXPECT_EQ(simulation.read_register(EDDY_REGISTER(CHIP)) & 0xFFFF, 0x0302U);
  EXPECT_EQ(simulation.read_register(EDDY_REGISTER(GATEWAY)) & 0xFF, 0x12U);
  simulation.write_register(EDDY_REGISTER(LIMIT_NET), 0x12345678);
  EXPECT_EQ(simulation.read_register(EDDY_REGISTER(LIMIT_NET)), 0x12345678U);
  EXPECT_GT(simulation.cycle(), 0U);
  EXPECT_FALSE(simulation.irq());
}

TEST_F(HostSimulation, WordsGoToATileAndBackThroughTheRings) {
  start();
  const pkg::dest_t tile{.tile = {.y = 0, .x = 1}, .io = false};
  constexpr unsigned Count = 9;
  for (unsigned i = 0; i < Count; ++i) {
    put(List + 8 * i, load_t{.dest = tile, .addr = 40 + i, .data = 0xABCD0000U + i}.pack());
  }
  execute({.count = Count, .address = List, .irq = true, .op = op_e::OpLoad});
  execute({.dest = tile, .word = 40, .count = Count, .address = Back, .irq = true, .op = op_e::OpRead});
  for (unsigned i = 0; i < Count; ++i) EXPECT_EQ(get(Back + 4 * i), 0xABCD0000U + i);
  std::array<std::uint32_t, pkg::Lanes> lanes{};
  simulation.tiles().read_ram(0, 1, 10, lanes);
  EXPECT_EQ(lanes[3], 0xABCD0003U);
}

TEST_F(HostSimulation, ComesToRest) {
  start();
  for (int i = 0; i < 1000; ++i) simulation.step();
  EXPECT_TRUE(simulation.at_rest());
  const auto last = simulation.last_transfer();
  for (int i = 0; i < 1000; ++i) simulation.step();
  EXPECT_EQ(simulation.last_transfer(), last);
  put(Ring, descriptor_t{.count = 1, .address = List, .op = op_e::OpLoad}.pack());
  simulation.write_register(EDDY_REGISTER(COMMAND.HEAD), 1);
  for (int i = 0; i < 10; ++i) simulation.step();
  EXPECT_FALSE(simulation.at_rest());
  for (int i = 0; i < 5000; ++i) simulation.step();
  EXPECT_TRUE(simulation.at_rest());
  EXPECT_GT(simulation.last_transfer(), last);
}

}  // namespace
}  // namespace eddy::sim
