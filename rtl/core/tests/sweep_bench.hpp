// SPDX-License-Identifier: Apache-2.0
/// A sweep path with all that is around it, in play: tables, memory, sources, consumers. Everything that it does is
/// compared as it happens.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "Veddy_sweep_path.h"
#include "sweep_credits.hpp"
#include "sweep_memory.hpp"
#include "sweep_output.hpp"
#include "sweep_play.hpp"
#include "sweep_sources.hpp"

namespace eddy::test {

class SweepBench {
 public:
  /// A random world. `stall` is how often receivers are not ready, in percent.
  SweepBench(Rng& rng, Feed feed, int stall) : SweepBench(World(rng), rng, feed, stall) {}
  SweepBench(World world, Rng& rng, Feed feed, int stall);

  void run() { dut_.run_i = 1; }
  void halt() { dut_.run_i = 0; }

  /// Protocol state, accumulators, references and marks as at the beginning; while halted and quiet.
  void reset();

  // ---- time
  /// Asks for so many more frames of all populations, with that share of their input touched.
  void start(int frames, int percent) { sources_.start(frames, percent); }
  /// The same, to the end.
  void play(int frames, int percent);
  void step(int cycles = 1);
  /// Until nothing more comes of what the sources have to give.
  void settle();
  [[nodiscard]] bool quiet() const { return play_.quiet(); }

  // ---- credits
  SweepCredits& credits() { return credits_; }
  /// A credit that no consumer has sent.
  void inject(const pkg::token_t& credit) { injected_ = credit; }

  // ---- what has come of it
  [[nodiscard]] const World& world() const { return play_.world; }
  [[nodiscard]] bool active() const { return dut_.active_o; }
  /// What a population waits for.
  [[nodiscard]] unsigned waits_for(std::size_t pop) const { return dut_.wait_o >> 2 * pop & 3; }
  [[nodiscard]] int frames_done(std::size_t pop) const { return play_.pops[pop].frames_done; }
  [[nodiscard]] long active_cycles() const { return active_cycles_; }
  /// The last error that was reported, and nothing more of it.
  std::optional<pkg::error_t> take_error();
  /// Sums of the counter pulses.
  std::map<std::string, long> counts;
  /// They are what the golden model has counted, and what has come.
  void expect_counters();

 private:
  template <class T>
  void write_table(pkg::table_e table, std::size_t index, const T& entry);
  void load();

  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::string describe() const;

  void cycle(const pkg::progress_t& progress = {});
  bool drive_credit();
  void count_pulses();

  SweepPlay play_;
  SweepMemory memory_;
  SweepSources sources_;
  SweepCredits credits_;
  SweepOutput output_;
  const int stall_;
  std::optional<pkg::token_t> injected_;
  std::optional<pkg::error_t> error_;
  bool was_running_ = false;
  long cycles_ = 0, active_cycles_ = 0;
  Veddy_sweep_path dut_;
};

}  // namespace eddy::test
