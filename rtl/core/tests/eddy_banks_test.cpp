// SPDX-License-Identifier: Apache-2.0
// eddy_banks against an array: grants by priority, one access a bank and cycle, data a cycle later.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "Veddy_banks.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

constexpr int kPorts = static_cast<int>(pkg::MemPorts);
constexpr int kWords = static_cast<int>(pkg::Banks * pkg::BankWords);
using Word = std::array<std::uint32_t, pkg::Lanes>;

int bank_of(int address) { return address / 2048 * 2 + address % 2; }

pkg::mem_req_t random_request(std::mt19937& rng, bool crowded) {
  pkg::mem_req_t request;
  request.valid = chance(rng, 70);
  request.we = chance(rng, 40);
  const int address = crowded ? pick(rng, 0, 15) + 2048 * pick(rng, 0, 1) : pick(rng, 0, kWords - 1);
  request.addr = static_cast<std::uint16_t>(address);
  request.mask = static_cast<std::uint8_t>(chance(rng, 70) ? 0xff : pick(rng, 0, 255));
  for (std::uint32_t& lane : request.data) lane = static_cast<std::uint32_t>(rng());
  return request;
}

TEST(Banks, GrantsByPriorityAndKeepsWhatWasWritten) {
  auto rng = make_rng();
  Veddy_banks dut;
  std::vector<Word> golden(kWords);
  dut.rst_ni = 1;
  std::array<std::optional<Word>, kPorts> data_due;

  const auto cycle = [&](std::array<pkg::mem_req_t, kPorts>& requests) {
    // The sweep's pair is one even and one odd word.
    requests[0].addr = static_cast<std::uint16_t>(requests[0].addr & ~1);
    requests[1].addr = static_cast<std::uint16_t>(requests[1].addr | 1);
    for (std::size_t p = 0; p < kPorts; ++p) drive(dut.req_i[p], requests[p].pack());
    dut.clk_i = 0;
    dut.eval();
    std::array<bool, pkg::Banks> taken{};
    for (std::size_t p = 0; p < kPorts; ++p) {
      if (data_due[p]) {
        ASSERT_EQ(sample(dut.rdata_o[p]), *data_due[p]) << "port " << p;
      }
      data_due[p].reset();
      const pkg::mem_req_t& request = requests[p];
      bool& busy = taken[static_cast<std::size_t>(bank_of(request.addr))];
      const bool granted = request.valid && !busy;
      ASSERT_EQ(granted, (dut.gnt_o >> p & 1) != 0) << "port " << p;
      if (!granted) continue;
      busy = true;
      Word& word = golden[request.addr];
      if (request.we) {
        for (unsigned part = 0; part < 2 * pkg::Lanes; ++part) {
          const std::uint32_t bits = request.mask >> part & 1U ? 0xffffU << 16 * (part % 2) : 0;
          word[part / 2] = (word[part / 2] & ~bits) | (request.data[part / 2] & bits);
        }
      } else {
        data_due[p] = word;
      }
    }
    dut.clk_i = 1;
    dut.eval();
  };

  for (int address = 0; address < kWords; ++address) {
    std::array<pkg::mem_req_t, kPorts> fill{};
    fill[7] = random_request(rng, false);
    fill[7].valid = fill[7].we = true;
    fill[7].mask = 0xff;
    fill[7].addr = static_cast<std::uint16_t>(address);
    cycle(fill);
  }
  for (int i = 0; i < 20000 && !testing::Test::HasFatalFailure(); ++i) {
    std::array<pkg::mem_req_t, kPorts> requests;
    for (pkg::mem_req_t& request : requests) request = random_request(rng, i % 2 == 0);
    cycle(requests);
  }
}

}  // namespace
}  // namespace eddy::test
