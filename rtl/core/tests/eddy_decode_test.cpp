// SPDX-License-Identifier: Apache-2.0
// eddy_decode on random tiles: the words, weight runs and pixels of each job against plain loops; tokens; its rate.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "Veddy_decode.h"
#include "eddy_core_pkg.hpp"
#include "integrate_world.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using core_pkg::job_t;

/// An accumulator word in the RAM, the run of weights for it, and its pixel.
struct Visit {
  int address, run, y, x;
  auto operator<=>(const Visit&) const = default;
};

/// What a walk over the job visits.
std::vector<Visit> visits(const job_t& job) {
  std::vector<Visit> result;
  if (!job.hit) return result;
  const int x_step = job.cols_extra ? (job.x_last - job.x) / job.cols_extra : 0;
  for (int j = 0; j <= job.rows_extra; ++j) {
    for (int i = 0; i <= job.cols_extra; ++i) {
      for (int w = 0; w < job.words; ++w) {
        const int odd = job.odd ^ (job.odd_step && j % 2);
        result.push_back({((job.acc + j * job.acc_y + i * job.acc_x + w) & 0x3fff) ^ odd,
                          static_cast<int>((job.run + static_cast<unsigned>(j) * job.run_y +
                                            static_cast<unsigned>(i) * job.run_x + static_cast<unsigned>(w)) %
                                           (1U << core_pkg::RunBits)),
                          job.y + j * job.y_step, job.x + i * x_step});
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

class Decode : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_decode dut;
  std::deque<pkg::entry_t> entries;
  struct Wanted {
    bool token = false;
    pkg::progress_t progress{};
    pkg::port_t port{};
    int value = 0;
    std::vector<Visit> visits{};
  };
  std::deque<Wanted> wanted;
  long cycles = 0;
  bool offered = false;

  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  void write_table(pkg::table_e table, int index, std::span<const std::uint32_t> entry) {
    pkg::table_write_t write{.valid = true, .sel = table, .index = static_cast<std::uint16_t>(index)};
    std::copy(entry.begin(), entry.end(), write.data.begin());
    drive(dut.table_i, write.pack());
    clock();
    drive(dut.table_i, pkg::table_write_t{}.pack());
  }

  void start(const Tile& tile) {
    dut.rst_ni = 0;
    dut.valid_i = 0;
    drive(dut.table_i, pkg::table_write_t{}.pack());
    clock();
    dut.rst_ni = 1;
    for (const Axon& axon : tile.axons) write_table(pkg::table_e::TabInAxon, axon.id, tile.entry(axon).pack());
    for (std::size_t i = 0; i < tile.ports.size(); ++i) {
      write_table(pkg::table_e::TabPort, static_cast<int>(i), tile.ports[i].table.pack());
    }
  }

  void send(Tile& tile, const Event& event) {
    entries.push_back({.token = false, .body = tile.message(event).to_u64()});
    Wanted job{.port = tile.port_of(event.axon).table, .value = event.value};
    for (const Change& change : tile.apply(event))
      job.visits.push_back({change.address, change.run, change.y, change.x});
    std::sort(job.visits.begin(), job.visits.end());
    wanted.push_back(std::move(job));
  }

  void send_token(const Tile& tile, int axon) {
    const pkg::token_t token{.axon = static_cast<std::uint16_t>(tile.axons[static_cast<std::size_t>(axon)].id),
                             .row = static_cast<std::uint16_t>(pick(rng, 0, 4095)),
                             .parity = chance(rng, 50),
                             .last = chance(rng, 50),
                             .count = static_cast<std::uint16_t>(pick(rng, 0, 65535))};
    entries.push_back({.token = true, .body = token.to_u64()});
    wanted.push_back(
        {.token = true,
         .progress = {true, token.axon, tile.port_of(axon).table.pop, token.row, token.parity, token.last}});
  }

  void run(int pause, int stall) {
    const long limit = cycles + 100 + 20 * static_cast<long>(entries.size());
    while (!wanted.empty() || dut.active_o) {
      ASSERT_LT(cycles, limit) << "stuck";
      if (!offered && !entries.empty() && !chance(rng, pause)) {
        offered = true;
        dut.entry_i = entries.front().to_u64();
        entries.pop_front();
      }
      dut.valid_i = offered;
      dut.job_ready_i = !chance(rng, stall);
      dut.clk_i = 0;
      dut.eval();
      if (offered && dut.ready_o) offered = false;
      if (dut.job_valid_o && dut.job_ready_i) compare(job_t::unpack(sample(dut.job_o)));
      if (HasFatalFailure()) return;
      dut.clk_i = 1;
      dut.eval();
      ++cycles;
    }
  }

  void compare(const job_t& job) {
    ASSERT_FALSE(wanted.empty());
    const Wanted& want = wanted.front();
    ASSERT_EQ(job.token, want.token);
    if (want.token) {
      ASSERT_EQ((pkg::progress_t{true, job.axon, job.pop, job.row, job.parity, job.last}), want.progress);
    } else {
      ASSERT_EQ(job.pop, want.port.pop);
      ASSERT_EQ(job.value, want.value);
      ASSERT_EQ(job.format, want.port.format);
      ASSERT_EQ(job.w_base, want.port.w_base);
      ASSERT_EQ(visits(job), want.visits);
    }
    wanted.pop_front();
  }
};

TEST_F(Decode, FindsAllThatAnEventTouches) {
  for (int trial = 0; trial < 40 && !HasFailure(); ++trial) {
    SCOPED_TRACE("trial " + std::to_string(trial));
    Tile tile = random_tile(rng);
    start(tile);
    for (int i = 0; i < 150; ++i) {
      if (chance(rng, 20))
        send_token(tile, pick(rng, 0, static_cast<int>(tile.axons.size()) - 1));
      else
        send(tile, tile.random_event(rng));
    }
    run(trial % 3 * 25, trial % 4 * 25);
  }
}

TEST_F(Decode, TakesAnEventEachCycle) {
  Tile tile = random_tile(rng);
  start(tile);
  for (int i = 0; i < 200; ++i) send(tile, tile.random_event(rng));
  run(0, 0);
  EXPECT_EQ(cycles, 200 + 9);
}

}  // namespace
}  // namespace eddy::test
