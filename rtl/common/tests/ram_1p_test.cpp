// SPDX-License-Identifier: Apache-2.0
// eddy_ram_1p against an array.
#include <gtest/gtest.h>

#include <array>

#include "Veddy_ram_1p.h"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

constexpr unsigned kWords = 48;

class Ram1p : public testing::Test {
 protected:
  void access(bool enable, bool write, unsigned address, std::uint64_t data = 0, unsigned mask = 0xf) {
    dut.en_i = enable;
    dut.we_i = write;
    dut.addr_i = static_cast<std::uint8_t>(address);
    dut.wdata_i = data;
    dut.mask_i = static_cast<std::uint8_t>(mask);
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }
  unsigned random(unsigned limit) { return static_cast<unsigned>(rng() % limit); }
  std::uint64_t random64() { return rng() | std::uint64_t{rng()} << 32; }

  Veddy_ram_1p dut;
  std::mt19937 rng = make_rng();
};

TEST_F(Ram1p, ReadsWhatWasWrittenThroughTheMask) {
  std::array<std::uint64_t, kWords> golden{};
  for (unsigned address = 0; address < kWords; ++address) {
    golden[address] = random64();
    access(true, true, address, golden[address]);
  }
  for (int i = 0; i < 5000; ++i) {
    const unsigned address = random(kWords);
    if (random(2)) {
      const std::uint64_t data = random64();
      const unsigned mask = random(16);
      for (unsigned part = 0; part < 4; ++part) {
        const std::uint64_t bits = std::uint64_t{mask >> part & 1U ? 0xffffU : 0U} << 16 * part;
        golden[address] = (golden[address] & ~bits) | (data & bits);
      }
      access(true, true, address, data, mask);
    } else {
      access(true, false, address);
      ASSERT_EQ(dut.rdata_o, golden[address]);
    }
  }
}

TEST_F(Ram1p, HoldsItsOutputUntilTheNextRead) {
  access(true, true, 5, 0x1122334455667788);
  access(true, true, 6, 0x99);
  access(true, false, 5);
  access(false, false, 6);
  EXPECT_EQ(dut.rdata_o, 0x1122334455667788U);
  access(true, true, 6, 0x99);
  EXPECT_EQ(dut.rdata_o, 0x1122334455667788U);
  access(false, true, 6, 0x55);  // not enabled: not written
  access(true, false, 6);
  EXPECT_EQ(dut.rdata_o, 0x99U);
}

}  // namespace
}  // namespace eddy::test
