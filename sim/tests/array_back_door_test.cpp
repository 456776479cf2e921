// SPDX-License-Identifier: Apache-2.0
// What comes in by the back door is what messages would have brought.
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "array_messages.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy::sim {
namespace {

constexpr std::uint32_t RamWords = pkg::Banks * pkg::BankWords;

std::uint32_t answer(const std::vector<std::uint64_t>& flits) {
  if (flits.size() != 1) throw std::runtime_error("one answer expected, got " + std::to_string(flits.size()));
  return pkg::write_t::from_u64(pkg::flit_t::from_u64(flits[0]).body).data;
}

TEST(ArrayBackDoor, RamWordsAreThoseThatMessagesReadAndWrite) {
  TileArray array({.rows = 2, .columns = 2});
  IoEnd& gateway = array.io(0, 0);
  std::mt19937 rng(5);
  for (int i = 0; i < 60; ++i) {
    const int y = static_cast<int>(rng() % 2), x = static_cast<int>(rng() % 2);
    const std::uint32_t word = i < 4 ? std::array{0U, 1U, RamWords - 1, pkg::BankWords * 2}[static_cast<std::size_t>(i)]
                                     : static_cast<std::uint32_t>(rng() % RamWords);
    const auto lane = static_cast<std::uint32_t>(rng() % pkg::Lanes), other = static_cast<std::uint32_t>(rng());

    std::array<std::uint32_t, pkg::Lanes> lanes{};
    for (std::uint32_t& value : lanes) value = static_cast<std::uint32_t>(rng());
    array.write_ram(y, x, word, lanes);
    const std::uint64_t read = read_message(core(y, x), word * pkg::Lanes + lane, io_end(0, 0));
    EXPECT_EQ(answer(exchange(array, 0, 0, {read}, gateway)), lanes[lane]) << "word " << word;

    exchange(array, 0, 0, {write_message(core(y, x), {word * pkg::Lanes + lane, other})}, gateway);
    lanes[lane] = other;
    std::array<std::uint32_t, pkg::Lanes> back{};
    array.read_ram(y, x, word, back);
    EXPECT_EQ(back, lanes) << "word " << word;
  }
}

TEST(ArrayBackDoor, RunsOfWordsCrossBanks) {
  TileArray array({.rows = 1, .columns = 1});
  std::vector<std::uint32_t> lanes(std::size_t{RamWords} * pkg::Lanes);
  std::iota(lanes.begin(), lanes.end(), 17U);
  array.write_ram(0, 0, 0, lanes);
  std::vector<std::uint32_t> back(lanes.size());
  array.read_ram(0, 0, 0, back);
  EXPECT_EQ(back, lanes);
  EXPECT_THROW(array.write_ram(0, 0, RamWords, std::span(lanes).first(pkg::Lanes)), std::out_of_range);
}

TEST(ArrayBackDoor, HostWritesTakeNoTimeAndDoTheSame) {
  using enum pkg::reg_e;
  TileArray array({.rows = 2, .columns = 2});
  IoEnd& gateway = array.io(0, 0);
  for (int i = 0; i < 10; ++i) array.step();
  ASSERT_TRUE(array.quiet());
  array.write_host(1, 0, std::vector<HostWrite>{register_write(RegQueueBase, 77), {4 * 9 + 2, 0xdeadbeef}});
  EXPECT_EQ(array.cycle(), 10U);
  EXPECT_TRUE(array.quiet());

  const std::uint64_t reg = read_message(core(1, 0), register_write(RegQueueBase, 0).first, io_end(0, 0));
  EXPECT_EQ(answer(exchange(array, 0, 0, {reg}, gateway)), 77U);
  std::array<std::uint32_t, pkg::Lanes> word{};
  array.read_ram(1, 0, 9, word);
  EXPECT_EQ(word[2], 0xdeadbeefU);

  gateway.in_flit = reg;
  gateway.in_valid = true;
  EXPECT_THROW(array.write_host(1, 0, {}), std::logic_error) << "a message waits";
}

TEST(ArrayBackDoor, MemoriesStartAtRandomFromTheSeed) {
  const auto words = [](std::uint64_t seed, int x) {
    TileArray array({.rows = 1, .columns = 2, .seed = seed});
    std::vector<std::uint32_t> lanes(64);
    array.read_ram(0, x, 1000, lanes);
    return lanes;
  };
  EXPECT_EQ(words(1, 0), words(1, 0));
  EXPECT_NE(words(1, 0), words(2, 0));
  EXPECT_NE(words(1, 0), words(1, 1)) << "tiles differ";
}

}  // namespace
}  // namespace eddy::sim
