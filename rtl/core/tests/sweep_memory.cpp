// SPDX-License-Identifier: Apache-2.0
#include "sweep_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy::test {
namespace {

/// Bits of a mark word that stand for columns of the slice.
std::uint32_t columns(const pkg::pop_t& pop, int word) {
  return word % pop.mark_row == pop.mark_row - 1 && pop.cols % 32 ? (1U << pop.cols % 32) - 1 : ~0U;
}

}  // namespace

void SweepMemory::scramble() {
  for (Word& word : ram_) {
    for (auto& part : word) part = static_cast<std::uint32_t>(rng_());
  }
}

void SweepMemory::clear(int words) {
  for (int i = 0; i < words; ++i) ram_[static_cast<std::size_t>(i)].fill(0);
}

void SweepMemory::write_curve(const Population& pop) {
  for (std::size_t i = 0; i + 1 < pop.nodes.size(); ++i) {
    const pkg::segment_t segment{.base = static_cast<std::int16_t>(pop.nodes[i]),
                                 .step = static_cast<std::int16_t>(pop.nodes[i + 1] - pop.nodes[i])};
    ram_[pop.table.curve_base + i / pkg::Lanes][i % pkg::Lanes] = static_cast<std::uint32_t>(segment.to_u64());
  }
}

void SweepMemory::mark_beyond(const pkg::pop_t& pop) {
  for (int i = 0; i < pop.rows * pop.mark_row; ++i) {
    if (chance(rng_, 20)) marks_[static_cast<std::size_t>(pop.mark_base + i)] = ~columns(pop, i);
  }
}

void SweepMemory::add(const Population& pop, const Touch& touch) {
  ram_[static_cast<std::size_t>(pop.acc_word(touch.y, touch.x, touch.channel))]
      [static_cast<std::size_t>(touch.channel) % pkg::Lanes] += static_cast<std::uint32_t>(touch.value);
}

void SweepMemory::mark(const pkg::pop_t& pop, const Mark& mark) {
  marks_[static_cast<std::size_t>(pop.mark_base + mark.y * pop.mark_row + mark.x / 32)] |= 1U << mark.x % 32;
}

SweepMemory::Word SweepMemory::serve(const pkg::mem_req_t& request) {
  Word value;
  for (auto& part : value) part = static_cast<std::uint32_t>(rng_());  // nothing was read: no defined data
  Word& word = ram_[request.addr];
  if (request.valid && !request.we) value = word;
  if (request.valid && request.we) {
    for (unsigned part = 0; part < pkg::WordMask; ++part) {
      if (!(request.mask >> part & 1)) continue;
      const std::uint32_t bits = part % 2 ? 0xffff0000U : 0xffffU;
      word[part / 2] = (word[part / 2] & ~bits) | (request.data[part / 2] & bits);
    }
  }
  return value;
}

void SweepMemory::expect(const Population& pop, const FrameGolden& golden, int rows) const {
  expect_accumulators(pop, golden, rows);
  if (pop.table.send_delta) expect_references(pop, golden, rows);
  if (!pop.table.visit_all) expect_no_marks(pop.table, rows);
}

void SweepMemory::expect_accumulators(const Population& pop, const FrameGolden& golden, int rows) const {
  const pkg::pool_axis_t& pool = pop.table.pool_y;
  const int first_needed = rows * pool.stride - pool.pad;  // by the row that comes next
  const int end = rows == pop.table.rows ? int{pop.table.acc_rows} : std::min(first_needed, int{pop.table.acc_rows});
  for (int y = 0; y < end; ++y) {
    for (int x = 0; x < pop.table.acc_cols; ++x) {
      for (int c = 0; c < pop.channels(); ++c) {
        const Word& word = ram_[static_cast<std::size_t>(pop.acc_word(y, x, c))];
        const auto got = static_cast<std::int32_t>(word[static_cast<std::size_t>(c) % pkg::Lanes]);
        ASSERT_EQ(got, golden.acc[pop.acc_at(y, x, c)]) << "accumulator " << y << ' ' << x << ' ' << c;
      }
    }
  }
}

void SweepMemory::expect_references(const Population& pop, const FrameGolden& golden, int rows) const {
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < pop.table.cols; ++x) {
      for (int c = 0; c < pop.channels(); ++c) {
        const Word& word = ram_[static_cast<std::size_t>(pop.ref_word(y, x, c))];
        const auto got = static_cast<std::int16_t>(word[static_cast<std::size_t>(c) % 8 / 2] >> c % 2 * 16);
        ASSERT_EQ(got, golden.reference[pop.ref_at(y, x, c)]) << "reference " << y << ' ' << x << ' ' << c;
      }
    }
  }
}

void SweepMemory::expect_no_marks(const pkg::pop_t& pop, int rows) const {
  for (int i = 0; i < rows * pop.mark_row; ++i) {
    ASSERT_EQ(marks_[static_cast<std::size_t>(pop.mark_base + i)] & columns(pop, i), 0U)
        << "mark word " << i << " left";
  }
}

}  // namespace eddy::test
