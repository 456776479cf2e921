// SPDX-License-Identifier: Apache-2.0
/// Runs that end before their time or differ, what they leave behind, and how to go on from there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

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

TEST_F(Program, ReportsWhatWasDoneWhenInterrupted) {
  // As soon as it says that it simulates, however long that takes; in a process group of its own, as from a terminal.
  const std::string interrupt_it =
      "bash -c 'set -m; \"$@\" > log 2>&1 & for i in $(seq 2000); do grep -q \"frame .* of\" log && break; "
      "sleep 0.1; done; kill -INT $!; wait $!; status=$?; cat log; exit $status' interrupted";
  const Ended ended = eddy("run --backend sim: --frames 556:676 --output tensors", interrupt_it);
  EXPECT_EQ(ended.status, 130) << ended.text;
  EXPECT_THAT(ended.text, Not(HasSubstr("MATCH")));
  EXPECT_THAT(ended.text, AllOf(HasSubstr("INTERRUPTED"), HasSubstr(":676")));
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"));
  EXPECT_EQ(json["interrupted"], true);
  EXPECT_EQ(json["match"], false);
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) EXPECT_NE(entry.path().extension(), ".part");
}

TEST_F(Program, ReportsADifferenceInTheFirstFrameAtTheCycleOfTheTrace) {
  // One event lost and another one doubled: the counts are right, the sums are not.
  const Ended ended = eddy(
      "run --model digits --chip tiny --frames 0:3 --fault drop-event:0,0:3 double-event:0,0:5 --trace events.txt");
  EXPECT_EQ(ended.status, 1) << ended.text;
  EXPECT_THAT(ended.text, HasSubstr("MISMATCH: frame 0"));
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"));
  EXPECT_EQ(json["match"], false);
  EXPECT_EQ(json["layers"][1]["events_in"], nullptr);
  const auto& at = json["first_mismatch"];
  ASSERT_TRUE(at.is_object());
  EXPECT_NE(at["expected"], at["got"]);
  const std::string event =
      fmt::format(" {} {} {} {}\n", at["y"].get<int>(), at["x"].get<int>(), at["c"].get<int>(), at["got"].get<int>());
  const std::string trace = bytes_of(folder_ / "events.txt");
  const auto line = trace.find("\n" + std::to_string(at["cycle"].get<std::uint64_t>()) + " ");
  ASSERT_NE(line, std::string::npos) << at;
  EXPECT_THAT(trace.substr(line), HasSubstr(event));
}

TEST_F(Program, ReportsWhatEndedARun) {
  const Ended ended = eddy("run --model digits --chip tiny --frames 0:6 --fault drop-event:0,0:100 --json also.json");
  EXPECT_EQ(ended.status, 5) << ended.text;
  EXPECT_THAT(ended.text, HasSubstr("FAILED after"));
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "also.json"));
  EXPECT_EQ(json["match"], false);
  EXPECT_THAT(json["failure"].get<std::string>(), HasSubstr("tile ("));
}

TEST_F(Program, SaysThatAFaultDidNotHappen) {
  expect("run digits --chip tiny --frames 0:1 --fault drop-event:0,0:3000000000 --json also.json", 0,
         "1 of 1 planted faults did not happen");
  EXPECT_THAT(bytes_of(folder_ / "also.json"), HasSubstr("did not happen"));
}

/// A run that failed is repeated from its report, to the cycle, here with waves.
TEST_F(Program, RepeatsARunFromItsReport) {
  expect("run digits --chip tiny --frames 0:6 --seed 3 --fault drop-event:0,0:100 --stall 0.3", 5, "FAILED after");
  fs::copy(folder_ / "out/run/report.json", folder_ / "failed.json");
  expect("run --replay failed.json --wave waves.fst", 5, "REPLAY: as in failed.json, to the cycle");
  EXPECT_TRUE(fs::exists(folder_ / "waves.fst"));
  // The replay's own report can be repeated as well.
  expect("run --replay out/run/report.json --quiet", 5, "REPLAY: as in out/run/report.json, to the cycle");

  auto report = nlohmann::json::parse(bytes_of(folder_ / "failed.json"));
  report["cycles"]["total"] = 17;
  write("other.json", report.dump());
  expect("run --replay=other.json", 1, "REPLAY: not as in other.json: cycles: 17, now ");
  report["finished"] = "yes";
  write("other.json", report.dump());
  expect("run --replay other.json", 6, "other.json: ");
  report["finished"] = true;
  report["provenance"]["image_digest"] = "0";
  write("other.json", report.dump());
  expect("run --replay other.json", 6, "model, clip, thresholds or this program changed since");
  write("other.json", "{}");
  expect("run --replay other.json", 6, "no report of a run");
  expect("run --replay gone.json", 6, "cannot be read");
}

/// What a run leaves behind that ends as no run should, here for a reader that goes away, can be repeated.
TEST_F(Program, GoesOnFromASavedState) {
  expect("run digits --chip tiny --frames 40:42 --save-state s", 0, "s: the state behind frame 41");
  expect("run digits --chip tiny --frames 40:44 --load-state s --json rest.json", 0, "MATCH");
  EXPECT_THAT(bytes_of(folder_ / "rest.json"), HasSubstr("\"frames_before\": 2"));
  expect("run digits --chip tiny --frames 40:44 --load-state s --json-lines", 0, "\"frames\":2,\"frame\":43");
  expect("run digits --chip tiny --frames 40:42 --load-state s", 2, "nothing is left to run");
  expect("run digits --chip tiny --frames 40:44 --load-state s --bits 10", 6, "saved with another image");
  expect("run digits --chip tiny --frames 40:44 --load-state none", 6, "none: cannot be read");
  expect("run digits --chip tiny --backend model: --save-state s", 2, "only sim: has");
  expect("run digits --chip tiny --save-every 2", 2, "--save-every requires --save-state");
}

TEST_F(Program, ARunThatIsCutOffLeavesItsBeginning) {
  eddy("run digits --chip tiny --frames 0:12 --json-lines | head -1");
  const auto report = nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"));
  EXPECT_EQ(report["finished"], false);
  EXPECT_EQ(report["match"], false);
  expect("run --replay out/run/report.json", 0, "tells of no end to compare with");
  EXPECT_EQ(nlohmann::json::parse(bytes_of(folder_ / "out/run/report.json"))["finished"], true);
}

class Faults : public Program, public ::testing::WithParamInterface<const char*> {};

/// A chip that loses or doubles one message: noticed by count or watchdog, and the tile is named.
TEST_P(Faults, AreFoundAndPlaced) {
  const Ended ended = eddy(fmt::format("selftest --fault {}", GetParam()));
  EXPECT_EQ(ended.status, 5) << ended.text;
  EXPECT_THAT(ended.text, HasSubstr("tile ("));
}

INSTANTIATE_TEST_SUITE_P(Program, Faults,
                         ::testing::Values("drop-event:0,0:100", "double-event:0,0:100", "drop-token:0,0:50",
                                           "drop-credit:0,0:3"));

}  // namespace
}  // namespace eddy
