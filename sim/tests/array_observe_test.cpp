// SPDX-License-Identifier: Apache-2.0
// What can be seen of an array: trace, waves, who waits for whom.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "array_messages.hpp"
#include "array_population.hpp"
#include "array_traffic.hpp"
#include "eddy/sim/event_trace.hpp"
#include "eddy/sim/tile_array.hpp"

// Verilator 5.048 never frees the writer of a file of waves that it has closed.
extern "C" const char* __lsan_default_suppressions() { return "leak:VerilatedFst::open\n"; }

namespace eddy::sim {
namespace {

using namespace pkg;

TEST(ArrayTrace, ShowsWhatIsSent) {
  for (const int threads : {1, 2}) {
    TileArray array({.rows = 1, .columns = 3, .threads = threads});
    const HostWrite start = load_population(array, 0);
    std::ostringstream text;
    EventTrace trace(text);
    array.on_trace = [&](int y, int x, const trace_t& seen) { trace.add(array.cycle(), y, x, seen.pop, seen); };
    const auto out = exchange(array, 0, 0, {write_message(core(0, 1), start)}, array.io(0, 0), 300);

    std::vector<std::string> sent;
    for (const std::uint64_t flit : out) {
      const flit_t came = flit_t::from_u64(flit);
      if (came.kind != kind_e::KindEvent) continue;
      const event_t event = event_t::from_u64(came.body);
      std::ostringstream line;
      line << "0 1 0 0 " << (event.pos >> 4) << ' ' << ((event.pos >> 2) & 3) << ' ' << (event.pos & 3) << ' '
           << event.value;
      sent.push_back(line.str());
    }
    EXPECT_EQ(sent.size(), std::size_t{Rows * Columns * 3});

    std::vector<std::string> traced, comments;
    std::istringstream lines(text.str());
    for (std::string line; std::getline(lines, line);) {
      if (line[0] == '#')
        comments.push_back(line);
      else
        traced.push_back(line.substr(line.find(' ') + 1));
    }
    EXPECT_EQ(traced, sent);
    ASSERT_EQ(comments.size(), 2U) << text.str();
    EXPECT_NE(comments[1].find("end of frame 0"), std::string::npos);
  }
}

TEST(ArrayTrace, GoesOnAfterAnException) {
  TileArray array({.rows = 1, .columns = 3});
  const HostWrite start = load_population(array, 0);
  int groups = 0, thrown = 0;
  array.on_trace = [&](int, int, const trace_t& seen) {
    groups += seen.valid;
    if (groups == 2 && thrown++ == 0) throw std::runtime_error("enough");
  };
  EXPECT_THROW(exchange(array, 0, 0, {write_message(core(0, 1), start)}, array.io(0, 0), 300), std::runtime_error);
  for (int i = 0; i < 300; ++i) array.step();
  EXPECT_EQ(groups, Rows * Columns);
}

TEST(ArrayWatchdog, NamesTheAxonWhoseCreditIsMissing) {
  TileArray array({.rows = 1, .columns = 3});
  const HostWrite start = load_population(array, 0);
  exchange(array, 0, 0, {write_message(core(0, 1), start)}, array.io(0, 0), 300);
  ASSERT_TRUE(array.quiet());
  EXPECT_EQ(
      array.who_waits(),
      "tile (0,1) population 0, frame 1 (modulo 256), row 0 of 2: waits for credit of out-axon 0 (to the i/o end of "
      "tile (0,0), in-axon 3, which has swept 0 rows)\n");
}

TEST(ArrayWatchdog, NamesTheAxonWhoseInputIsMissing) {
  TileArray array({.rows = 1, .columns = 3});
  const HostWrite start = load_population(array, 1);
  array.write_host(0, 1, std::vector<HostWrite>{start});
  EXPECT_EQ(array.who_waits(),
            "tile (0,1) population 0, frame 0 (modulo 256), row 0 of 2: waits for input on in-axon 0 (from tile (0,2), "
            "out-axon 11, has 0 rows)\n");
}

/// Times in the head of an FST file, big-endian: the first and the last that it holds.
std::pair<std::uint64_t, std::uint64_t> times(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<unsigned char, 25> head{};
  in.read(reinterpret_cast<char*>(head.data()), head.size());
  const auto number = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | head[at + i];
    return value;
  };
  return {number(9), number(17)};
}

TEST(ArrayWaves, AreWrittenForTheWindowAndTheTilesAndChangeNothing) {
  const std::string file = testing::TempDir() + "eddy_array_waves.fst";
  const auto run = [&](const WaveOptions& waves) {
    std::filesystem::remove(file);
    TileArray array({.rows = 2, .columns = 2, .threads = 2, .waves = waves});
    Traffic traffic(array, {.seed = 2});
    for (int i = 0; i < 60; ++i) traffic.step(true);
    return array.checksum();
  };
  const std::uint64_t reference = run({});
  EXPECT_FALSE(std::filesystem::exists(file));

  EXPECT_EQ(run({.file = file, .from = 10, .to = 30, .tiles = {}}), reference);
  const std::uintmax_t all = std::filesystem::file_size(file);
  EXPECT_EQ(times(file), std::pair(std::uint64_t{20}, std::uint64_t{61}));

  EXPECT_EQ(run({.file = file, .from = 10, .to = 30, .tiles = {std::pair{1, 0}}}), reference);
  const std::uintmax_t one = std::filesystem::file_size(file);
  EXPECT_GT(one, 1000U);
  EXPECT_LT(one, all / 2) << "of one tile in four";
  std::filesystem::remove(file);
}

TEST(ArrayWaves, SayWhereTheyCannotBeWritten) {
  EXPECT_THROW(TileArray({.waves = {.file = "/no/such/folder/x.fst", .tiles = {}}}), std::runtime_error);
  EXPECT_THROW(TileArray({.waves = {.file = "x.fst", .from = 5, .to = 4, .tiles = {}}}), std::invalid_argument);
  EXPECT_THROW(TileArray({.waves = {.file = "x.fst", .tiles = {std::pair{0, 1}}}}), std::out_of_range);
}

}  // namespace
}  // namespace eddy::sim
