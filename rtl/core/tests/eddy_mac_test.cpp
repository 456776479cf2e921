// SPDX-License-Identifier: Apache-2.0
// eddy_mac with a memory that denies at random: sums, the order of tokens, and the cycles of hazards.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <deque>
#include <map>

#include "Veddy_mac.h"
#include "eddy_core_pkg.hpp"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"
#include "wide.hpp"

namespace eddy::test {
namespace {

using Word = std::array<std::uint32_t, pkg::Lanes>;
constexpr int kStages = 4;      // from an op to the edge that writes its word
constexpr int kWeights = 4096;  // address of the first weight word; accumulators lie below

int bank_of(int address) { return address / 2048 * 2 + address % 2; }

class Mac : public testing::Test {
 protected:
  std::mt19937 rng = make_rng();
  Veddy_mac dut;
  std::vector<Word> memory = std::vector<Word>(pkg::Banks * pkg::BankWords);
  std::vector<Word> golden;
  std::map<int, std::vector<std::pair<long, Word>>> history;  // of an address: op, value behind it
  struct Token {
    pkg::progress_t progress;
    long op;  // it goes with
  };
  std::deque<core_pkg::op_t> ops;
  std::deque<Token> tokens;
  std::deque<unsigned> token_marks;  // marks before each token that is in the pipeline
  long sent = 0, cycles = 0, words = 0, reads = 0, writes = 0, weight_reads = 0;
  long cuts = 0, expected_cuts = 0;
  unsigned marks = 0;       // that were handed over before the next op
  unsigned marks_done = 0;  // set

  void SetUp() override {
    for (Word& word : memory)
      for (std::uint32_t& lane : word) lane = static_cast<std::uint32_t>(rng());
    golden = memory;
    dut.rst_ni = 0;
    dut.op_valid_i = 0;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    dut.rst_ni = 1;
  }

  /// What an op's weights and value are: whole numbers of 8 bits unless told otherwise.
  struct Numbers {
    pkg::weight_e format = pkg::weight_e::WeightInt8;
    bool fp16 = false;  // the value is FP16
    int point = 0;
    int code_base = 0;
  };
  std::vector<std::uint16_t> codes = std::vector<std::uint16_t>(pkg::MaxCodes);

  void write_codes() {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      codes[i] = static_cast<std::uint16_t>(rng());
      pkg::table_write_t entry{.valid = true, .sel = pkg::table_e::TabCode, .index = static_cast<std::uint16_t>(i)};
      entry.data[0] = codes[i];
      drive(dut.table_i, entry.pack());
      dut.clk_i = 0;
      dut.eval();
      dut.clk_i = 1;
      dut.eval();
    }
    drive(dut.table_i, pkg::table_write_t{}.pack());
  }

  /// Its value; infinities and NaN are 0.
  static double real(std::uint16_t fp16) {
    const int field = fp16 >> 10 & 31, fraction = fp16 & 1023;
    if (field == 31) return 0;
    const double size = field == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, field - 25);
    return (fp16 & 0x8000) != 0 ? -size : size;
  }

  static int width_of(pkg::weight_e format) {
    constexpr std::array widths{8, 16, 4, 2};  // by the low two bits
    return widths[static_cast<std::size_t>(format) % 4];
  }
  static bool is_fp16(pkg::weight_e format) { return format >= pkg::weight_e::WeightCode8; }
  static bool is_strange(std::uint32_t fp16) { return (fp16 >> 10 & 31) == 31; }

  /// The weight of a run and lane in a word: a whole number's bits, or the FP16 number.
  [[nodiscard]] std::uint32_t number_of(const Word& word, int run, unsigned lane, const Numbers& numbers) const {
    const int width = width_of(numbers.format);
    const int at = (run * static_cast<int>(pkg::Lanes) + static_cast<int>(lane)) * width;
    const std::uint32_t bits = word[static_cast<std::size_t>(at / 32)] >> at % 32 & ((1U << width) - 1);
    const bool coded = is_fp16(numbers.format) && numbers.format != pkg::weight_e::WeightFp16;
    return coded ? codes[static_cast<std::size_t>(numbers.code_base) + bits] : bits;
  }
  static double weight_of(std::uint32_t number, pkg::weight_e format) {
    if (is_fp16(format)) return real(static_cast<std::uint16_t>(number));
    const int width = width_of(format);
    return static_cast<std::int32_t>(number << (32 - width)) >> (32 - width);
  }

  void send(int address, int weight, int run, int value, bool token = false) {
    send(address, weight, run, value, {}, token);
  }
  void send(int address, int weight, int run, int value, const Numbers& numbers, bool token) {
    core_pkg::op_t op;
    op.word = true;
    op.format = numbers.format;
    op.fp16 = numbers.fp16;
    op.point = static_cast<std::uint8_t>(numbers.point);
    op.code_base = static_cast<std::uint16_t>(numbers.code_base);
    op.acc = static_cast<std::uint16_t>(address);
    op.weight = static_cast<std::uint16_t>(kWeights + weight);
    op.run = static_cast<std::uint8_t>(run);
    op.value = static_cast<std::int16_t>(value);
    Word& sum = golden[static_cast<std::size_t>(address)];
    const double factor = numbers.fp16 ? real(static_cast<std::uint16_t>(value)) : value;
    bool cut = numbers.fp16 && is_strange(static_cast<std::uint32_t>(value));
    for (unsigned lane = 0; lane < pkg::Lanes; ++lane) {
      const std::uint32_t number = number_of(golden[op.weight], run, lane, numbers);
      const double product = weight_of(number, numbers.format) * factor;
      const double whole = std::floor(std::ldexp(product, numbers.point));
      sum[lane] += static_cast<std::uint32_t>(static_cast<std::int64_t>(std::fmod(whole, 0x1p32)));
      cut = cut || whole != std::ldexp(product, numbers.point) || (is_fp16(numbers.format) && is_strange(number));
    }
    expected_cuts += cut;
    history[address].push_back({sent, sum});
    if (token) add_token(op);
    ops.push_back(op);
    ++sent;
  }

  void send_token() {
    core_pkg::op_t op;
    add_token(op);
    ops.push_back(op);
    ++sent;
  }

  void add_token(core_pkg::op_t& op) {
    op.token = {.valid = true,
                .axon = static_cast<std::uint16_t>(pick(rng, 0, 511)),
                .pop = static_cast<std::uint8_t>(pick(rng, 0, 15)),
                .row = static_cast<std::uint16_t>(pick(rng, 0, 4095)),
                .parity = chance(rng, 50),
                .last = chance(rng, 50)};
    tokens.push_back({op.token, sent});
  }

  /// One cycle; denied: percent of the grants that are refused.
  void step(int pause, int denied, int mark_share) {
    if (!offered_ && !ops.empty() && !chance(rng, pause)) {
      offered_ = true;
      // At most 6 marks are on the way.
      if (marks - marks_done < 6 && chance(rng, mark_share)) ++marks;
      if (ops.front().token.valid) token_marks.push_back(marks);
      ops.front().marks = static_cast<std::uint8_t>(marks % 16);
      drive(dut.op_i, ops.front().pack());
    }
    if (marks_done != marks && (mark_share == 0 || chance(rng, 25))) ++marks_done;
    dut.marks_done_i = static_cast<std::uint8_t>(marks_done % 16);
    dut.op_valid_i = offered_;
    dut.clk_i = 0;
    dut.eval();

    const auto write = pkg::mem_req_t::unpack(sample(dut.mem_write_o));
    const auto read = pkg::mem_req_t::unpack(sample(dut.mem_read_o));
    const auto weight = pkg::mem_req_t::unpack(sample(dut.mem_weight_o));
    const auto bank_free = [&](const pkg::mem_req_t& request, const pkg::mem_req_t& other, bool other_granted) {
      return !(other_granted && bank_of(other.addr) == bank_of(request.addr));
    };
    const bool write_granted = write.valid && !chance(rng, denied);
    const bool read_granted = read.valid && bank_free(read, write, write_granted) && !chance(rng, denied);
    const bool weight_granted = weight.valid && bank_free(weight, write, write_granted) &&
                                bank_free(weight, read, read_granted) && !chance(rng, denied);
    dut.mem_write_gnt_i = write_granted;
    dut.mem_read_gnt_i = read_granted;
    dut.mem_weight_gnt_i = weight_granted;
    dut.eval();

    // A token that leaves is seen before this cycle's write.
    if (dut.progress_o) see(pkg::progress_t::from_u64(dut.progress_o));
    if (write_granted) {
      EXPECT_TRUE(write.we);
      memory[write.addr] = write.data;
    }
    cuts += dut.cut_o;
    reads += read_granted;
    writes += write_granted;
    weight_reads += weight_granted;
    const Word read_data = read_granted ? memory[read.addr] : garbage();
    const Word weight_data = weight_granted ? memory[weight.addr] : garbage();
    if (offered_ && dut.op_ready_o) {
      if (ops.front().word) ++words;
      ops.pop_front();
      offered_ = false;
    }
    dut.clk_i = 1;
    dut.eval();
    // Data is good for one cycle.
    drive(dut.mem_read_rdata_i, read_data);
    drive(dut.mem_weight_rdata_i, weight_data);
    ++cycles;
  }

  void run(int pause, int denied, int mark_share) {
    const long limit = cycles + 100 + 100 * static_cast<long>(ops.size());
    while (!ops.empty() || dut.active_o) {
      ASSERT_LT(cycles, limit) << "stuck";
      step(pause, denied, mark_share);
      if (HasFatalFailure()) return;
    }
    ASSERT_TRUE(tokens.empty());
    for (std::size_t i = 0; i < memory.size(); ++i) ASSERT_EQ(memory[i], golden[i]) << "word " << i;
  }

  void see(const pkg::progress_t& progress) {
    ASSERT_FALSE(tokens.empty());
    ASSERT_EQ(progress, tokens.front().progress);
    ASSERT_GE(marks_done, token_marks.front()) << "progress before its marks";
    token_marks.pop_front();
    for (const auto& [address, values] : history) {
      auto value = std::partition_point(values.begin(), values.end(),
                                        [&](const auto& entry) { return entry.first <= tokens.front().op; });
      if (value == values.begin()) continue;
      --value;
      const Word& now = memory[static_cast<std::size_t>(address)];
      ASSERT_TRUE(std::any_of(value, values.end(), [&](const auto& entry) { return entry.second == now; }))
          << "progress before the sum of word " << address;
    }
    tokens.pop_front();
  }

 private:
  bool offered_ = false;

  Word garbage() {
    Word word;
    for (std::uint32_t& lane : word) lane = static_cast<std::uint32_t>(rng());
    return word;
  }
};

TEST_F(Mac, AddsUpUnderHazardsAndDenials) {
  for (int trial = 0; trial < 120 && !HasFailure(); ++trial) {
    history.clear();
    const int addresses = pick(rng, 1, 6);
    const int weights = pick(rng, 1, 4);
    const int spread = chance(rng, 50) ? 1 : 700;
    int weight = 0;
    for (int i = 0; i < 200; ++i) {
      if (chance(rng, 30)) weight = pick(rng, 0, weights - 1);
      if (chance(rng, 4))
        send_token();
      else
        send(pick(rng, 0, addresses - 1) * spread, weight, pick(rng, 0, 3), pick(rng, -32768, 32767), chance(rng, 8));
    }
    run(trial % 2 ? 0 : 40, trial % 3 ? pick(rng, 1, 60) : 0, pick(rng, 0, 1) * 30);
  }
}

TEST_F(Mac, MultipliesNumbersOfAllFormatsInTurn) {
  using enum pkg::weight_e;
  constexpr std::array formats{WeightInt8,  WeightInt16, WeightInt4,  WeightInt2,
                               WeightCode8, WeightFp16,  WeightCode4, WeightCode2};
  write_codes();
  for (int trial = 0; trial < 60 && !HasFailure(); ++trial) {
    history.clear();
    for (int i = 0; i < 200; ++i) {
      const auto f = static_cast<std::size_t>(pick(rng, 0, static_cast<int>(formats.size()) - 1));
      const Numbers numbers{
          .format = formats[f], .fp16 = chance(rng, 60), .point = pick(rng, 0, 63), .code_base = pick(rng, 0, 3) * 256};
      const bool whole = formats[f] < WeightCode8 && !numbers.fp16;
      send(pick(rng, 0, 5), pick(rng, 0, 3), pick(rng, 0, 32 / width_of(formats[f]) - 1), pick(rng, -32768, 32767),
           whole ? Numbers{.format = formats[f]} : numbers, chance(rng, 8));
    }
    run(trial % 2 ? 0 : 40, trial % 3 ? pick(rng, 1, 60) : 0, pick(rng, 0, 1) * 30);
  }
  EXPECT_EQ(cuts, expected_cuts);
  EXPECT_GT(cuts, 0);
}

TEST_F(Mac, ReadsWeightsThatShareTheBankOfTheAccumulators) {
  // Weight words right behind the accumulators: every op wants both from one bank.
  for (int i = 0; i < 100; ++i) {
    const int address = 2 * pick(rng, 0, 20);
    send(address, address + 100 - kWeights, pick(rng, 0, 3), pick(rng, -500, 500));
  }
  run(0, 0, 0);
}

TEST_F(Mac, SeesWeightsThatWereChangedWhileItWasIdle) {
  send(0, 7, 1, 3);
  run(0, 0, 0);
  for (std::uint32_t& lane : memory[kWeights + 7]) lane = static_cast<std::uint32_t>(rng());
  golden[kWeights + 7] = memory[kWeights + 7];
  send(0, 7, 1, 3);
  run(0, 0, 0);
}

TEST_F(Mac, TakesAWordEachCycleWherePhasesAlternate) {
  for (int i = 0; i < 400; ++i) send(i, i / 4 % 50, i % 4, 3 * i);
  run(0, 0, 0);
  EXPECT_EQ(cycles, 400 + kStages);
  EXPECT_EQ(weight_reads, 100);
}

TEST_F(Mac, LosesOneCycleForAWrongPhase) {
  for (int i = 0; i < 40; ++i) send(i, 0, i % 4, i);
  for (int i = 0; i < 40; ++i) send(101 + i, 0, i % 4, i);  // 39 is odd, and so is 101
  run(0, 0, 0);
  EXPECT_EQ(cycles, 80 + 1 + kStages);
}

TEST_F(Mac, AddsUpOneWordWithoutReadingItAgain) {
  for (int i = 0; i < 100; ++i) send(8, 0, i % 4, i);
  run(0, 0, 0);
  EXPECT_EQ(cycles, 100 + kStages);
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(writes, 1);
}

TEST_F(Mac, TakesTwoOrThreeWordsInTurnWithoutReadingThemAgain) {
  for (int different : {2, 3}) {
    cycles = reads = 0;
    for (int i = 0; i < 100; ++i) send(8 + 2 * (i % different), 0, i % 4, i);
    run(0, 0, 0);
    EXPECT_EQ(cycles, 100 + kStages);
    EXPECT_EQ(reads, different);
  }
}

}  // namespace
}  // namespace eddy::test
