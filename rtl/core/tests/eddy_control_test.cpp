// SPDX-License-Identifier: Apache-2.0
// eddy_control: registers read back what was written, and the first error is kept, and sent once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <utility>

#include "Veddy_control.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using pkg::reg_e;

class Control : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_control dut;

  void SetUp() override {
    dut.rst_ni = 0;
    dut.reg_we_i = 0;
    dut.error_valid_i = 0;
    dut.error_ready_i = 0;
    clock();
    dut.rst_ni = 1;
  }
  void low() {
    dut.clk_i = 0;
    dut.eval();
  }
  void clock() {
    low();
    dut.clk_i = 1;
    dut.eval();
  }
  void write(reg_e reg, std::uint32_t value) {
    dut.reg_we_i = 1;
    dut.reg_addr_i = static_cast<std::uint8_t>(reg);
    dut.reg_wdata_i = value;
    clock();
    dut.reg_we_i = 0;
  }
  std::uint32_t read(reg_e reg) {
    dut.reg_addr_i = static_cast<std::uint8_t>(reg);
    low();
    return dut.reg_rdata_o;
  }

  /// The errors of all three sources; zero in those that are not raised.
  void raise(std::array<std::uint64_t, 3> errors) {
    std::array<std::uint32_t, 5> words{};
    dut.error_valid_i = 0;
    for (unsigned s = 0; s < 3; ++s) {
      if (errors[s]) dut.error_valid_i |= static_cast<std::uint8_t>(1U << s);
      for (unsigned bit = 0; bit < pkg::error_t::bits; ++bit) {
        const unsigned at = s * pkg::error_t::bits + bit;
        words[at / 32] |= static_cast<std::uint32_t>(errors[s] >> bit & 1) << at % 32;
      }
    }
    drive(dut.error_i, words);
  }
  std::uint64_t random_error() {
    return pkg::error_t{.code = static_cast<pkg::err_e>(pick(rng, 1, 7)),
                        .tile = {.y = 1, .x = 2},
                        .axon = static_cast<std::uint16_t>(pick(rng, 0, 511)),
                        .info = static_cast<std::uint32_t>(rng() & 0x7ffffff)}
        .to_u64();
  }
  std::uint64_t recorded() { return read(reg_e::RegErrorLo) | std::uint64_t{read(reg_e::RegErrorHi)} << 32; }
};

TEST_F(Control, RegistersReadBackWhatTheyHold) {
  const std::map<reg_e, unsigned> bits{{reg_e::RegControl, 2},  {reg_e::RegQueueBase, 14}, {reg_e::RegQueueWords, 15},
                                       {reg_e::RegInAxons, 10}, {reg_e::RegOutAxons, 10},  {reg_e::RegPops, 5},
                                       {reg_e::RegErrorDest, 9}};
  std::map<reg_e, std::uint32_t> held;
  for (const auto& [reg, width] : bits) {
    EXPECT_EQ(read(reg), 0U);
    held[reg] = 0;
  }
  for (int i = 0; i < 300; ++i) {
    const auto& [reg, width] = *std::next(bits.begin(), pick(rng, 0, static_cast<int>(bits.size()) - 1));
    const std::uint32_t value = static_cast<std::uint32_t>(rng());
    write(reg, value);
    held[reg] = value & ((1U << width) - 1);
    for (const auto& [other, want] : held) ASSERT_EQ(read(other), want) << static_cast<int>(other);
    ASSERT_EQ(dut.run_o, held[reg_e::RegControl] == 1);
    ASSERT_EQ(dut.queue_base_o, held[reg_e::RegQueueBase]);
    ASSERT_EQ(dut.queue_words_o, held[reg_e::RegQueueWords]);
    ASSERT_EQ(dut.in_axons_o, held[reg_e::RegInAxons]);
    ASSERT_EQ(dut.out_axons_o, held[reg_e::RegOutAxons]);
    ASSERT_EQ(dut.pops_o, held[reg_e::RegPops]);
  }
  dut.fill_left_i = 77;
  dut.counter_i = 0x1234;
  EXPECT_EQ(read(reg_e::RegFillWords), 77U);
  EXPECT_EQ(read(reg_e::RegCounters), 0x1234U);
  EXPECT_EQ(read(reg_e::RegPopCounters), 0x1234U);
}

TEST_F(Control, ProtocolResetIsOnePulse) {
  dut.reg_addr_i = static_cast<std::uint8_t>(reg_e::RegReset);
  low();
  EXPECT_FALSE(dut.protocol_reset_o);
  dut.reg_we_i = 1;
  low();
  EXPECT_TRUE(dut.protocol_reset_o);
  clock();
  dut.reg_addr_i = static_cast<std::uint8_t>(reg_e::RegControl);
  low();
  EXPECT_FALSE(dut.protocol_reset_o);
}

TEST_F(Control, KeepsTheFirstErrorAndSendsItOnce) {
  const pkg::dest_t dest{.tile = {.y = 3, .x = 4}, .io = true};
  write(reg_e::RegErrorDest, static_cast<std::uint32_t>(dest.to_u64()));
  const std::uint64_t first = random_error();
  raise({0, first, random_error()});  // of two in one cycle the lower
  clock();
  raise({random_error(), 0, 0});
  clock();
  raise({});
  EXPECT_EQ(recorded(), first);
  EXPECT_TRUE(dut.active_o);
  int sent = 0;
  for (int i = 0; i < 40; ++i) {
    dut.error_ready_i = chance(rng, 30);
    if (chance(rng, 20)) raise({random_error(), 0, 0});
    low();
    if (dut.error_valid_o) {
      const pkg::flit_t flit = pkg::flit_t::from_u64(dut.error_o);
      EXPECT_EQ(flit.kind, pkg::kind_e::KindError);
      EXPECT_EQ(flit.dest.to_u64(), dest.to_u64());
      EXPECT_EQ(flit.body, first);
      if (dut.error_ready_i) ++sent;
    }
    clock();
    raise({});
  }
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(recorded(), first);
  EXPECT_FALSE(dut.active_o);
}

// Errors, clears and a slow network at random, against the rule: an error is recorded when none is, or when the host
// clears in that cycle; each that is recorded is sent unless it is cleared before it got to the offer.
TEST_F(Control, OffersStayAndClearsLoseNothing) {
  std::uint64_t held = 0;
  std::optional<std::uint64_t> offer;
  std::vector<std::uint64_t> may_come;
  int sent = 0, cleared = 0;
  for (int i = 0; i < 20000; ++i) {
    const bool clear = chance(rng, 5);
    dut.reg_we_i = clear;
    dut.reg_addr_i = static_cast<std::uint8_t>(chance(rng, 50) ? reg_e::RegErrorLo : reg_e::RegErrorHi);
    dut.error_ready_i = chance(rng, 10);
    const std::uint64_t error = chance(rng, 5) ? random_error() : 0;
    const auto source = static_cast<std::size_t>(pick(rng, 0, 2));
    std::array<std::uint64_t, 3> errors{};
    errors[source] = error;
    raise(errors);
    low();
    if (offer) {
      ASSERT_TRUE(dut.error_valid_o);
      ASSERT_EQ(dut.error_o, *offer);
    } else if (dut.error_valid_o) {
      const std::uint64_t body = pkg::flit_t::from_u64(dut.error_o).body;
      ASSERT_THAT(may_come, testing::Contains(body));
      std::erase(may_come, body);
    }
    offer.reset();
    if (dut.error_valid_o && dut.error_ready_i) ++sent;
    if (dut.error_valid_o && !dut.error_ready_i) offer = dut.error_o;
    const std::uint64_t code =
        dut.reg_addr_i == static_cast<std::uint8_t>(reg_e::RegErrorLo) ? held & 0xffffffffU : held >> 32;
    ASSERT_EQ(dut.reg_rdata_o, code);
    clock();
    if (clear) {
      cleared += held != 0;
      held = 0;
    }
    if (error && !held) {
      held = error;
      may_come.push_back(error);
    }
  }
  EXPECT_GT(cleared, 100);
  EXPECT_GT(sent, 100);
}

}  // namespace
}  // namespace eddy::test
