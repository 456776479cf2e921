// SPDX-License-Identifier: Apache-2.0
// The flat chip through its pins: registers, and words that a host writes to every tile and reads back.
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "../../host/tests/axi_memory.hpp"
#include "Veddy_chip.h"
#include "eddy_csr.h"
#include "eddy_host_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

using host_pkg::op_e;

// As CMakeLists.txt has it built.
constexpr unsigned kRows = 2, kCols = 1;
constexpr pkg::dest_t kGateway{.tile = {.y = 1, .x = 0}, .io = true};

constexpr std::uint64_t kRing = 0x1000, kList = 0x2000, kResult = 0x4000;
constexpr unsigned kRingLog2 = 2;

class Chip : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_chip dut;
  AxiMemory<Veddy_chip> memory{dut, rng, 1 << 16};
  unsigned posted = 0;

  void SetUp() override {
    dut.rst_ni = 1;
    dut.clk_i = 0;
    dut.axil_awvalid_i = dut.axil_wvalid_i = dut.axil_arvalid_i = 0;
    dut.axil_bready_i = dut.axil_rready_i = 1;
    dut.axi_arready_i = dut.axi_awready_i = dut.axi_wready_i = dut.axi_rvalid_i = dut.axi_bvalid_i = 0;
    dut.eval();
    dut.rst_ni = 0;
    for (int i = 0; i < 4; ++i) tick();
    dut.rst_ni = 1;
  }
  void TearDown() override { EXPECT_TRUE(memory.violations.empty()); }

  void tick() {
    dut.clk_i = 0;
    dut.eval();
    memory.sample();
    dut.clk_i = 1;
    dut.eval();
    memory.drive();
  }

  std::uint32_t read(std::size_t address) {
    dut.axil_arvalid_i = 1;
    dut.axil_araddr_i = static_cast<std::uint16_t>(address);
    for (int i = 0; i < 100; ++i) {
      dut.clk_i = 0;
      dut.eval();
      const bool taken = dut.axil_arready_o;
      const bool answered = dut.axil_rvalid_o;
      const std::uint32_t data = dut.axil_rdata_o;
      tick();
      if (taken) dut.axil_arvalid_i = 0;
      if (answered) return data;
    }
    ADD_FAILURE() << "no answer from register " << address;
    return 0;
  }
  void write(std::size_t address, std::uint32_t value) {
    dut.axil_awvalid_i = dut.axil_wvalid_i = 1;
    dut.axil_awaddr_i = static_cast<std::uint16_t>(address);
    dut.axil_wdata_i = value;
    dut.axil_wstrb_i = 0xF;
    for (int i = 0; i < 100; ++i) {
      dut.clk_i = 0;
      dut.eval();
      const bool address_taken = dut.axil_awready_o;
      const bool data_taken = dut.axil_wready_o;
      const bool answered = dut.axil_bvalid_o;
      tick();
      if (address_taken) dut.axil_awvalid_i = 0;
      if (data_taken) dut.axil_wvalid_i = 0;
      if (answered) return;
    }
    ADD_FAILURE() << "no confirmation from register " << address;
  }

  void start() {
    write(offsetof(eddy_csr_t, COMMAND.BASE_LO), kRing);
    write(offsetof(eddy_csr_t, COMMAND.SIZE), kRingLog2);
    write(offsetof(eddy_csr_t, INT_ENABLE), EDDY_CSR__INT_ENABLE__COMMAND_bm);
    write(offsetof(eddy_csr_t, CONTROL), EDDY_CSR__CONTROL__RUN_bm);
  }
  /// Posts one command and waits for its interrupt.
  host_pkg::completion_t execute(host_pkg::descriptor_t descriptor) {
    const std::uint64_t slot = kRing + host_pkg::DescriptorBytes * (posted % (1U << kRingLog2));
    descriptor.irq = true;
    memory.put(slot, descriptor.pack());
    write(offsetof(eddy_csr_t, COMMAND.HEAD), ++posted);
    for (int i = 0; i < 100000 && !dut.irq_o; ++i) tick();
    EXPECT_TRUE(dut.irq_o);
    write(offsetof(eddy_csr_t, INT_STATUS), 7);
    return host_pkg::descriptor_t::unpack(
               memory.get<std::array<std::uint32_t, host_pkg::descriptor_t::word_count>>(slot))
        .done;
  }
};

TEST_F(Chip, SaysHowLargeItIsAndWhereTheGatewayStands) {
  EXPECT_EQ(read(offsetof(eddy_csr_t, ID)), 0x45444459U);
  EXPECT_EQ(read(offsetof(eddy_csr_t, CHIP)) & 0xFFFF, kCols << 8 | kRows);
  EXPECT_EQ(read(offsetof(eddy_csr_t, GATEWAY)) & 0xFF, kGateway.tile.to_u64());
}

TEST_F(Chip, WordsReachTheirTilesAndComeBack) {
  start();
  constexpr unsigned kWords = 8;
  const auto first = static_cast<std::uint32_t>(4 * (rng() % (pkg::Banks * pkg::BankWords - kWords)));
  std::vector<std::uint32_t> want;
  std::vector<pkg::dest_t> tiles;
  std::uint32_t records = 0;
  for (unsigned y = 0; y < kRows; ++y) {
    for (unsigned x = 0; x < kCols; ++x) {
      tiles.push_back({.tile = {.y = static_cast<std::uint8_t>(y), .x = static_cast<std::uint8_t>(x)}, .io = false});
      for (std::uint32_t word = 0; word < kWords; ++word) {
        want.push_back(static_cast<std::uint32_t>(rng()));
        const host_pkg::load_t record{.dest = tiles.back(), .addr = first + word, .data = want.back()};
        memory.put(kList + 8 * records++, record.to_u64());
      }
    }
  }
  EXPECT_EQ(execute({.count = records, .address = kList, .op = op_e::OpLoad}).code, host_pkg::host_err_e::HostOk);
  EXPECT_EQ(execute({.count = records, .address = kList, .op = op_e::OpFence}).code, host_pkg::host_err_e::HostOk);
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    const auto end =
        execute({.dest = tiles[tile], .word = first, .count = kWords, .address = kResult, .op = op_e::OpRead});
    EXPECT_EQ(end.code, host_pkg::host_err_e::HostOk);
    for (unsigned word = 0; word < kWords; ++word) {
      ASSERT_EQ(memory.get<std::uint32_t>(kResult + 4 * word), want[tile * kWords + word]) << "tile " << tile;
    }
  }
  for (int i = 0; i < 100; ++i) tick();
  EXPECT_FALSE(dut.active_o);
}

TEST_F(Chip, AnErrorOfATileNamesIt) {
  start();
  const pkg::dest_t tile{.tile = {.y = 0, .x = 0}, .io = false};
  const auto reg = [](pkg::reg_e r) {
    return 1U << 17 | static_cast<unsigned>(pkg::table_e::TabRegs) << 13 | static_cast<unsigned>(r);
  };
  memory.put(kList, host_pkg::load_t{.dest = tile,
                                     .addr = reg(pkg::reg_e::RegErrorDest),
                                     .data = static_cast<std::uint32_t>(kGateway.to_u64())}
                        .to_u64());
  memory.put(kList + 8, host_pkg::load_t{.dest = tile, .addr = 1U << 16, .data = 0}.to_u64());  // outside its map
  execute({.count = 2, .address = kList, .op = op_e::OpLoad});
  for (int i = 0; i < 200; ++i) tick();
  const std::uint32_t error = read(offsetof(eddy_csr_t, ERROR));
  EXPECT_EQ(error & EDDY_CSR__ERROR__CODE_bm, static_cast<unsigned>(host_pkg::host_err_e::HostErrTile));
  EXPECT_EQ(error >> EDDY_CSR__ERROR__TILE_bp & 0xFF, tile.tile.to_u64());
}

}  // namespace
}  // namespace eddy::test
