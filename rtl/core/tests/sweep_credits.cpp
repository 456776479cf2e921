// SPDX-License-Identifier: Apache-2.0
#include "sweep_credits.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy::test {

void SweepCredits::reset() {
  std::fill(axons_.begin(), axons_.end(), OutAxon{});
  due_.clear();
}

void SweepCredits::consumer_done(std::size_t i, bool parity) {
  const int rows = play_.world.out_axons[i].rows;
  auto& due = partial_.empty() ? due_ : behind_partial_;
  pkg::token_t credit;
  credit.axon = static_cast<std::uint16_t>(i);
  credit.parity = parity;
  if (play_.feed == Feed::Random && chance(play_.rng, 50)) {
    for (int row = pick(play_.rng, 1, rows); row < rows; row += pick(play_.rng, 1, 3)) {
      credit.row = static_cast<std::uint16_t>(row);
      due.push_back(credit);
      credit.count = credit.row;
    }
  }
  credit.row = static_cast<std::uint16_t>(rows);
  credit.last = true;
  due.push_back(credit);
}

void SweepCredits::expect_credit(std::size_t p, int y, bool parity) const {
  const pkg::pop_t& t = play_.world.pops[p].table;
  for (std::size_t i = t.out_first; i < static_cast<std::size_t>(t.out_first + t.out_count); ++i) {
    const pkg::out_axon_t& axon = play_.world.out_axons[i];
    if (y > axon.y1 || axons_[i].parity == parity) continue;
    ASSERT_GT(axons_[i].row, credit_row(axon, y)) << "row " << y << " has no credit on axon " << i;
  }
}

pkg::token_t SweepCredits::give() {
  // Order is kept by axon only.
  const auto any = static_cast<std::size_t>(pick(play_.rng, 0, static_cast<int>(due_.size()) - 1));
  const auto first =
      std::find_if(due_.begin(), due_.end(), [&](const pkg::token_t& c) { return c.axon == due_[any].axon; });
  const pkg::token_t credit = *first;
  due_.erase(first);
  OutAxon& axon = axons_[credit.axon];
  axon.parity ^= credit.last;
  axon.row = credit.last ? 0 : credit.row;
  return credit;
}

long SweepCredits::release_in_part() {
  due_.clear();
  for (std::size_t i = 0; i < axons_.size(); ++i) {
    pkg::token_t credit;
    credit.axon = static_cast<std::uint16_t>(i);
    credit.parity = axons_[i].parity;
    credit.row = static_cast<std::uint16_t>(pick(play_.rng, 0, play_.world.out_axons[i].rows - 1));
    if (credit.row) due_.push_back(credit);
    partial_.push_back(credit);
  }
  release();
  long pixels = 0;
  for (std::size_t p = 0; p < play_.pops.size(); ++p) {
    const pkg::pop_t& t = play_.world.pops[p].table;
    const int rows = rows_released(t);
    if (t.visit_all) pixels += rows * t.cols;
    for (const Mark& mark : play_.pops[p].now.marks) pixels += !t.visit_all && mark.y < rows;
  }
  return pixels;
}

/// Rows of a population that the partial credits allow.
int SweepCredits::rows_released(const pkg::pop_t& pop) const {
  const auto allowed = [&](int y) {
    for (int i = pop.out_first; i < pop.out_first + pop.out_count; ++i) {
      const pkg::out_axon_t& axon = play_.world.out_axons[static_cast<std::size_t>(i)];
      if (y <= axon.y1 && partial_[static_cast<std::size_t>(i)].row <= credit_row(axon, y)) return false;
    }
    return true;
  };
  int rows = 0;
  while (rows < pop.rows && allowed(pop.y0 + rows)) ++rows;
  return rows;
}

void SweepCredits::release_rest() {
  for (pkg::token_t credit : partial_) {
    credit.count = credit.row;
    credit.row = play_.world.out_axons[credit.axon].rows;
    credit.last = true;
    due_.push_back(credit);
  }
  partial_.clear();
  due_.insert(due_.end(), behind_partial_.begin(), behind_partial_.end());
  behind_partial_.clear();
}

}  // namespace eddy::test
