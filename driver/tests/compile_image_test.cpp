// SPDX-License-Identifier: Apache-2.0
/// Chips, the image file, and what the compiler says where a network does not fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "eddy/compile.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "random_network.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::random_network;

template <typename E, typename F>
std::string message_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

/// A convolution over an area of `side` x `side` with `channels` outputs.
Network wide_network(int side, int channels) {
  Network network;
  network.name = "wide";
  network.input.table.emplace_back();
  network.input.theta = {0};
  Layer input;
  input.name = "input";
  input.acc = input.out = {1, side, side};
  network.layers.push_back(input);
  Layer layer;
  layer.name = "conv";
  layer.acc = layer.out = {channels, side, side};
  layer.hi = 255;
  Port port;
  port.c_count = 1;
  port.k_count = channels;
  port.y.taps = port.x.taps = 3;
  port.y.pad = port.x.pad = 1;
  port.weights.assign(static_cast<std::size_t>(channels) * 9, 1);
  layer.ports.push_back(port);
  layer.channels.resize(static_cast<std::size_t>(channels));
  network.layers.push_back(layer);
  network.outputs.push_back({"out", 1, {layer.out.c, layer.out.h, layer.out.w}, {}});
  return network;
}

TEST(Chips, AreShipped) {
  const auto chips = shipped_chips();
  ASSERT_EQ(chips.size(), 3U);
  EXPECT_EQ(chips[0].name, "tiny");
  EXPECT_EQ(chips[1].name, "small");
  EXPECT_EQ(chips[2].name, "full");
  EXPECT_EQ(chips[0].ram_bytes(), 64 * 1024);
  EXPECT_EQ(chips[2].tiles(), 144);
  EXPECT_EQ(chips[2].distance({0, 0}, {11, 6}), 7);
}

TEST(Chips, SayWhatIsWrongWithAFile) {
  const TempFolder folder;
  const auto file = folder / "chip.json";
  std::ofstream(file) << R"({"name": "odd", "rows": 17})";
  EXPECT_THAT(message_of<FileError>([&] { read_chip(file); }),
              HasSubstr("\"rows\" is 17, it has to be a number from 1 to 16"));
  std::ofstream(file) << "ten tiles";
  EXPECT_THAT(message_of<FileError>([&] { read_chip(file); }), HasSubstr("is not a chip"));
  EXPECT_THAT(message_of<FileError>([] { find_chip("huge"); }), HasSubstr("tiny, small, full"));
}

TEST(ImageFile, ComesBackAsItWas) {
  CompileOptions options;
  options.iterations = 5;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Image image = compile(random_network(seed), find_chip("tiny"), {}, options).image;
    EXPECT_EQ(parse_image(serialise(image), "test"), image);
    EXPECT_EQ(digest(parse_image(serialise(image), "test")), digest(image));
  }
}

TEST(ImageFile, IsTheSameForTheSameSeed) {
  CompileOptions options;
  options.iterations = 30;
  const Network network = random_network(4);
  EXPECT_EQ(serialise(compile(network, find_chip("tiny"), {}, options).image),
            serialise(compile(network, find_chip("tiny"), {}, options).image));
}

TEST(ImageFile, ShowsEveryDamage) {
  CompileOptions options;
  options.iterations = 5;
  const std::string bytes = serialise(compile(random_network(1), find_chip("tiny"), {}, options).image);
  EXPECT_THROW(parse_image("", "test"), FileError);
  EXPECT_THAT(message_of<FileError>([] { parse_image("a text", "test"); }), HasSubstr("test is not an eddy image"));
  EXPECT_THROW(parse_image(bytes.substr(0, bytes.size() / 2), "test"), FileError);
  for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 300) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_THROW(parse_image(damaged, "test"), FileError) << "byte " << i;
  }
  EXPECT_THROW(read_image("/nowhere/at/all"), FileError);
}

TEST(Fit, SaysWhatIsMissingAndWhichChipWouldDo) {
  CompileOptions options;
  options.iterations = 10;
  const std::string message =
      message_of<FitError>([&] { compile(wide_network(200, 8), find_chip("tiny"), {}, options); });
  EXPECT_THAT(message, HasSubstr("does not fit on chip tiny"));
  EXPECT_THAT(message, HasSubstr("KB of memory in 4 tiles"));
  EXPECT_THAT(message, HasSubstr("Chip small would do"));
  EXPECT_THAT(message_of<FitError>([&] { compile(wide_network(2000, 64), find_chip("full"), {}, options); }),
              HasSubstr("No shipped chip would do"));
}

/// Memory enough in all tiles together, and none that holds the weights of four output channels.
TEST(Fit, SaysThatNoCutWasFoundWhereTheSumWouldFit) {
  Network network = wide_network(8, 200);
  Layer last = network.layers.back();
  last.name = "last";
  last.acc.c = last.out.c = 4;
  last.channels.resize(4);
  Port& port = last.ports.front();
  port.source = 1;
  port.c_count = 200;
  port.k_count = 4;
  port.y.taps = port.x.taps = 11;
  port.y.pad = port.x.pad = 5;
  port.weights.resize(std::size_t{4} * 200 * 11 * 11);
  for (std::size_t i = 0; i < port.weights.size(); ++i)
    port.weights[i] = static_cast<int>(i % 7) + 1;  // taps that differ
  network.layers.push_back(last);
  network.outputs.front() = {"out", 2, {4, 8, 8}, {}};
  EXPECT_THAT(message_of<FitError>([&] { compile(network, find_chip("tiny"), {}); }),
              AllOf(HasSubstr("no cut was found whose pieces fit tiles of 64 KB"), Not(HasSubstr("at least"))));
}

TEST(Fit, RefusesPixelsOfTooManyChannels) {
  Network network = wide_network(8, 4);
  network.layers[0].acc.c = network.layers[0].out.c = 5;
  EXPECT_THAT(message_of<FitError>([&] { compile(network, find_chip("tiny"), {}); }),
              HasSubstr("up to 4 channels, network wide has 5"));
}

TEST(Fit, NamesTheLimitThatAPartitionBreaks) {
  const Network network = wide_network(40, 160);
  // 40 slices of four channels: the gateway would have to send each row to 40 populations.
  Partition partition;
  for (int c = 0; c < 160; c += 4) partition.slices.push_back({1, 0, 0, c, 40, 40, 4, c / 10});
  EXPECT_THAT(message_of<FitError>([&] { encode(network, find_chip("small"), partition, {}); }),
              HasSubstr("sends one row to 40 axons, at most 32"));
  // The same on one tile: too many populations.
  for (Slice& s : partition.slices) s.tile = 0;
  partition.slices.resize(20);
  EXPECT_THAT(message_of<FitError>([&] { encode(network, find_chip("small"), partition, {}); }),
              HasSubstr("populations, has 16"));
}

TEST(Profile, CountsEventsByPlace) {
  const Network network = random_network(2);
  const auto frames = testing::random_frames(network, 1, 4);
  const LoadProfile profile = measured_profile(network, {{frames[0], frames[1]}, {frames[2], frames[3]}});
  ASSERT_EQ(profile.events.size(), network.layers.size());
  std::vector<double> counted(network.layers.size());
  for (const std::size_t first : {0U, 2U}) {
    GoldenEvents golden(network);
    golden.step(frames[first]);
    const FrameTrace trace = golden.step(frames[first + 1]);
    for (std::size_t l = 0; l < counted.size(); ++l) counted[l] += static_cast<double>(trace.events[l].size()) / 2;
  }
  for (std::size_t l = 0; l < counted.size(); ++l) {
    EXPECT_NEAR(std::accumulate(profile.events[l].begin(), profile.events[l].end(), 0.0), counted[l],
                1e-3 * counted[l]);
  }
  const LoadProfile none = measured_profile(network, {});
  EXPECT_EQ(none.events, dense_profile(network).events);
}

TEST(Report, SumsUp) {
  const Compiled compiled = compile(wide_network(64, 16), find_chip("small"), {});
  EXPECT_EQ(compiled.report.layers.size(), 1U);
  EXPECT_GE(compiled.report.tiles_used, 8);
  EXPECT_LT(compiled.report.largest_load, 1.5 * compiled.report.mean_load);
  double load = 0;
  for (const TileImage& t : compiled.image.tiles) load += t.expected_load;
  EXPECT_NEAR(load, compiled.report.layers[0].expected_load, 1e-6 * load);
  EXPECT_THAT(to_text(compiled.report), HasSubstr("conv"));
}

}  // namespace
}  // namespace eddy
