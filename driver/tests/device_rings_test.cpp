// SPDX-License-Identifier: Apache-2.0
/// The driver's way to the gateway, over the RTL: both ways of loading, loading again, counters, what goes wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "device/rings/ring_device.hpp"
#include "device/sim/sim_transport.hpp"
#include "device_compare.hpp"
#include "eddy/compile.hpp"
#include "eddy/error.hpp"
#include "eddy/sim/simulation.hpp"
#include "eddy/sim/tile_array.hpp"
#include "eddy/sim_device.hpp"
#include "random_network.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using testing::Comparison;
using ::testing::HasSubstr;
using testing::random_frames;
using testing::random_network;

struct Rings : ::testing::Test {
  const Chip chip = find_chip("tiny");

  [[nodiscard]] Image compiled(const Network& network, bool random = false) const {
    CompileOptions options;
    options.iterations = 20;
    options.random_partition = random;
    return compile(network, chip, {}, options).image;
  }
  /// Random networks whose populations talk over links.
  [[nodiscard]] Image spread(const Network& network) const { return compiled(network, true); }
};

/// A simulation with what a test has to see of it.
struct Bench {
  explicit Bench(const Chip& chip, double io_stall = 0)
      : simulation(std::make_unique<sim::TileArray>(sim::ArrayOptions{.rows = chip.rows, .columns = chip.columns}),
                   {.gateway_y = chip.gateway.y, .gateway_x = chip.gateway.x, .io_stall = io_stall}),
        transport(simulation, 1'000'000),
        device(transport, "bench") {}

  [[nodiscard]] std::vector<std::uint32_t> ram(TileAt tile, int words) {
    std::vector<std::uint32_t> lanes(static_cast<std::size_t>(words) * pkg::Lanes);
    simulation.tiles().read_ram(tile.y, tile.x, 0, lanes);
    return lanes;
  }

  sim::Simulation simulation;
  SimTransport transport;
  rings::RingDevice device;
};

std::vector<std::uint32_t> ram_of(const TileImage& tile, int words) {
  std::vector<std::uint32_t> lanes(static_cast<std::size_t>(words) * pkg::Lanes);
  for (const RamRun& run : tile.ram) std::ranges::copy(run.data, lanes.begin() + std::ptrdiff_t{run.word} * pkg::Lanes);
  return lanes;
}

TEST_F(Rings, LoadLeavesInRamWhatTheImageSaysAndZeros) {
  Bench bench(chip, 0.95);
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const Network network = random_network(seed);
    const Image image = compiled(network);
    bench.device.load(image);
    // Whatever was written has arrived everywhere: that is what the fence is read back for.
    EXPECT_TRUE(bench.simulation.tiles().quiet());
    for (const TileImage& tile : image.tiles) {
      EXPECT_TRUE(bench.ram(tile.tile, chip.ram_words()) == ram_of(tile, chip.ram_words()))
          << "seed " << seed << " tile " << tile.tile.y << ", " << tile.tile.x;
    }
    // Frames leave sums and references behind, which the next load has to clear.
    for (const Frame& frame : random_frames(network, seed, 2)) {
      bench.device.submit(frame);
      bench.device.collect();
    }
  }
}

TEST_F(Rings, BothWaysOfLoadingGiveTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Network network = random_network(seed);
    const Image image = spread(network);
    const auto frames = random_frames(network, seed, 3);
    std::vector<std::vector<TileCounters>> counters;
    for (const bool dma : {false, true}) {
      auto device = make_sim_device(chip, {.dma_load = dma});
      Comparison comparison(network, image);
      comparison.run(*device, frames);
      if (HasFatalFailure()) return;
      counters.push_back(comparison.counters);
    }
    for (std::size_t t = 0; t < counters[0].size(); ++t) {
      EXPECT_EQ(counters[0][t].values[static_cast<std::size_t>(pkg::counter_e::CntMacWords)],
                counters[1][t].values[static_cast<std::size_t>(pkg::counter_e::CntMacWords)]);
    }
  }
}

TEST_F(Rings, StallsOfMemoryAndNetworkDoNotChangeResults) {
  const Network network = random_network(5);
  const Image image = spread(network);
  const auto frames = random_frames(network, 5, 4);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SimOptions options{.seed = seed, .threads = seed == 3 ? 2 : 1, .dma_load = seed % 2 == 0, .io_stall = 0.5};
    options.memory.stall = 0.2 * static_cast<double>(seed);
    auto device = make_sim_device(chip, options);
    device->set_frames_in_flight(static_cast<int>(seed));
    Comparison comparison(network, image);
    comparison.run(*device, frames);
    if (HasFatalFailure()) return;
  }
}

TEST_F(Rings, AFrameMayEndAfterItsResults) {
  // Where strides leave out the last rows of the input, results do not wait for them.
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Network network = random_network(seed, {.layers = 3, .wide_input = true});
    const Image image = compiled(network);
    auto device = make_sim_device(chip, {.io_stall = 0.9});
    Comparison comparison(network, image);
    comparison.run(*device, random_frames(network, seed, 2, 1.0));
    if (HasFatalFailure()) return;
  }
}

TEST_F(Rings, FramesWaitForAPlaceAndComeInOrder) {
  const Network network = random_network(2);
  const Image image = compiled(network);
  const auto frames = random_frames(network, 2, 12);
  for (const int in_flight : {1, 3}) {
    auto device = make_sim_device(chip);
    device->set_frames_in_flight(in_flight);
    Comparison comparison(network, image);
    comparison.run(*device, frames);  // all are handed over before the first is collected
    if (HasFatalFailure()) return;
    for (std::size_t f = 0; f < frames.size(); ++f) {
      const FrameResult& r = comparison.results[f];
      EXPECT_LT(r.first_cycle, r.last_cycle);
      EXPECT_LE(r.last_cycle, device->cycles());
      if (f > 0 && in_flight == 1) {
        EXPECT_GE(r.first_cycle, comparison.results[f - 1].last_cycle);
      }
    }
  }
}

TEST_F(Rings, CountersAreThoseOfTheEvents) {
  const Network network = random_network(7);
  const Image image = spread(network);
  auto device = make_sim_device(chip);
  std::map<TileAt, std::uint64_t> fired;
  device->trace([&](const Firing& f) { fired[f.tile] += f.pop != frame_input; });
  device->load(image);
  for (const Frame& frame : random_frames(network, 7, 3)) {
    device->submit(frame);
    device->collect();
  }
  const auto counters = device->counters();
  ASSERT_EQ(counters.size(), image.tiles.size());
  std::uint64_t sum = 0;
  for (const TileCounters& tile : counters) {
    const auto of = [&](pkg::counter_e c) { return tile.values[static_cast<std::size_t>(c)]; };
    EXPECT_EQ(of(pkg::counter_e::CntFired), fired[tile.tile]);
    std::uint64_t events = 0, words = 0, neurons = 0;
    for (const PopulationCounters& p : tile.populations) {
      events += p.events_in;
      words += p.mac_words;
      neurons += p.neurons_swept;
    }
    EXPECT_EQ(of(pkg::counter_e::CntEventsIn), events);
    EXPECT_EQ(of(pkg::counter_e::CntMacWords), words);
    EXPECT_EQ(of(pkg::counter_e::CntNeuronsSwept), neurons);
    sum += of(pkg::counter_e::CntFired);
  }
  EXPECT_GT(sum, 0U);
}

TEST_F(Rings, WhatIsLeftOutWhileQuietChangesNothing) {
  for (std::uint64_t seed = 8; seed <= 10; ++seed) {
    const Network network = random_network(seed);
    const Image image = spread(network);
    const auto frames = random_frames(network, seed, 3);
    std::vector<std::vector<TileCounters>> counters;
    std::vector<std::uint64_t> ends;
    for (const bool skip : {true, false}) {
      auto device = make_sim_device(chip, {.skip_quiet = skip});
      Comparison comparison(network, image);
      comparison.run(*device, frames);
      if (HasFatalFailure()) return;
      counters.push_back(comparison.counters);
      ends.push_back(comparison.results.back().last_cycle);
      ends.push_back(device->cycles());
    }
    EXPECT_EQ(ends[0], ends[2]);
    EXPECT_EQ(ends[1], ends[3]);
    for (std::size_t t = 0; t < counters[0].size(); ++t) {
      for (std::size_t c = 0; c < pkg::NumCounters; ++c) {
        EXPECT_EQ(counters[0][t].values[c], counters[1][t].values[c])
            << "tile " << t << " " << to_string(static_cast<pkg::counter_e>(c));
      }
    }
  }
}

TEST_F(Rings, AnotherImageTakesOverWhateverIsUnderWay) {
  auto device = make_sim_device(chip, {.dma_load = true});
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Network network = random_network(seed);
    const Image image = spread(network);
    const auto frames = random_frames(network, seed, 5);
    Comparison comparison(network, image);
    device->set_frames_in_flight(2);
    comparison.run(*device, frames);
    if (HasFatalFailure()) return;
    // Left in flight, given up by the next load.
    for (const Frame& frame : frames) device->submit(frame);
    if (seed % 2 == 0) device->collect();
  }
}

TEST_F(Rings, TheEventFileHasALineForEveryFiring) {
  const Network network = random_network(6);
  const Image image = compiled(network);
  const TempFolder folder;
  const auto file = folder / "events.txt";
  std::size_t fired = 0;
  {
    auto device = make_sim_device(chip, {.event_file = file});
    device->trace([&](const Firing&) { ++fired; });
    device->load(image);
    device->submit(random_frames(network, 6, 1).front());
    device->collect();
  }
  std::ifstream text(file);
  std::size_t lines = 0;
  for (std::string line; std::getline(text, line);) lines += line.starts_with('#') ? 0 : 1;
  EXPECT_EQ(lines, fired);
  EXPECT_GT(lines, 0U);
  EXPECT_THROW(make_sim_device(chip, {.event_file = "/no/such/folder/events.txt"}), FileError);
}

// ---------------------------------------------------------------- what goes wrong

/// Runs frames with one fault planted; gives the message of the error, if one came.
std::optional<std::string> run_with(const Chip& chip, const Network& network, const Image& image,
                                    const sim::Fault& fault) {
  auto device = make_sim_device(chip, {.faults = {fault}});
  device->load(image);
  try {
    for (const Frame& frame : random_frames(network, 1, 4)) {
      device->submit(frame);
      device->collect();
    }
  } catch (const RunError& error) {
    EXPECT_EQ(error.status(), ExitStatus::stuck);
    return error.what();
  }
  return std::nullopt;
}

TEST_F(Rings, LostAndDoubledEventsAreReportedWithTheirPlace) {
  const Network network = random_network(4);
  const Image image = spread(network);
  int found = 0;
  for (const auto kind : {sim::FaultKind::drop_event, sim::FaultKind::double_event}) {
    for (int tile = 0; tile < chip.tiles(); ++tile) {
      const auto message = run_with(chip, network, image, {kind, chip.at(tile).y, chip.at(tile).x, 3});
      if (!message) continue;  // no such event leaves this tile
      ++found;
      EXPECT_THAT(*message, HasSubstr("ErrCount"));
      EXPECT_THAT(*message, HasSubstr("axon"));
      EXPECT_THAT(*message, HasSubstr("tile ("));
    }
  }
  EXPECT_GE(found, 4);
}

TEST_F(Rings, LostTokensAndCreditsEndWithWhoWaits) {
  const Network network = random_network(4);
  const Image image = spread(network);
  int waits = 0;
  for (const auto kind : {sim::FaultKind::drop_token, sim::FaultKind::drop_credit}) {
    for (int tile = 0; tile < chip.tiles(); ++tile) {
      const auto message = run_with(chip, network, image, {kind, chip.at(tile).y, chip.at(tile).x, 1});
      if (!message) continue;
      if (message->find("Who waits for what") != std::string::npos) {
        ++waits;
        EXPECT_THAT(*message, HasSubstr("frames in flight"));
      } else {
        EXPECT_THAT(*message, HasSubstr("Err"));
      }
    }
  }
  EXPECT_GE(waits, 2);
}

TEST_F(Rings, RecoversByALoadAfterAnError) {
  const Network network = random_network(4);
  const Image image = spread(network);
  const auto frames = random_frames(network, 1, 4);
  SimOptions options{.dma_load = true};
  for (int tile = 0; tile < chip.tiles(); ++tile) {
    options.faults.push_back({sim::FaultKind::drop_token, chip.at(tile).y, chip.at(tile).x, 2});
  }
  auto device = make_sim_device(chip, options);
  int errors = 0;
  for (int i = 0; i < 8; ++i) {
    device->load(image);
    try {
      for (const Frame& frame : frames) {
        device->submit(frame);
        device->collect();
      }
    } catch (const RunError&) {
      ++errors;
      EXPECT_THROW(device->submit(frames.front()), UsageError);
      continue;
    }
    break;
  }
  EXPECT_GT(errors, 0);
  Comparison comparison(network, image);
  comparison.run(*device, frames);
}

TEST_F(Rings, ErrorsOfMemoryAreReported) {
  const Network network = random_network(1);
  const Image image = compiled(network);
  const auto frames = random_frames(network, 1, 1);
  constexpr unsigned Error = 2;
  for (const bool read : {true, false}) {
    Bench bench(chip);
    bench.device.load(image);
    (read ? bench.simulation.bus().read_response : bench.simulation.bus().write_response) = Error;
    try {
      bench.device.submit(frames.front());
      bench.device.collect();
      FAIL() << "no error";
    } catch (const RunError& error) {
      EXPECT_THAT(error.what(), HasSubstr(read ? "memory answered a read" : "memory answered a write"));
    }
    bench.simulation.bus().read_response = bench.simulation.bus().write_response = 0;
    bench.device.load(image);
    bench.device.submit(frames.front());
    EXPECT_EQ(bench.device.collect().frame, 0);
  }
}

TEST_F(Rings, RefusesWhatCannotBe) {
  const Network network = random_network(1);
  const Image image = compiled(network);
  const auto frames = random_frames(network, 1, 1);
  auto device = make_sim_device(chip);
  EXPECT_THROW(device->submit(frames.front()), UsageError);
  EXPECT_THROW(device->collect(), UsageError);
  EXPECT_THROW(device->set_frames_in_flight(0), UsageError);
  Image other = image;
  other.rows = 3;
  EXPECT_THROW(device->load(other), FitError);
  device->load(image);
  Frame frame = frames.front();
  frame.shape.w += 1;
  EXPECT_THROW(device->submit(frame), UsageError);
  EXPECT_THROW(device->collect(), UsageError);
  device->submit(frames.front());
  EXPECT_THROW(device->counters(), UsageError);
  EXPECT_EQ(device->collect().frame, 0);
}

TEST_F(Rings, AnExceptionOfTheTracePassesThrough) {
  const Network network = random_network(1);
  const Image image = compiled(network);
  auto device = make_sim_device(chip);
  device->trace([](const Firing&) { throw MismatchError("seen"); });
  device->load(image);
  device->submit(random_frames(network, 1, 1).front());
  EXPECT_THROW(device->collect(), MismatchError);
}

}  // namespace
}  // namespace eddy
