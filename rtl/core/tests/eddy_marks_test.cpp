// SPDX-License-Identifier: Apache-2.0
// eddy_marks: windows of pooled marks against plain loops, and the sweep's reads and clears beside them.
#include <gtest/gtest.h>

#include <optional>

#include "Veddy_marks.h"
#include "eddy_core_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

constexpr int kPorts = 8;  // of two kinds: the events of one half run while the other half is swept
constexpr int kRegion = static_cast<int>(pkg::MarkWords) / kPorts;

class Marks : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_marks dut;
  std::vector<pkg::port_t> ports;
  std::vector<std::uint32_t> golden = std::vector<std::uint32_t>(pkg::MarkWords, 0);
  std::optional<core_pkg::mark_t> offered;
  unsigned handed = 0;
  bool reading = false, clearing = false;
  std::optional<std::uint32_t> read_due;

  void SetUp() override {
    dut.rst_ni = 0;
    quiet();
    drive(dut.table_i, pkg::table_write_t{}.pack());
    clock();
    dut.rst_ni = 1;
    for (std::size_t i = 0; i < golden.size(); ++i) {
      golden[i] = static_cast<std::uint32_t>(rng() & rng() & rng());
      write_table(pkg::table_e::TabMark, static_cast<int>(i), std::array{golden[i]});
    }
  }

  void quiet() {
    dut.valid_i = 0;
    dut.rd_valid_i = 0;
    dut.clr_valid_i = 0;
  }

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

  pkg::pool_axis_t random_pool() {
    return {.stride = static_cast<std::uint8_t>(pick(rng, 1, 5)),
            .size = static_cast<std::uint8_t>(pick(rng, 1, 5)),
            .pad = static_cast<std::int8_t>(chance(rng, 20) ? pick(rng, -128, 127) : pick(rng, -3, 4))};
  }

  void make_ports() {
    ports.clear();
    for (int i = 0; i < kPorts; ++i) {
      pkg::port_t port;
      port.pool_y = random_pool();
      port.pool_x = random_pool();
      port.out_cols = static_cast<std::uint16_t>(chance(rng, 50) ? pick(rng, 1, 31) : pick(rng, 32, 300));
      port.mark_row = static_cast<std::uint8_t>((port.out_cols + 31) / 32);
      port.out_rows = static_cast<std::uint16_t>(pick(rng, 1, kRegion / port.mark_row));
      port.mark_base = static_cast<std::uint16_t>(i * kRegion);
      ports.push_back(port);
      write_table(pkg::table_e::TabPort, i, port.pack());
    }
  }

  core_pkg::mark_t random_mark(int half) {
    const int index = pick(rng, 0, kPorts / 2 - 1) * 2 + half;
    const pkg::port_t& port = ports[static_cast<std::size_t>(index)];
    const auto near = [&](int windows, int stride) { return pick(rng, 0, std::min(4095, windows * stride + 5)); };
    const int x = near(port.out_cols, port.pool_x.stride);
    return {.port = static_cast<std::uint8_t>(index),
            .y = static_cast<std::uint16_t>(near(port.out_rows, port.pool_y.stride)),
            .x = static_cast<std::uint16_t>(x),
            .x_last = static_cast<std::uint16_t>(
                std::min(4095, x + (chance(rng, 70) ? pick(rng, 0, 10) : pick(rng, 0, 200))))};
  }

  /// All windows with a part in the row and in the range of columns.
  void set(const core_pkg::mark_t& mark) {
    const pkg::port_t& port = ports[mark.port];
    const auto meets = [](const pkg::pool_axis_t& pool, int window, int first, int last) {
      const int start = window * pool.stride - pool.pad;
      return start <= last && start + pool.size - 1 >= first;
    };
    for (int y = 0; y < port.out_rows; ++y) {
      if (!meets(port.pool_y, y, mark.y, mark.y)) continue;
      // Windows between the first and the last one are marked as well (a stride beyond the size leaves gaps).
      int first = -1, last = -1;
      for (int x = 0; x < port.out_cols; ++x) {
        if (!meets(port.pool_x, x, mark.x, mark.x_last)) continue;
        if (first < 0) first = x;
        last = x;
      }
      for (int x = first; first >= 0 && x <= last; ++x) {
        golden[static_cast<std::size_t>(port.mark_base + y * port.mark_row + x / 32)] |= 1U << x % 32;
      }
    }
  }

  int address_in(int half) { return (pick(rng, 0, kPorts / 2 - 1) * 2 + half) * kRegion + pick(rng, 0, kRegion - 1); }

  /// Marks of one half, reads and clears of the other.
  void step(int half, int share) {
    if (!offered && chance(rng, share)) offered = random_mark(half);
    dut.valid_i = offered.has_value();
    if (offered) dut.mark_i = offered->to_u64();
    if (!reading && chance(rng, 40)) {
      reading = true;
      dut.rd_addr_i = static_cast<std::uint16_t>(address_in(1 - half));
    }
    if (!clearing && chance(rng, 20)) {
      clearing = true;
      dut.clr_addr_i = static_cast<std::uint16_t>(chance(rng, 20) ? dut.rd_addr_i : address_in(1 - half));
    }
    dut.rd_valid_i = reading;
    dut.clr_valid_i = clearing;
    dut.clk_i = 0;
    dut.eval();
    if (read_due) {
      ASSERT_EQ(dut.rd_data_o, *read_due);
    }
    ASSERT_EQ(dut.forget_o != 0, clearing && dut.clr_ready_o);
    if (offered && dut.ready_o) {
      set(*offered);
      offered.reset();
      ++handed;
    }
    if (reading && dut.rd_ready_o) {
      read_due = golden[dut.rd_addr_i];
      reading = false;
    }
    if (clearing && dut.clr_ready_o) {
      golden[dut.clr_addr_i] = 0;
      clearing = false;
    }
    dut.clk_i = 1;
    dut.eval();
  }

  /// Until the marks say that they are set; then they must be.
  void settle() {
    quiet();
    if (offered) {
      dut.valid_i = 1;
      dut.mark_i = offered->to_u64();
      dut.clk_i = 0;
      dut.eval();
      while (!dut.ready_o) clock();
      clock();
      dut.valid_i = 0;
      set(*offered);
      offered.reset();
      ++handed;
    }
    reading = clearing = false;
    for (int i = 0; i < 1000 && dut.done_o != handed % 16; ++i) clock();
    ASSERT_EQ(dut.done_o, handed % 16);
    for (std::size_t i = 0; i < golden.size(); ++i) {
      dut.rd_valid_i = 1;
      dut.rd_addr_i = static_cast<std::uint16_t>(i);
      clock();
      ASSERT_EQ(dut.rd_data_o, golden[i]) << "word " << i;
    }
    dut.rd_valid_i = 0;
    read_due = golden.back();
    clock();
    EXPECT_FALSE(dut.active_o);
  }
};

TEST_F(Marks, MarksTheWindowsOfEachRange) {
  for (int trial = 0; trial < 60 && !HasFailure(); ++trial) {
    make_ports();
    for (int half : {0, 1}) {
      for (int i = 0; i < 100 && !HasFailure(); ++i) step(half, trial % 3 ? 30 : 100);
      settle();
    }
  }
}

TEST_F(Marks, CountsOnlyWhatIsSet) {
  make_ports();
  for (int trial = 0; trial < 200 && !HasFailure(); ++trial) {
    quiet();
    offered = random_mark(0);
    settle();
  }
}

TEST_F(Marks, TakesAMarkOfOneWordEachCycle) {
  pkg::port_t port{.mark_row = 1,
                   .pool_y = {.stride = 1, .size = 1, .pad = 0},
                   .pool_x = {.stride = 1, .size = 1, .pad = 0},
                   .out_rows = 4,
                   .out_cols = 32};
  ports.assign(1, port);
  write_table(pkg::table_e::TabPort, 0, port.pack());
  for (int i = 0; i < 200; ++i) {
    // The same word in consecutive cycles, and after one in between.
    const core_pkg::mark_t mark{.port = 0,
                                .y = static_cast<std::uint16_t>(pick(rng, 0, 1)),
                                .x = static_cast<std::uint16_t>(i % 32),
                                .x_last = static_cast<std::uint16_t>(i % 32)};
    dut.valid_i = 1;
    dut.mark_i = mark.to_u64();
    dut.clk_i = 0;
    dut.eval();
    ASSERT_TRUE(dut.ready_o);
    set(mark);
    ++handed;
    clock();
  }
  settle();
}

}  // namespace
}  // namespace eddy::test
