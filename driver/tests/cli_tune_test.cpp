// SPDX-License-Identifier: Apache-2.0
/// `eddy tune`, and what becomes of its file of thresholds.
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::Not;

class TuneProgram : public testing::Program {
 protected:
  const std::string digits_ = EDDY_TESTVECTORS "/networks/digits/digits.npy";

  [[nodiscard]] nlohmann::json json(const std::string& name) const {
    return nlohmann::json::parse(bytes_of(folder_ / "out/tune" / name));
  }
  /// The command that a run of `tune` ends with, without the program.
  static std::string command_of(const std::string& text) {
    const std::string before = "Run it: eddy ";
    const auto at = text.rfind(before) + before.size();
    return text.substr(at, text.find('\n', at) - at);
  }
};

TEST_F(TuneProgram, ChoosesThresholdsThatARunTakes) {
  const Ended ended = eddy(fmt::format("tune digits {} --chip tiny --loss 1%", digits_));
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text, AllOf(HasSubstr("TUNED: "), HasSubstr("accuracy"), HasSubstr("held out")));
  const auto report = json("tune.json");
  EXPECT_EQ(report["schema"], "eddy.tune/1");
  EXPECT_EQ(report["finished"], true);
  EXPECT_LE(report["tuned"]["loss"], 0.01);
  EXPECT_LT(report["tuned"]["macs_done"], report["dense"]["macs_done"]);
  const std::string curve = bytes_of(folder_ / "out/tune/curve.csv");
  EXPECT_EQ(std::count(curve.begin(), curve.end(), '\n'), 1 + static_cast<long>(report["trials"].size()));
  EXPECT_THAT(curve, HasSubstr("trial,done,loss,error,quality,front,chosen,pixel,c1"));
  EXPECT_EQ(command_of(ended.text),
            fmt::format("run --model digits --clip {} --chip tiny --thresholds out/tune/thresholds.json", digits_));
  const Ended run = eddy(command_of(ended.text) + " --backend model:");
  EXPECT_EQ(run.status, 0) << run.text;
  const auto used = nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"))["thresholds"];
  EXPECT_EQ(used["layers"], json("thresholds.json")["layers"]);
}

TEST_F(TuneProgram, ItsThresholdsAreForOneNetworkOnly) {
  expect("tune digits --chip tiny --trials 4", 0, "trials were over");
  const std::string other = "run --model " + unit_ + "resnet_block.onnx --backend model: --frames 0:2 --thresholds ";
  expect(other + "out/tune/thresholds.json", 2, "take \"network\" out of the file");
  // A tap changes the layers, and not the network.
  expect("run --model digits --chip tiny --backend model: --tap pool2 --thresholds out/tune/thresholds.json", 0,
         "MATCH");
  expect(
      "run --model digits --chip tiny --backend model: --weights int4 --bits 10 --thresholds "
      "out/tune/thresholds.json",
      0, "MATCH");
  auto by_hand = json("thresholds.json");
  by_hand.erase("network");
  by_hand["layers"] = {{"*", 0.1}};
  write("hand.json", by_hand.dump());
  expect(other + "hand.json", 0, "MATCH");
}

/// Thresholds of another network beside the model: tune is what the message of a run says to do.
TEST_F(TuneProgram, TakesTheUsualWhereThereAreOthersForAnotherNetwork) {
  fs::create_directories(folder_ / "mine");
  fs::copy(EDDY_TESTVECTORS "/networks/digits/digits.onnx", folder_ / "mine/net.onnx");
  write("mine/thresholds.json", R"({"network": "0123456789abcdef", "layers": {"nolayer": 0.5}})");
  const std::string with_clip = fmt::format(" mine/net.onnx {} --chip tiny", digits_);
  expect("run --backend model:" + with_clip, 2, "make new ones with `eddy tune`");
  expect("tune --trials 4 --metric error" + with_clip, 0, "TUNED: ");
}

TEST_F(TuneProgram, AsksACommandForQuality) {
  write("score.sh", "test -s \"$1/scores.npy\" || exit 9\necho judging >&2\nwc -l < \"$1/frames.txt\"\n");
  const Ended ended = eddy("tune digits --chip tiny --trials 5 --metric 'sh score.sh'");
  EXPECT_EQ(ended.status, 0) << ended.text;
  const auto report = json("tune.json");
  EXPECT_EQ(report["dense"]["quality"], report["frames"]) << "a number for each frame";
  EXPECT_EQ(report["made"]["metric"], "sh score.sh");
}

TEST_F(TuneProgram, NamesWhatIsWrong) {
  expect("tune digits --chip tiny --loss much", 2, "--loss much");
  expect("tune digits --chip tiny --loss 0", 2, "above 0");
  expect("tune digits --chip tiny --metric 'echo many;:'", 2, "its last line is \"many\", expected one number");
  expect("tune digits --chip tiny --metric 'exit 3;'", 2, "ended with status 3");
  expect("tune digits --chip tiny --metric 'echo 0;:'", 2, "is 0 for the dense network");
  expect("tune " + unit_ + "resnet_block.onnx --metric task", 2, "--metric error does without");
  expect("tune digits --chip tiny --frames 0:5", 2, "5 frames are too few");
  expect("tune digits - --chip tiny", 2, "standard input has to be a file first", "head -c 6400 /dev/zero |");
  EXPECT_FALSE(fs::exists(folder_ / "out/tune/thresholds.json"));
}

TEST_F(TuneProgram, WritesTheBestSoFarWhenItIsInterrupted) {
  const Ended ended =
      eddy("tune digits --chip tiny --metric 'sleep 1; echo 1;:'", "timeout --foreground --preserve-status -s INT 10");
  EXPECT_EQ(ended.status, 130) << ended.text;
  EXPECT_THAT(ended.text, AllOf(HasSubstr("INTERRUPTED"), HasSubstr("TUNED: ")));
  EXPECT_EQ(json("tune.json")["interrupted"], true);
  EXPECT_TRUE(json("thresholds.json").contains("network"));
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) EXPECT_NE(entry.path().extension(), ".part");
}

}  // namespace
}  // namespace eddy
