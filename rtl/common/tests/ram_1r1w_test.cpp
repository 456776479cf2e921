// SPDX-License-Identifier: Apache-2.0
// eddy_ram_1r1w against an array.
#include <gtest/gtest.h>

#include <array>

#include "Veddy_ram_1r1w.h"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

constexpr unsigned kWords = 48;
constexpr std::uint64_t kMask = (std::uint64_t{1} << 40) - 1;

TEST(Ram1r1w, ReadsWhatWasWrittenAndHoldsItsOutput) {
  Veddy_ram_1r1w dut;
  auto rng = make_rng();
  std::array<std::uint64_t, kWords> golden{};
  const auto clock = [&] {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  };

  dut.re_i = 0;
  dut.we_i = 1;
  for (unsigned address = 0; address < kWords; ++address) {
    dut.waddr_i = static_cast<std::uint8_t>(address);
    dut.wdata_i = golden[address] = rng();
    clock();
  }
  std::uint64_t expected = 0;
  bool known = false;
  for (int i = 0; i < 5000; ++i) {
    dut.we_i = rng() % 2;
    dut.waddr_i = static_cast<std::uint8_t>(rng() % kWords);
    dut.wdata_i = (rng() | std::uint64_t{rng()} << 32) & kMask;
    dut.raddr_i = static_cast<std::uint8_t>(rng() % kWords);
    dut.re_i = rng() % 2 && !(dut.we_i && dut.raddr_i == dut.waddr_i);
    clock();
    if (dut.re_i) {
      expected = golden[dut.raddr_i];
      known = true;
    }
    if (dut.we_i) golden[dut.waddr_i] = dut.wdata_i;
    if (known) {
      ASSERT_EQ(dut.rdata_o, expected);
    }
  }
}

TEST(Ram1r1wDeathTest, RefusesToReadTheWordThatIsWritten) {
  const auto collide = [] {
    Veddy_ram_1r1w dut;
    dut.we_i = dut.re_i = 1;
    dut.waddr_i = dut.raddr_i = 7;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  };
  EXPECT_EXIT(collide(), testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace eddy::test
