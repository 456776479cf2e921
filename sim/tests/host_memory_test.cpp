// SPDX-License-Identifier: Apache-2.0
/// Host memory: contents, time, and AXI4 in front of it under a random master.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include "eddy/sim/axi_checker.hpp"
#include "eddy/sim/axi_memory.hpp"
#include "eddy/sim/error.hpp"
#include "eddy/sim/memory.hpp"

namespace eddy::sim {
namespace {

TEST(MemoryContents, KeepsBytesAcrossPages) {
  MemoryContents memory;
  std::vector<std::uint8_t> bytes(200'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  memory.write((1ULL << 39) - 5, bytes);
  std::vector<std::uint8_t> back(bytes.size() + 10, 1);
  memory.read((1ULL << 39) - 10, back);
  EXPECT_EQ(std::vector(back.begin(), back.begin() + 5), std::vector<std::uint8_t>(5));
  EXPECT_EQ(std::vector(back.begin() + 5, back.end() - 5), bytes);
}

/// Cycles from request to end.
unsigned cycles_of(MemoryClock& clock, std::uint64_t address, unsigned bytes) {
  clock.request({.tag = 9, .address = address, .bytes = bytes});
  for (unsigned i = 1;; ++i) {
    const auto done = clock.tick();
    if (!done.empty()) return i;
    if (i > 1000) return 0;
  }
}

TEST(MemoryClock, OpenRowsAreFasterAndDataTakesTheBus) {
  const MemoryTiming timing{.banks = 4, .row_bytes = 1024, .hit = 10, .miss = 30, .bytes_per_cycle = 16};
  MemoryClock clock(timing, 1);
  const unsigned miss = cycles_of(clock, 0, 16);
  const unsigned hit = cycles_of(clock, 256, 16);
  const unsigned longer = cycles_of(clock, 512, 256);
  const unsigned other_row = cycles_of(clock, 4096, 16);
  EXPECT_EQ(miss, hit + 20);
  EXPECT_EQ(longer, hit + 15);
  EXPECT_EQ(other_row, miss);
  EXPECT_EQ(clock.row_hits, 2U);
  EXPECT_EQ(clock.row_misses, 2U);
  EXPECT_TRUE(clock.idle());
}

TEST(MemoryClock, StreamsAtTheBandwidthOfTheBus) {
  const MemoryTiming timing{.queue = 8};
  MemoryClock clock(timing, 1);
  std::uint64_t address = 0;
  unsigned done = 0, cycles = 0;
  for (; done < 1000 && cycles < 100'000; ++cycles) {
    if (clock.can_accept()) {
      clock.request({.tag = 0, .address = address, .bytes = 256});
      address += 256;
    }
    done += static_cast<unsigned>(clock.tick().size());
  }
  // 16 cycles a burst; a row of 8 bursts is opened while another bank gives data.
  EXPECT_LT(cycles, 16'000U * 5 / 4);
  EXPECT_GE(cycles, 16'000U);
}

TEST(MemoryClock, QueueIsFiniteAndStallsTakeTheirShare) {
  MemoryClock full({.queue = 3}, 1);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(full.can_accept());
    full.request({.tag = 0, .address = 0, .bytes = 16});
  }
  EXPECT_FALSE(full.can_accept());

  MemoryClock stalling({.stall = 0.75}, 1);
  MemoryClock straight({}, 1);
  unsigned slow = 0, quick = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    slow += cycles_of(stalling, i * 64, 64);
    quick += cycles_of(straight, i * 64, 64);
  }
  EXPECT_NEAR(slow, 4.0 * quick, 0.5 * quick);
}

/// A master that does all the rules allow, and a model of what memory has to hold.
class Master {
 public:
  explicit Master(std::uint64_t seed) : random_(seed), held_(64 * 1024) {}

  void drive(AxiPort& port) {
    if (!port.read.valid && chance() && open_reads_ < 12) start(port.read, true);
    if (!port.write.valid && chance() && open_writes_ < 12) start(port.write, false);
    if (!port.write_data.valid && !data_.empty() && chance()) {
      port.write_data = data_.front();
      port.write_data.valid = true;
      data_.pop_front();
    }
    port.read_data.ready = chance();
    port.confirmation.ready = chance();
  }

  void clock(AxiPort& port) {
    if (port.read_data.valid && port.read_data.ready) take(port.read_data);
    if (port.confirmation.valid && port.confirmation.ready) confirm(port.confirmation.id);
    if (port.read.valid && port.read.ready) port.read.valid = false;
    if (port.write.valid && port.write.ready) port.write.valid = false;
    if (port.write_data.valid && port.write_data.ready) port.write_data.valid = false;
  }

  [[nodiscard]] bool idle() const { return open_reads_ + open_writes_ == 0; }
  unsigned bursts = 0;
  bool stop = false;
  unsigned wrong = 0;

 private:
  static constexpr unsigned Block = 256;
  struct Burst {
    std::uint64_t address;
    unsigned beats;
  };

  bool chance() { return random_() % 3 != 0; }

  /// Blocks that a write is on its way to are left alone: AXI4 gives no order between reads and writes.
  void start(AxiAddress& channel, bool read) {
    if (stop) return;
    const std::uint64_t block = random_() % (held_.size() / Block);
    if (busy_[block] != 0 && !(read && busy_[block] > 0)) return;
    const unsigned first = static_cast<unsigned>(random_() % 16),
                   beats = 1 + static_cast<unsigned>(random_() % (16 - first));
    const unsigned id = static_cast<unsigned>(random_() % 4);
    const std::uint64_t address = block * Block + first * AxiBeatBytes;
    channel = {.valid = true, .ready = false, .id = id, .address = address, .len = beats - 1, .size = 4, .burst = 1};
    ++bursts;
    if (read) {
      ++busy_[block];
      ++open_reads_;
      reads_[id].push_back({address, beats});
      return;
    }
    busy_[block] = -1;
    ++open_writes_;
    writes_[id].push_back({address, beats});
    for (unsigned i = 0; i < beats; ++i) {
      AxiWriteData beat;
      for (auto& word : beat.data) word = static_cast<std::uint32_t>(random_());
      beat.strobe = random_() % 4 == 0 ? static_cast<unsigned>(random_() & 0xFFFF) : 0xFFFF;
      beat.last = i + 1 == beats;
      for (unsigned b = 0; b < AxiBeatBytes; ++b) {
        if ((beat.strobe >> b & 1) != 0)
          held_[address + i * AxiBeatBytes + b] = static_cast<std::uint8_t>(beat.data[b / 4] >> 8 * (b % 4));
      }
      data_.push_back(beat);
    }
  }

  void take(const AxiReadData& data) {
    Burst& burst = reads_[data.id].front();
    for (unsigned b = 0; b < AxiBeatBytes; ++b) {
      if (held_[burst.address + b] != static_cast<std::uint8_t>(data.data[b / 4] >> 8 * (b % 4))) ++wrong;
    }
    burst.address += AxiBeatBytes;
    if (--burst.beats > 0) return;
    --busy_[(burst.address - 1) / Block];
    reads_[data.id].pop_front();
    --open_reads_;
  }

  void confirm(unsigned id) {
    busy_[writes_[id].front().address / Block] = 0;
    writes_[id].pop_front();
    --open_writes_;
  }

  std::mt19937_64 random_;
  std::vector<std::uint8_t> held_;
  std::map<std::uint64_t, int> busy_;  // by block: reads under way, or -1 for a write
  std::map<unsigned, std::deque<Burst>> reads_, writes_;
  std::deque<AxiWriteData> data_;
  unsigned open_reads_ = 0, open_writes_ = 0;
};

TEST(AxiMemory, KeepsTheRulesAndTheDataUnderARandomMaster) {
  for (const double stall : {0.0, 0.4}) {
    AxiMemory memory({.stall = stall}, 3);
    AxiChecker checker;
    Master master(5);
    AxiPort port;
    for (unsigned cycle = 0; cycle < 60'000; ++cycle) {
      master.stop = cycle > 50'000;
      master.drive(port);
      memory.drive(port);
      checker.check(port);
      memory.clock(port);
      master.clock(port);
    }
    EXPECT_TRUE(master.idle());
    EXPECT_TRUE(memory.idle());
    EXPECT_EQ(master.wrong, 0U);
    EXPECT_GT(master.bursts, 800U);
  }
}

// ---------------------------------------------------------------- the checker sees each broken rule
struct Checker : ::testing::Test {
  AxiChecker checker;

  void read(unsigned beats, std::uint64_t at = 0) {
    checker.check(
        {.read = {.valid = true, .ready = true, .id = 1, .address = at, .len = beats - 1, .size = 4, .burst = 1}});
  }
  void write(unsigned beats, std::uint64_t at = 0, unsigned size = 4, unsigned burst = 1) {
    checker.check(
        {.write = {
             .valid = true, .ready = true, .id = 1, .address = at, .len = beats - 1, .size = size, .burst = burst}});
  }
  void data(bool last) {
    checker.check({.write_data = {.valid = true, .ready = true, .data = {}, .strobe = 0xFFFF, .last = last}});
  }
  void read_beat(bool last, unsigned id = 1) {
    checker.check({.read_data = {.valid = true, .ready = true, .id = id, .data = {}, .response = 0, .last = last}});
  }
  void confirm(unsigned id = 1) {
    checker.check({.confirmation = {.valid = true, .ready = true, .id = id, .response = 0}});
  }
};

TEST_F(Checker, TakesWhatIsRight) {
  read(2);
  read_beat(false);
  read_beat(true);
  data(false);  // data may come before its address
  write(2);
  data(true);
  confirm();
}

TEST_F(Checker, ValidAndPayloadStayUntilTaken) {
  AxiPort port;
  port.read = {.valid = true, .ready = false, .id = 0, .address = 0, .len = 0, .size = 4, .burst = 1};
  checker.check(port);
  port.read.address = 16;
  EXPECT_THROW(checker.check(port), SimulationError);
  port.read.valid = false;
  EXPECT_THROW(checker.check(port), SimulationError);
}

TEST_F(Checker, WriteDataStaysUntilTaken) {
  AxiPort port;
  port.write_data = {.valid = true, .ready = false, .data = {}, .strobe = 0xFFFF, .last = true};
  checker.check(port);
  port.write_data.strobe = 1;
  EXPECT_THROW(checker.check(port), SimulationError);
}

TEST_F(Checker, BurstsKeepTheirLimits) {
  EXPECT_THROW(read(17), SimulationError);
  EXPECT_THROW(read(1, 8), SimulationError);
  EXPECT_THROW(write(2, 4096 - 16), SimulationError);
  EXPECT_THROW(write(1, 0, 3), SimulationError);
  EXPECT_THROW(write(1, 0, 4, 2), SimulationError);
}

TEST_F(Checker, LastBeatsStandWhereTheLengthSays) {
  write(2);
  EXPECT_THROW(data(true), SimulationError);
}

TEST_F(Checker, WriteDataAfterTheEndIsALastBeatAgain) {
  write(1);
  EXPECT_THROW(data(false), SimulationError);
}

TEST_F(Checker, ReadsAreAnsweredAsAsked) {
  EXPECT_THROW(read_beat(true), SimulationError);
  read(2);
  EXPECT_THROW(read_beat(false, 2), SimulationError);
  EXPECT_THROW(read_beat(true), SimulationError);
}

TEST_F(Checker, ConfirmationsFollowTheLastBeat) {
  write(2);
  data(false);
  EXPECT_THROW(confirm(), SimulationError);
  data(true);
  EXPECT_THROW(confirm(2), SimulationError);
  confirm(1);
  EXPECT_THROW(confirm(1), SimulationError);
}

}  // namespace
}  // namespace eddy::sim
