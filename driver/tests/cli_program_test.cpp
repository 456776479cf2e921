// SPDX-License-Identifier: Apache-2.0
/// The program as its user has it: what it prints, its exit status, what it leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Program;

TEST_F(Program, RunsADigitsRunAndWritesItsReport) {
  const Ended ended = eddy("run --model digits --chip tiny --backend model: --json also.json --output tensors");
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text, AllOf(HasSubstr("MATCH: "), HasSubstr("out/run/report.json"), HasSubstr("skipped")));
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"));
  EXPECT_EQ(json["schema"], "eddy.run/1");
  EXPECT_EQ(json["match"], true);
  EXPECT_EQ(json["frames"], 48);
  std::int64_t events = 0;
  for (const auto& layer : json["layers"]) events += layer["events_out"].get<std::int64_t>();
  EXPECT_EQ(json["events_checked"], events);
  EXPECT_GT(events, 5000);
  EXPECT_TRUE(json.contains("task"));
  EXPECT_EQ(bytes_of(folder_ / "also.json"), bytes_of(folder_ / "out/run/report.json"));
  EXPECT_TRUE(fs::exists(folder_ / "tensors/scores.npy"));
}

TEST_F(Program, TellsWhenEachLayerWasAtWork) {
  for (const char* backend : {"sim:", "perf:"}) {
    expect(fmt::format("run digits --chip tiny --frames 0:3 --backend {} --json timed.json", backend), 0, "MATCH");
    const auto json = nlohmann::json::parse(bytes_of(folder_ / "timed.json"));
    ASSERT_EQ(json["timeline"].size(), 3U) << backend;
    for (const auto& frame : json["timeline"]) {
      std::uint64_t end_of_source = frame["first_pixel"];
      ASSERT_EQ(frame["layers"].size(), json["layers"].size());
      for (const auto& layer : frame["layers"]) {
        EXPECT_LE(layer[0], layer[1]);
        EXPECT_LE(end_of_source, layer[1]) << "a chain: no layer ends before the one that feeds it";
        end_of_source = layer[1];
      }
      EXPECT_LE(end_of_source, frame["last_result"]) << backend;
    }
  }
  expect("run digits --chip tiny --frames 0:3 --backend model: --json timed.json", 0, "MATCH");
  EXPECT_THAT(bytes_of(folder_ / "timed.json"), HasSubstr("\"timeline\": []"));
}

TEST_F(Program, SaysNothingButTheVerdictWhenQuiet) {
  const Ended ended = eddy("run digits --backend model: --quiet");
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.text, ::testing::MatchesRegex("MATCH: [^\n]*\n"));
  expect("run digits --backend model: --quiet --json-lines", 2, "--quiet");
}

TEST_F(Program, TellsARunAsJsonLines) {
  const Ended ended = eddy("run digits --chip tiny --frames 2:12 --json-lines");
  EXPECT_EQ(ended.status, 0) << ended.text;
  std::istringstream text(ended.text);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  ASSERT_GE(lines.size(), 13U) << "start, ten frames, verdict, files";
  EXPECT_EQ(lines.front()["type"], "start");
  EXPECT_EQ(lines.front()["frames"], 10);
  EXPECT_GT(lines.front()["expected_cycles"], 0);
  const auto report = nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"));
  const auto& verdict = lines.at(lines.size() - 2);
  EXPECT_EQ(verdict["type"], "verdict");
  EXPECT_EQ(verdict["match"], true);
  EXPECT_EQ(verdict["exit_status"], 0);
  EXPECT_EQ(verdict["events_checked"], report["events_checked"]);
  EXPECT_EQ(lines.back()["files"].back(), "out/run/report.json");
  std::vector<int> frames;
  std::int64_t events = 0;
  for (const auto& line : lines) {
    if (line["type"] != "progress") continue;
    EXPECT_GE(line["events_checked"], events);
    events = line["events_checked"];
    if (!line["frame"].is_null()) frames.push_back(line["frame"]);
  }
  for (int f = 2; f < 12; ++f) EXPECT_THAT(frames, ::testing::Contains(f));
  EXPECT_EQ(events, verdict["events_checked"]);
}

TEST_F(Program, TellsWhatEndedARunAsJsonLines) {
  const Ended ended = eddy("run digits --chip tiny --frames 0:6 --json-lines --fault drop-event:0,0:100");
  EXPECT_EQ(ended.status, 5) << ended.text;
  EXPECT_THAT(ended.text, AllOf(HasSubstr(R"("match":false)"), HasSubstr(R"("exit_status":5)")));
}

/// What a layer sends is what its readers know: the tap of a fused layer changes nothing of the run.
TEST_F(Program, InnerLayersCanBeTapped) {
  expect("run --model digits --backend model: --json plain.json", 0, "MATCH");
  expect("run --model digits --backend model: --json tapped.json --tap nothing", 3,
         "tap \"nothing\": no tensor and no node has this name");
  expect("run --model digits --backend model: --json tapped.json --tap pool2 --output tensors", 0, "MATCH");
  const auto plain = nlohmann::json::parse(bytes_of(folder_ / "plain.json"));
  const auto tapped = nlohmann::json::parse(bytes_of(folder_ / "tapped.json"));
  EXPECT_EQ(plain["layers"], tapped["layers"]);
  EXPECT_TRUE(fs::exists(folder_ / "tensors/pool2.npy"));
  EXPECT_TRUE(fs::exists(folder_ / "tensors/scores.npy"));
}

TEST_F(Program, SelftestIsGoodOnTheModel) { expect("selftest --backend model:", 0, "self-test: good"); }

TEST_F(Program, WorksWithoutTheClip) {
  // The network's own clip is named in input.json: one that is not there.
  fs::copy(EDDY_TESTVECTORS "/networks/people/people.onnx", folder_);
  write("input.json",
        R"({"channels": "gray", "scale": 0.00392156862745098, "clip": "gone.avi", "clip_package": "a-package"})");
  const Ended ended = eddy("run --model people.onnx --backend model: --frames 0:2");
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text, AllOf(HasSubstr("a-package"), HasSubstr("GENERATED")));
  EXPECT_EQ(nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"))["generated_clip"], true);
}

TEST_F(Program, ScalesAClipOfAnotherSizeAndSaysSo) {
  write("frames.pgm", fmt::format("P5 20 10 255\n{}", std::string(200, 'x')));
  fs::create_directories(folder_ / "clip");
  fs::rename(folder_ / "frames.pgm", folder_ / "clip/1.pgm");
  expect("run --model digits --chip tiny --backend model: --clip clip --frames 0:1", 0, "20x10 are scaled to 8x8");
}

/// Each way out that is listed is one: the program that is given it says that the network fits.
TEST_F(Program, SaysWhatWouldMakeANetworkFit) {
  write("chip.json", R"({"rows": 1, "columns": 1, "banks": 2, "lanes": 4, "axi_bits": 128, "scan_pixels": 16})");
  for (const std::string name : {"resnet_block", "u_net"}) {
    const std::string check =
        fmt::format("check {0}{1}.onnx --clip {0}frames/{1}.npy --quick --chip chip.json ", unit_, name);
    const Ended ended = eddy(check);
    EXPECT_EQ(ended.status, 4) << ended.text;
    EXPECT_THAT(ended.text, HasSubstr("Chip tiny would do"));
    std::istringstream lines(ended.text.substr(ended.text.find("each of them compiled:")));
    std::string line;
    std::getline(lines, line);
    int ways = 0;
    for (; std::getline(lines, line); ++ways) expect(check + line.substr(0, line.find(": ")), 0, "fits");
    EXPECT_EQ(ways, name == "u_net" ? 1 : 2) << ended.text;
  }
}

TEST_F(Program, ChoosesWhatLayersSend) {
  expect("compile --model digits --chip tiny --mode auto --state-budget 60% -o d.eddy --json d.json", 0, "as chosen");
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "d.json"));
  const auto choice = json["mode_choice"];
  EXPECT_LE(choice["chosen"]["state_bytes"], 0.6 * choice["temporal"]["state_bytes"].get<double>());
  std::set<std::string> modes;
  for (const auto& layer : json["layers"]) modes.insert(layer["mode"]);
  EXPECT_THAT(modes, ::testing::UnorderedElementsAre("spatial", "temporal"));
  expect("run --model digits --chip tiny --backend model: --mode auto --state-budget 60% --weights auto --json r.json",
         0, "MATCH");
  const auto report = nlohmann::json::parse(bytes_of(folder_ / "r.json"));
  EXPECT_EQ(report["mode_choice"]["chosen"], choice["chosen"]);
  EXPECT_TRUE(report["weight_choice"].is_object());
  expect("run --model digits --chip tiny --backend model: --mode temporal,c1=spatial --json r.json", 0, "MATCH");
  const auto named = nlohmann::json::parse(bytes_of(folder_ / "r.json"));
  EXPECT_EQ(named["layers"][1]["mode"], "spatial");
  EXPECT_EQ(named["layers"][2]["mode"], "temporal");
  EXPECT_EQ(named["mode_choice"], nullptr);
}

/// Every layer beside the model's own tensors: skipped where ONNX Runtime is not installed.
TEST_F(Program, TakesTheFastestOfSeveralPartitions) {
  expect("compile digits --chip tiny --partitions 3 -o fastest.eddy --json report.json", 0, "the fastest of 3");
  const auto choice = nlohmann::json::parse(bytes_of(folder_ / "report.json"))["partition_choice"];
  ASSERT_EQ(choice["trials"].size(), 3U);
  for (const auto& trial : choice["trials"]) EXPECT_GT(trial["cycles"]["first"], trial["cycles"]["next"]);
  expect(fmt::format("compile digits --chip tiny --seed {} -o again.eddy", choice["seed"].get<int>()), 0, "Image");
  EXPECT_EQ(bytes_of(folder_ / "again.eddy"), bytes_of(folder_ / "fastest.eddy"));
}

TEST_F(Program, ChecksEachLayerBesideTheReferee) {
  const std::string resnet = fmt::format("{0}resnet_block.onnx --clip {0}frames/resnet_block.npy ", unit_);
  const Ended ended = eddy("check " + resnet + "--referee onnxruntime --json c.json");
  if (ended.text.find("scripts/setup referee") != std::string::npos) GTEST_SKIP() << ended.text;
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text, AllOf(HasSubstr("beside ONNX Runtime"), HasSubstr("import: every layer is within")));
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "c.json"));
  EXPECT_EQ(json["schema"], "eddy.check/1");
  EXPECT_EQ(json["layers"]["layers"].size(), 6U);
  EXPECT_EQ(json["layers"]["first_over"]["integers"], nullptr);
  const std::string coarse = "check " + resnet + "--referee onnxruntime --weights int8,main1=int2 ";
  expect(coarse, 1, "integers: layer main1 (tensor main1_relu) is the first OVER");
  expect(coarse + "--bound 100%", 0, "integers: every layer is within");
  expect(coarse + "--bound 100% --import-bound 0", 1, "import: layer stem (tensor stem_relu) is the first OVER");
}

TEST_F(Program, CompilesAndInspects) {
  expect("compile --model digits --chip tiny -o d.eddy --json d.json", 0, "d.eddy");
  expect("inspect d.eddy", 0, "TabOutAxon");
  expect("inspect d.eddy --json", 0, "eddy.image/1");
  expect("inspect digits", 0, "3x3 of image");
  EXPECT_EQ(nlohmann::json::parse(bytes_of(folder_ / "d.json"))["schema"], "eddy.compile/1");
}

TEST_F(Program, KeepsWeightsInTheFormatsThatAreAsked) {
  expect("compile --model digits --chip tiny --weights int4,c1=int2 -o d.eddy --json d.json", 0, "int4");
  const Ended ended = eddy("inspect d.eddy");
  EXPECT_THAT(ended.text, AllOf(HasSubstr("3x3 int2"), HasSubstr("3x3 int4"), Not(HasSubstr("int8"))));
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "d.json"));
  EXPECT_EQ(json["layers"][0]["weights"], "int2");
  EXPECT_EQ(json["layers"][1]["weights"], "int4");
  const auto bytes = json["weight_bytes"];
  EXPECT_GT(bytes["int4"], bytes["int2"]);
  EXPECT_FALSE(bytes.contains("int8"));
}

TEST_F(Program, ChoosesFormatsOfWeightsForABudget) {
  expect("compile --model digits --chip tiny --weights auto --budget 2% -o d.eddy --json d.json", 0, "chosen");
  const auto choice = nlohmann::json::parse(bytes_of(folder_ / "d.json"))["weight_choice"];
  EXPECT_LE(choice["error"]["after"], choice["error"]["before"].get<double>() + 0.02);
  EXPECT_LT(choice["bytes"]["after"], choice["bytes"]["before"]);
  EXPECT_EQ(choice["prices"].size(), 6U);
}

TEST_F(Program, WritesItsReportIntoAPipe) {
  const Ended ended = eddy("run --model digits --chip tiny --backend model: --frames 0:2 --json /dev/stdout");
  EXPECT_EQ(ended.status, 0) << ended.text;
  EXPECT_THAT(ended.text, HasSubstr("\"schema\": \"eddy.run/1\""));
  EXPECT_EQ(eddy("chips >/dev/full").status, 6);
}

}  // namespace
}  // namespace eddy
