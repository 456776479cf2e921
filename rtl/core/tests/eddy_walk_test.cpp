// SPDX-License-Identifier: Apache-2.0
// eddy_walk against nested loops: every op, every mark, and where tokens go.
#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "Veddy_walk.h"
#include "eddy_core_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using core_pkg::job_t;
using core_pkg::mark_t;
using core_pkg::op_t;

class Walk : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_walk dut;
  std::deque<job_t> jobs;
  std::deque<op_t> ops;  // that must come; a token that goes with an op or alone stands in `tokens`
  std::deque<mark_t> marks;
  struct Token {
    pkg::progress_t progress;
    long words;      // ops with words before it
    unsigned marks;  // handed over before it
  };
  std::deque<Token> tokens;
  std::optional<job_t> before;  // the event before, with the same marks
  long sent_words = 0, seen_words = 0, misses = 0, seen_misses = 0, cycles = 0, alone = 0;
  unsigned sent_marks = 0;
  bool offered = false;

  void SetUp() override {
    dut.rst_ni = 0;
    dut.valid_i = 0;
    dut.forget_i = 0;
    dut.op_ready_i = 0;
    clock();
    dut.rst_ni = 1;
  }

  void clock() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  job_t random_job() {
    job_t job;
    job.pop = static_cast<std::uint8_t>(pick(rng, 0, 15));
    job.hit = chance(rng, 90);
    job.port = static_cast<std::uint8_t>(pick(rng, 0, 3));
    job.value = static_cast<std::int16_t>(pick(rng, -32768, 32767));
    job.format = static_cast<pkg::weight_e>(pick(rng, 0, 3));
    const auto address = [&] { return static_cast<std::uint16_t>(pick(rng, 0, (1 << pkg::AddrBits) - 1)); };
    const auto run = [&] { return static_cast<std::uint32_t>(pick(rng, 0, (1 << core_pkg::RunBits) - 1)); };
    job.w_base = address();
    job.acc = address();
    job.run = run();
    job.acc_y = address();
    job.acc_x = address();
    job.run_y = run();
    job.run_x = run();
    job.odd = chance(rng, 50);
    job.odd_step = chance(rng, 50);
    job.words = static_cast<std::uint8_t>(pick(rng, 1, 4));
    job.rows_extra = static_cast<std::uint16_t>(pick(rng, 0, 3));
    job.cols_extra = static_cast<std::uint16_t>(pick(rng, 0, 3));
    job.y = static_cast<std::uint16_t>(pick(rng, 0, 2));
    job.y_step = static_cast<std::uint8_t>(pick(rng, 1, 15));
    job.x = static_cast<std::uint16_t>(pick(rng, 0, 2));
    job.x_last = static_cast<std::uint16_t>(job.x + job.cols_extra);
    return job;
  }

  void send(const job_t& job) {
    jobs.push_back(job);
    if (!job.hit) {
      ++misses;
      return;
    }
    const bool same = before && before->port == job.port && before->y == job.y && before->x == job.x &&
                      before->rows_extra == job.rows_extra && before->cols_extra == job.cols_extra;
    before = job;
    for (int j = 0; j <= job.rows_extra; ++j) {
      if (!same) {
        marks.push_back({job.port, static_cast<std::uint16_t>(job.y + j * job.y_step), job.x, job.x_last});
        ++sent_marks;
      }
      for (int i = 0; i <= job.cols_extra; ++i) {
        const int column = j % 2 ? job.cols_extra - i : i;
        for (int w = 0; w < job.words; ++w) {
          const auto at = [&](unsigned first, unsigned y, unsigned x) {
            return first + static_cast<unsigned>(j) * y + static_cast<unsigned>(column) * x + static_cast<unsigned>(w);
          };
          const unsigned runs_a_word = job.format == pkg::weight_e::WeightInt16  ? 2
                                       : job.format == pkg::weight_e::WeightInt8 ? 4
                                       : job.format == pkg::weight_e::WeightInt4 ? 8
                                                                                 : 16;
          const unsigned run = at(job.run, job.run_y, job.run_x) % (1U << core_pkg::RunBits);
          op_t op;
          op.word = true;
          op.pop = job.pop;
          op.acc = static_cast<std::uint16_t>((at(job.acc, job.acc_y, job.acc_x) & 0x3fff) ^
                                              static_cast<unsigned>(job.odd ^ (job.odd_step && j % 2)));
          op.weight = static_cast<std::uint16_t>((job.w_base + run / runs_a_word) & 0x3fff);
          op.run = static_cast<std::uint8_t>(run % runs_a_word);
          op.format = job.format;
          op.value = job.value;
          op.final_word = j == job.rows_extra && i == job.cols_extra && w + 1 == job.words;
          ops.push_back(op);
          ++sent_words;
        }
      }
    }
  }

  void send_token() {
    job_t job;
    job.token = true;
    job.axon = static_cast<std::uint16_t>(pick(rng, 0, 511));
    job.pop = static_cast<std::uint8_t>(pick(rng, 0, 15));
    job.row = static_cast<std::uint16_t>(pick(rng, 0, 4095));
    job.parity = chance(rng, 50);
    job.last = chance(rng, 50);
    jobs.push_back(job);
    tokens.push_back({{true, job.axon, job.pop, job.row, job.parity, job.last}, sent_words, sent_marks});
  }

  void step(int pause, int op_stall, int mark_stall) {
    if (!offered && !jobs.empty() && !chance(rng, pause)) {
      offered = true;
      drive(dut.job_i, jobs.front().pack());
    }
    dut.valid_i = offered;
    dut.op_ready_i = !chance(rng, op_stall);
    dut.mark_ready_i = !chance(rng, mark_stall);
    dut.clk_i = 0;
    dut.eval();
    if (dut.op_valid_o && dut.op_ready_i) see(op_t::unpack(sample(dut.op_o)));
    if (dut.mark_valid_o && dut.mark_ready_i) {
      ASSERT_FALSE(marks.empty());
      ASSERT_EQ(mark_t::from_u64(dut.mark_o), marks.front());
      marks.pop_front();
    }
    seen_misses += dut.missed_o;
    if (offered && dut.ready_o) {
      jobs.pop_front();
      offered = false;
    }
    dut.clk_i = 1;
    dut.eval();
    ++cycles;
  }

  void see(op_t op) {
    const pkg::progress_t token = op.token;
    const unsigned handed = op.marks;
    if (op.word) {
      ++seen_words;
      op.token = {};
      op.marks = 0;
      ASSERT_FALSE(ops.empty());
      ASSERT_EQ(op, ops.front());
      ops.pop_front();
    } else {
      ASSERT_TRUE(token.valid);
      ++alone;
    }
    if (!token.valid) return;
    // With the last op of the event before it, or alone before the next event.
    ASSERT_FALSE(tokens.empty());
    ASSERT_EQ(token, tokens.front().progress);
    ASSERT_EQ(seen_words, tokens.front().words);
    ASSERT_EQ(handed, tokens.front().marks % 16);
    tokens.pop_front();
  }

  void run(int pause, int op_stall, int mark_stall) {
    const long limit = cycles + 1000 + 40 * static_cast<long>(ops.size() + jobs.size());
    while (!jobs.empty() || dut.active_o) {
      ASSERT_LT(cycles, limit) << "stuck";
      step(pause, op_stall, mark_stall);
      if (HasFatalFailure()) return;
    }
    EXPECT_TRUE(ops.empty());
    EXPECT_TRUE(marks.empty());
    EXPECT_TRUE(tokens.empty());
    EXPECT_EQ(seen_misses, misses);
  }
};

TEST_F(Walk, VisitsWhatTheLoopsVisit) {
  job_t job = random_job();
  for (int trial = 0; trial < 60 && !HasFailure(); ++trial) {
    const int tokens_share = pick(rng, 0, 60);
    for (int i = 0; i < 60; ++i) {
      if (chance(rng, tokens_share))
        send_token();
      else
        send(job);
      const std::uint8_t words = job.words;
      if (chance(rng, 60)) job = random_job();
      if (chance(rng, 10)) job.words = words == 1 ? 3 : 1;
    }
    run(trial % 2 * 40, trial % 3 * 30, trial % 5 * 20);
    // Marks were cleared: the next event hands over its own, even if it is the same one.
    if (chance(rng, 50)) {
      dut.forget_i = 1;
      step(0, 0, 0);
      dut.forget_i = 0;
      before.reset();
    }
  }
}

TEST_F(Walk, TakesAnEventOfOneWordEachCycle) {
  job_t job = random_job();
  job.hit = true;
  job.words = 1;
  job.rows_extra = job.cols_extra = 0;
  for (int i = 0; i < 100; ++i) send(job);
  run(0, 0, 0);
  EXPECT_EQ(cycles, 100 + 2);
}

TEST_F(Walk, GivesTokensNoSlotOfTheirOwn) {
  job_t job = random_job();
  job.hit = true;
  job.words = 2;
  job.rows_extra = job.cols_extra = 0;
  for (int i = 0; i < 100; ++i) {
    send(job);
    send_token();
  }
  run(0, 0, 0);
  EXPECT_EQ(alone, 0);
  EXPECT_EQ(cycles, 200 + 2);
}

TEST_F(Walk, LosesACycleForASecondToken) {
  job_t job = random_job();
  job.hit = true;
  job.words = 2;
  job.rows_extra = job.cols_extra = 0;
  for (int i = 0; i < 100; ++i) {
    send(job);
    send_token();
    send_token();
  }
  run(0, 0, 0);
  EXPECT_EQ(cycles, 300 + 2);
}

}  // namespace
}  // namespace eddy::test
