// SPDX-License-Identifier: Apache-2.0
#include "sweep_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace eddy::test {
SweepBench::SweepBench(World world, Rng& rng, Feed feed, int stall)
    : play_(std::move(world), rng, feed),
      memory_(rng),
      sources_(play_, memory_),
      credits_(play_),
      output_(play_, credits_),
      stall_(stall) {
  memory_.scramble();
  dut_.rst_ni = 0;
  dut_.reset_i = 0;
  drive(dut_.table_i, pkg::table_write_t{}.pack());
  dut_.run_i = 0;
  cycle();
  dut_.rst_ni = 1;
  cycle();
  load();
}

void SweepBench::reset() {
  dut_.reset_i = 1;
  cycle();
  dut_.reset_i = 0;
  memory_.clear_marks();
  play_.world.clear();
  load();
  std::fill(play_.pops.begin(), play_.pops.end(), PopState{});
  sources_.reset();
  credits_.reset();
  output_.reset();
}

template <class T>
void SweepBench::write_table(pkg::table_e table, std::size_t index, const T& entry) {
  pkg::table_write_t write;
  write.valid = true;
  write.sel = table;
  write.index = static_cast<std::uint16_t>(index);
  const auto words = entry.pack();
  std::copy(words.begin(), words.end(), write.data.begin());
  drive(dut_.table_i, write.pack());
  cycle();
  drive(dut_.table_i, pkg::table_write_t{}.pack());
}

void SweepBench::load() {
  const World& world = play_.world;
  memory_.clear(world.words_used);
  for (const Population& pop : world.pops) {
    memory_.mark_beyond(pop.table);
    memory_.write_curve(pop);
  }
  for (const Population& pop : world.pops) {
    write_table(pkg::table_e::TabPop, static_cast<std::size_t>(pop.index), pop.table);
    for (std::size_t w = 0; w < pop.params.size(); ++w) {
      write_table(pkg::table_e::TabParam, pop.table.param_base + w, pop.params[w]);
    }
  }
  for (std::size_t i = 0; i < world.sources.size(); ++i) {
    write_table(pkg::table_e::TabInSource, i, world.sources[i]);
    write_table(pkg::table_e::TabProgress, i, pkg::axon_state_t{});
  }
  for (std::size_t i = 0; i < world.out_axons.size(); ++i) {
    write_table(pkg::table_e::TabOutAxon, i, world.out_axons[i]);
    write_table(pkg::table_e::TabSent, i, pkg::axon_state_t{});
    write_table(pkg::table_e::TabCredit, i, pkg::axon_state_t{});
  }
  dut_.in_axons_i = static_cast<std::uint16_t>(world.sources.size());
  dut_.out_axons_i = static_cast<std::uint16_t>(world.out_axons.size());
  dut_.pops_i = static_cast<std::uint8_t>(world.pops.size());
  dut_.tile_id_i = 0x35;
}

void SweepBench::play(int frames, int percent) {
  start(frames, percent);
  const long limit = cycles_ + 1'000'000;
  while (!finished()) {
    ASSERT_LT(cycles_, limit) << "stuck: " << describe();
    step();
    if (testing::Test::HasFailure()) return;
  }
  for (const PopState& pop : play_.pops) EXPECT_TRUE(pop.golden.empty());
}

void SweepBench::step(int cycles) {
  for (int i = 0; i < cycles; ++i) cycle(sources_.feed(credits_.due() > 0));
}

void SweepBench::settle() {
  play_.calm = 0;
  for (int i = 0; i < 200'000 && play_.calm < 500; ++i) step();
  ASSERT_GE(play_.calm, 500);
}

bool SweepBench::finished() const {
  const auto busy = [](const PopState& pop) { return pop.frames_left > 0 || pop.open; };
  return std::none_of(play_.pops.begin(), play_.pops.end(), busy) && !dut_.active_o && credits_.due() == 0;
}

/// Where everything stands, for a test that is stuck.
std::string SweepBench::describe() const {
  std::string text = "active " + std::to_string(dut_.active_o) + ", credits to come " + std::to_string(credits_.due());
  for (std::size_t p = 0; p < play_.pops.size(); ++p) {
    const PopState& pop = play_.pops[p];
    text += "\npopulation " + std::to_string(p) + ": frame " + std::to_string(pop.frames_done) +
            (pop.open ? ", open" : ", closed") + ", rows enabled " + std::to_string(pop.enabled) + " of " +
            std::to_string(play_.world.pops[p].table.rows) + ", groups " + std::to_string(pop.group) + " of " +
            std::to_string(pop.now.groups.size()) + ", waits for " + std::to_string(waits_for(p));
  }
  return text;
}

std::optional<pkg::error_t> SweepBench::take_error() { return std::exchange(error_, std::nullopt); }

void SweepBench::expect_counters() {
  EXPECT_EQ(counts["pixels"], sources_.golden.pixels);
  EXPECT_EQ(counts["neurons"], sources_.golden.words * static_cast<long>(pkg::Lanes));
  EXPECT_EQ(counts["fired"], sources_.golden.fired);
  EXPECT_EQ(counts["events"], sources_.golden.events);
  EXPECT_EQ(counts["tokens"], output_.tokens);
  EXPECT_EQ(counts["credits"], sources_.credits);
}

/// Is there one?
bool SweepBench::drive_credit() {
  if (injected_) {
    dut_.credit_i = std::exchange(injected_, std::nullopt)->to_u64();
    return true;
  }
  if (!credits_.ready() || !dut_.rst_ni || chance(play_.rng, stall_)) return false;
  dut_.credit_i = credits_.give().to_u64();
  return true;
}

void SweepBench::cycle(const pkg::progress_t& progress) {
  const bool was_active = dut_.active_o;
  dut_.clk_i = 0;
  dut_.flit_ready_i = !chance(play_.rng, stall_);
  dut_.mark_rd_ready_i = !chance(play_.rng, stall_ / 2);
  dut_.mark_clr_ready_i = !chance(play_.rng, stall_ / 2);
  dut_.credit_valid_i = drive_credit();
  dut_.progress_i = static_cast<std::uint32_t>(progress.to_u64());
  const bool input = progress.valid || dut_.credit_valid_i || !dut_.rst_ni || was_running_ != dut_.run_i;
  dut_.eval();

  const pkg::mem_req_t a = pkg::mem_req_t::unpack(sample(dut_.mem_a_o));
  const pkg::mem_req_t b = pkg::mem_req_t::unpack(sample(dut_.mem_b_o));
  pkg::mem_req_t ref = pkg::mem_req_t::unpack(sample(dut_.mem_ref_o));
  const auto meet = [](const pkg::mem_req_t& one, const pkg::mem_req_t& other) {
    return one.valid && other.valid && SweepMemory::bank(one.addr) == SweepMemory::bank(other.addr);
  };
  if (dut_.rst_ni) {
    const int words = play_.world.words_used;
    ASSERT_FALSE(meet(a, b));
    ASSERT_TRUE((!a.valid || a.addr < words) && (!b.valid || b.addr < words));
  }
  const bool waits = ref.valid;
  ref.valid = ref.valid && !meet(a, ref) && !meet(b, ref);
  dut_.mem_ref_gnt_i = ref.valid;
  dut_.eval();

  const bool take = dut_.rst_ni && dut_.flit_valid_o && dut_.flit_ready_i;
  const auto flit = pkg::flit_t::from_u64(dut_.flit_o);
  const bool mark_read = dut_.mark_rd_valid_o && dut_.mark_rd_ready_i;
  const unsigned mark_addr = dut_.mark_rd_addr_o;
  const pkg::trace_t trace = pkg::trace_t::unpack(sample(dut_.trace_o));
  if (dut_.rst_ni) {
    if (dut_.mark_clr_valid_o && dut_.mark_clr_ready_i) memory_.clear_marks_at(dut_.mark_clr_addr_o);
    count_pulses();
    if (dut_.error_valid_o) error_ = pkg::error_t::from_u64(dut_.error_o);
  }
  was_running_ = dut_.run_i;

  dut_.clk_i = 1;
  dut_.eval();
  if (dut_.rst_ni) {
    drive(dut_.mem_a_rdata_i, memory_.serve(a));
    drive(dut_.mem_b_rdata_i, memory_.serve(b));
    drive(dut_.mem_ref_rdata_i, memory_.serve(ref));
  }
  if (mark_read) dut_.mark_rd_data_i = memory_.marks_at(mark_addr);
  ++cycles_;
  play_.calm = dut_.active_o ? 0 : play_.calm + 1;
  active_cycles_ += dut_.active_o;

  if (dut_.rst_ni) {
    // Nothing moves by itself.
    const bool still = !was_active && !input;
    ASSERT_FALSE(still && dut_.active_o) << "woke up without input";
    ASSERT_FALSE(still && (a.valid || b.valid || waits || take || mark_read)) << "acts though quiet";
    if (trace.valid) output_.take_trace(trace);
    if (take && flit.kind == pkg::kind_e::KindCredit) sources_.take_credit(flit);
    if (take && flit.kind != pkg::kind_e::KindCredit) output_.take(flit);
    output_.next_frames();
  }
}

void SweepBench::count_pulses() {
  // sweep_pulse_t, from its last member up
  unsigned bits = dut_.pulse_o;
  for (const auto& [name, width] : {std::pair{"starved", 1},
                                    {"credit", 1},
                                    {"network", 1},
                                    {"credits", 1},
                                    {"tokens", 1},
                                    {"events", 1},
                                    {"fired", 3},
                                    {"pop", 4},
                                    {"neurons", 3},
                                    {"pixels", 1}}) {
    counts[name] += bits & ((1U << width) - 1);
    bits >>= width;
  }
}

}  // namespace eddy::test
