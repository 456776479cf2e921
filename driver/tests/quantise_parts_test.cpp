// SPDX-License-Identifier: Apache-2.0
/// Small parts of quantisation: the factor of a channel, a network's hash, the file of thresholds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/quantise.hpp"
#include "random_network.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Factor, IsNearestWithItsTopBitSet) {
  for (double factor = 1e-9; factor < 3e4; factor *= 1.37) {
    Requant r;
    set_factor(r, factor);
    EXPECT_GE(r.mul, 1U << 15);
    EXPECT_NEAR(std::ldexp(r.mul, -r.shift) / factor, 1, 0x1p-16) << factor;
  }
  Requant r;
  set_factor(r, 0.99999999);  // rounds up to a power of two
  EXPECT_EQ(r.mul, 1U << 15);
  EXPECT_EQ(r.shift, 15);
  set_factor(r, 0);
  EXPECT_EQ(r.mul, 0);
  set_factor(r, 1e-12);
  EXPECT_EQ(r.mul, 0);
}

TEST(Digest, ChangesWithWhatDecidesAResultOnly) {
  Network network = testing::random_network(3);
  const std::string before = digest(network);
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(before, digest(testing::random_network(3)));
  network.layers[1].name = "another";
  network.layers[1].scale *= 2;
  EXPECT_EQ(before, digest(network));
  network.layers[2].ports[0].weights[0] += 1;
  EXPECT_NE(before, digest(network));
}

TEST(ThresholdFile, IsReadAndItsMistakesAreNamed) {
  const TempFolder folder;
  const std::filesystem::path file = folder / "thresholds.json";
  const auto write = [&](const char* text) { std::ofstream(file) << text; };
  write(R"({"pixel": 2, "layers": {"*": 0.015625, "c4": 0.5, "c5": [0.25, 0]}})");
  const Thresholds t = read_thresholds(file);
  EXPECT_EQ(t.pixel, 2);
  EXPECT_EQ(t.share, 0.015625);
  EXPECT_EQ(t.layers, (std::map<std::string, std::vector<double>>{{"c4", {0.5}}, {"c5", {0.25, 0}}}));
  EXPECT_EQ(t.network, "") << "written by hand, for any network";
  const std::vector<std::pair<const char*, const char*>> cases{
      {"{", "parse error at line 1"},
      {"[]", "expected an object"},
      {R"({"pixels": 2})", "unknown key \"pixels\""},
      {R"({"pixel": 2.5})", "\"pixel\" is 2.5, expected a whole number"},
      {R"({"layers": 3})", "\"layers\" is 3"},
      {R"({"layers": {"c4": "x"}})", "\"c4\" is \"x\", expected a number"},
      {R"({"layers": {"c4": []}})", "\"c4\" is [], expected a share, or one for each channel"},
      {R"({"layers": {"c4": [0.1, "x"]}})", "\"c4\" is \"x\", expected a number"},
      {R"({"layers": {"*": [0.1, 0.2]}})", "\"*\" is [0.1,0.2], expected a number"},
      {R"({"network": 7})", "\"network\" is 7, expected a text"},
  };
  for (const auto& [bad, says] : cases) {
    write(bad);
    try {
      read_thresholds(file);
      ADD_FAILURE() << bad << " was taken";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("thresholds.json: "), HasSubstr(says), ::testing::Not(HasSubstr("json.exception"))));
    }
  }
  EXPECT_THROW(read_thresholds("no/such/file.json"), FileError);
}

TEST(ThresholdFile, IsReadAsItWasWritten) {
  const TempFolder folder;
  const std::filesystem::path file = folder / "thresholds.json";
  const Thresholds written{3, 1.0 / 64, {{"c1", {0.1}}, {"c2", {0, 1.0 / 3, 1}}}, "0123456789abcdef"};
  nlohmann::ordered_json json = to_json(written);
  json["made"] = {{"by", "hand"}};
  std::ofstream(file) << json;
  const Thresholds read = read_thresholds(file);
  EXPECT_EQ(read.pixel, written.pixel);
  EXPECT_EQ(read.share, written.share);
  EXPECT_EQ(read.layers, written.layers);
  EXPECT_EQ(read.network, written.network);
}

}  // namespace
}  // namespace eddy
