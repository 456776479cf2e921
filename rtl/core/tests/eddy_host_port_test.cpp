// SPDX-License-Identifier: Apache-2.0
// eddy_host_port with banks that deny at random: a stream of writes and reads against a plain map of the tile.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "Veddy_host_port.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using pkg::table_e;
using Word = std::array<std::uint32_t, pkg::Lanes>;

constexpr std::uint8_t kTile = 0x21;
constexpr unsigned kTableBit = 1U << 17;

constexpr unsigned table_address(table_e table, unsigned offset) {
  return kTableBit | static_cast<unsigned>(table) << 13 | offset;
}
constexpr unsigned reg_address(pkg::reg_e reg) { return table_address(table_e::TabRegs, static_cast<unsigned>(reg)); }

struct TableShape {
  table_e table;
  unsigned entries, words, stride;
};
const std::vector<TableShape> kTables{{table_e::TabInAxon, pkg::MaxAxons, pkg::WordsInAxon, 1},
                                      {table_e::TabInSource, pkg::MaxAxons, pkg::WordsInSource, 1},
                                      {table_e::TabPort, pkg::MaxPorts, pkg::WordsPort, 16},
                                      {table_e::TabPop, pkg::MaxPops, pkg::WordsPop, 16},
                                      {table_e::TabOutAxon, pkg::MaxAxons, pkg::WordsOutAxon, 8},
                                      {table_e::TabParam, pkg::MaxParams, pkg::WordsParam, 16},
                                      {table_e::TabMark, pkg::MarkWords, 1, 1},
                                      {table_e::TabArrival, pkg::MaxAxons, pkg::WordsState, 1},
                                      {table_e::TabProgress, pkg::MaxAxons, pkg::WordsState, 1},
                                      {table_e::TabSent, pkg::MaxAxons, pkg::WordsState, 1},
                                      {table_e::TabCredit, pkg::MaxAxons, pkg::WordsState, 1},
                                      {table_e::TabCode, pkg::MaxCodes, 1, 1}};

class HostPort : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_host_port dut;
  std::vector<Word> memory = std::vector<Word>(pkg::Banks * pkg::BankWords);
  std::map<unsigned, std::uint32_t> registers;
  std::deque<pkg::table_write_t> commits;
  std::vector<pkg::flit_t> answers;
  std::vector<unsigned> errors;  // addresses
  int deny = 0, stall = 0;
  long cycles = 0;

  void SetUp() override {
    for (Word& word : memory)
      for (std::uint32_t& lane : word) lane = static_cast<std::uint32_t>(rng());
    dut.rst_ni = 0;
    dut.tile_id_i = kTile;
    dut.valid_i = 0;
    dut.answer_ready_i = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    dut.rst_ni = 1;
  }

  /// One cycle; true where the flit was taken.
  bool step(std::optional<std::uint64_t> flit) {
    dut.valid_i = flit.has_value();
    dut.flit_i = flit.value_or(0);
    dut.answer_ready_i = !chance(rng, stall);
    dut.mem_gnt_i = 0;
    dut.clk_i = 0;
    dut.eval();
    const auto request = pkg::mem_req_t::unpack(sample(dut.mem_o));
    dut.mem_gnt_i = request.valid && !chance(rng, deny);
    dut.reg_rdata_i = registers[dut.reg_addr_o];
    dut.eval();

    Word read;
    for (std::uint32_t& lane : read) lane = static_cast<std::uint32_t>(rng());  // good for one cycle only
    if (dut.mem_gnt_i && !request.we) read = memory[request.addr];
    if (dut.mem_gnt_i && request.we) {
      for (unsigned half = 0; half < pkg::WordMask; ++half) {
        if (!(request.mask >> half & 1)) continue;
        const std::uint32_t part = 0xffffU << half % 2 * 16;
        memory[request.addr][half / 2] = (memory[request.addr][half / 2] & ~part) | (request.data[half / 2] & part);
      }
    }
    if (dut.answer_valid_o && dut.answer_ready_i) answers.push_back(pkg::flit_t::from_u64(dut.answer_o));
    if (dut.reg_we_o) registers[dut.reg_addr_o] = dut.reg_wdata_o;
    const auto table = pkg::table_write_t::unpack(sample(dut.table_o));
    if (table.valid) commits.push_back(table);
    if (dut.error_valid_o) {
      const pkg::error_t error = pkg::error_t::from_u64(dut.error_o);
      EXPECT_EQ(error.code, pkg::err_e::ErrAddress);
      EXPECT_EQ(error.tile.to_u64(), kTile);
      errors.push_back(error.info);
    }
    const bool taken = flit && dut.ready_o;
    ++cycles;
    dut.clk_i = 1;
    dut.eval();
    drive(dut.mem_rdata_i, read);
    return taken;
  }
  void send(std::uint64_t flit) {
    for (int i = 0; i < 100000; ++i) {
      if (step(flit)) return;
    }
    FAIL() << "never taken";
  }
  void write(unsigned address, std::uint32_t data) {
    send(pkg::flit_t{.kind = pkg::kind_e::KindWrite, .body = pkg::write_t{.addr = address, .data = data}.to_u64()}
             .to_u64());
  }
  void ask(unsigned address) {
    reply_ = {
        .tile = {.y = static_cast<std::uint8_t>(pick(rng, 0, 15)), .x = static_cast<std::uint8_t>(pick(rng, 0, 15))},
        .io = chance(rng, 50)};
    send(pkg::flit_t{.kind = pkg::kind_e::KindRead, .body = pkg::read_t{.addr = address, .reply = reply_}.to_u64()}
             .to_u64());
  }
  std::uint32_t read(unsigned address) {
    ask(address);
    for (int i = 0; i < 1000 && answers.empty(); ++i) step({});
    if (answers.size() != 1) {
      ADD_FAILURE() << answers.size() << " answers";
      return 0;
    }
    const pkg::flit_t flit = answers.front();
    answers.clear();
    const pkg::write_t body = pkg::write_t::from_u64(flit.body);
    EXPECT_EQ(flit.kind, pkg::kind_e::KindAnswer);
    EXPECT_EQ(flit.dest.to_u64(), reply_.to_u64());
    EXPECT_EQ(body.addr, address);
    return body.data;
  }
  void idle(int count) {
    for (int i = 0; i < count; ++i) step({});
  }

 private:
  pkg::dest_t reply_;
};

TEST_F(HostPort, WritesAndReadsLanesOfRam) {
  for (int phase = 0; phase < 20 && !HasFailure(); ++phase) {
    deny = pick(rng, 0, 80);
    stall = pick(rng, 0, 80);
    std::vector<Word> want = memory;
    const unsigned first = static_cast<unsigned>(pick(rng, 0, static_cast<int>(memory.size()) - 8));
    for (int i = 0; i < 100; ++i) {
      const unsigned word = first + static_cast<unsigned>(pick(rng, 0, 7));
      const unsigned lane = static_cast<unsigned>(pick(rng, 0, 3));
      if (chance(rng, 60)) {
        const auto value = static_cast<std::uint32_t>(rng());
        write(word << 2 | lane, value);
        want[word][lane] = value;
      } else {
        ASSERT_EQ(read(word << 2 | lane), want[word][lane]);
      }
      if (chance(rng, 20)) idle(pick(rng, 1, 3));
    }
    ASSERT_EQ(memory, want);
  }
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(commits.empty());
}

TEST_F(HostPort, CommitsAnEntryWithItsLastWord) {
  for (int i = 0; i < 400; ++i) {
    const TableShape& shape = kTables[static_cast<std::size_t>(pick(rng, 0, static_cast<int>(kTables.size()) - 1))];
    const unsigned index = static_cast<unsigned>(chance(rng, 20) ? static_cast<int>(shape.entries) - 1
                                                                 : pick(rng, 0, static_cast<int>(shape.entries) - 1));
    std::vector<std::uint32_t> words(shape.words);
    for (unsigned w = 0; w < shape.words; ++w) {
      idle(pick(rng, 0, 1));
      ASSERT_TRUE(commits.empty());
      words[w] = static_cast<std::uint32_t>(rng());
      write(table_address(shape.table, index * shape.stride + w), words[w]);
    }
    idle(2);
    ASSERT_EQ(commits.size(), 1U);
    ASSERT_EQ(commits.front().sel, shape.table);
    ASSERT_EQ(commits.front().index, index);
    for (unsigned w = 0; w < shape.words; ++w) ASSERT_EQ(commits.front().data[w], words[w]);
    commits.clear();
    ASSERT_FALSE(dut.active_o);
  }
  EXPECT_TRUE(errors.empty());
}

TEST_F(HostPort, EntriesOfOneWordComeEveryCycle) {
  for (unsigned i = 0; i < 100; ++i) write(table_address(table_e::TabInAxon, i), i * 3);
  idle(1);
  EXPECT_EQ(cycles, 101);
  ASSERT_EQ(commits.size(), 100U);
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_EQ(commits[i].index, i);
    EXPECT_EQ(commits[i].data[0], i * 3);
  }
}

TEST_F(HostPort, RegistersAreWrittenAndRead) {
  for (int i = 0; i < 300; ++i) {
    const unsigned reg = static_cast<unsigned>(pick(rng, 0, 255));
    if (reg == static_cast<unsigned>(pkg::reg_e::RegFillWords)) continue;
    if (chance(rng, 50)) {
      const auto value = static_cast<std::uint32_t>(rng());
      write(table_address(table_e::TabRegs, reg), value);
      ASSERT_EQ(registers[reg], value);
    } else {
      ASSERT_EQ(read(table_address(table_e::TabRegs, reg)), registers[reg]);
    }
  }
  EXPECT_TRUE(errors.empty());
}

TEST_F(HostPort, FillsWithZerosBeforeWhatComesBehind) {
  for (int phase = 0; phase < 12; ++phase) {
    deny = pick(rng, 0, 60);
    const unsigned count = static_cast<unsigned>(phase == 0 ? static_cast<int>(memory.size()) : pick(rng, 0, 300));
    const unsigned base = static_cast<unsigned>(pick(rng, 0, static_cast<int>(memory.size() - count)));
    const unsigned inside = count ? base + static_cast<unsigned>(pick(rng, 0, static_cast<int>(count) - 1)) : base;
    std::vector<Word> want = memory;
    write(reg_address(pkg::reg_e::RegFillBase), base);
    write(reg_address(pkg::reg_e::RegFillWords), count);
    for (unsigned w = 0; w < count; ++w) want[base + w].fill(0);
    if (phase % 3 == 0) {
      write(inside << 2 | 1, 42);
      want[inside][1] = 42;
    } else if (phase % 3 == 1) {
      ASSERT_EQ(read(inside << 2), want[inside][0]);
    } else {
      // Registers and tables do not wait for it.
      write(table_address(table_e::TabMark, 5), 1);
      if (count > 100) {
        EXPECT_GT(dut.fill_left_o, 50U);
        EXPECT_TRUE(dut.active_o);
      }
      while (dut.active_o) step({});
    }
    ASSERT_EQ(dut.fill_left_o, 0);
    ASSERT_EQ(memory, want);
  }
  EXPECT_TRUE(errors.empty());
}

TEST_F(HostPort, ASecondReadIsAnErrorAndHoldsNobodyUp) {
  stall = 100;
  memory[3] = {10, 11, 12, 13};
  ask(3 << 2 | 2);
  idle(3);
  ask(3 << 2 | 1);
  EXPECT_EQ(errors, std::vector<unsigned>{3 << 2 | 1});
  write(4 << 2, 99);  // what comes behind is taken
  EXPECT_EQ(memory[4][0], 99U);
  stall = 0;
  idle(4);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(pkg::write_t::from_u64(answers[0].body).data, 12U);
  answers.clear();
  EXPECT_EQ(read(3 << 2), 10U);
}

TEST_F(HostPort, AddressesOutsideTheMapAreErrors) {
  std::vector<unsigned> outside{1U << 16, (1U << 17) - 1};
  for (unsigned table = 12; table < 15; ++table) outside.push_back(kTableBit | table << 13);
  outside.push_back(table_address(table_e::TabRegs, 256));
  for (const TableShape& shape : kTables) {
    if (shape.entries * shape.stride < 1U << 13)
      outside.push_back(table_address(shape.table, shape.entries * shape.stride));
    if (shape.words < shape.stride) outside.push_back(table_address(shape.table, shape.words));
  }
  const std::vector<Word> before = memory;
  for (const unsigned address : outside) {
    errors.clear();
    write(address, 1);
    idle(2);
    EXPECT_EQ(errors, std::vector<unsigned>{address}) << std::hex << address;
    EXPECT_TRUE(commits.empty()) << std::hex << address;
    commits.clear();
    errors.clear();
    EXPECT_EQ(read(address), 0U);  // answered in any case: the asker waits
    EXPECT_EQ(errors, std::vector<unsigned>{address});
  }
  errors.clear();
  EXPECT_EQ(read(table_address(table_e::TabPop, 0)), 0U);  // tables cannot be read
  EXPECT_EQ(errors.size(), 1U);
  EXPECT_EQ(memory, before);
  for (const auto& [reg, value] : registers) EXPECT_EQ(value, 0U);
}

}  // namespace
}  // namespace eddy::test
