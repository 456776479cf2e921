// SPDX-License-Identifier: Apache-2.0
/// The hash by which a file of thresholds knows its network.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/import.hpp"
#include "file_bytes.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

const fs::path digits = fs::path(EDDY_TESTVECTORS) / "networks/digits/digits.onnx";

/// Of a copy in which `what`, which is there, is replaced by text of the same length.
std::string digest_with(const std::string& what, const std::string& instead) {
  std::string bytes = bytes_of(digits);
  int found = 0;
  for (auto at = bytes.find(what); at != std::string::npos; at = bytes.find(what, at + 1), ++found)
    bytes.replace(at, what.size(), instead);
  EXPECT_GT(found, 0);
  const TempFolder folder;
  std::ofstream(folder / "copy.onnx", std::ios::binary) << bytes;
  return network_digest(folder / "copy.onnx");
}

/// The bytes of a weight, as the file holds them.
std::string as_bytes(float weight) { return {reinterpret_cast<const char*>(&weight), sizeof weight}; }

TEST(NetworkDigest, IsOfArchitectureAndWeightsNotOfNames) {
  const std::string before = network_digest(digits);
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(before, digest_with("pool2", "other")) << "a name says nothing";
  const float weight = read_onnx(digits).layers.at(1).ports.at(0).weights.at(0);
  EXPECT_NE(before, digest_with(as_bytes(weight), as_bytes(2 * weight)));
}

TEST(NetworkDigest, DiffersBetweenModels) {
  const fs::path unit = fs::path(EDDY_TESTVECTORS) / "networks/unit";
  std::map<std::string, fs::path> seen;
  for (const auto& entry : fs::directory_iterator(unit)) {
    if (entry.path().extension() != ".onnx") continue;
    try {
      const auto [other, is_new] = seen.emplace(network_digest(entry.path()), entry.path());
      EXPECT_TRUE(is_new) << entry.path() << " and " << other->second;
    } catch (const Error&) {
      // Some of them are made to be refused.
    }
  }
  EXPECT_GT(seen.size(), 40U);
}

}  // namespace
}  // namespace eddy
