// SPDX-License-Identifier: Apache-2.0
/// Bad input of the program: each message names what is wrong, and the exit status is that of its kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "program.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Ended;
using ::testing::HasSubstr;
using testing::Program;

TEST_F(Program, NamesBadModels) {
  write("text.onnx", "hello\n");
  write("cut.onnx", bytes_of(EDDY_TESTVECTORS "/networks/digits/digits.onnx").substr(0, 2000));
  expect("run --model nothing.onnx", 6, "nothing.onnx");
  expect("run --model text.onnx", 3, "text.onnx is no ONNX model");
  expect("run --model cut.onnx", 3, "cut.onnx is cut off");
  const Ended three = eddy("check --quick --model " + unit_ + "unsupported_three.onnx");
  EXPECT_EQ(three.status, 3);
  EXPECT_THAT(three.text, AllOf(HasSubstr("gate"), HasSubstr("lengths"), HasSubstr("larger")));
}

TEST_F(Program, SaysWhichChipWouldDo) {
  expect("run --chip tiny --backend model:", 4, "small");
  expect("check --quick --chip tiny --model " + unit_ + "too_large.onnx", 4, "tiny", "timeout 20");
}

TEST_F(Program, NamesBadClips) {
  write("empty.avi", "");
  fs::create_directories(folder_ / "none");
  expect("run --backend model: --clip gone.mp4", 6, "gone.mp4");
  expect("run --backend model: --clip empty.avi", 6, "empty.avi");
  expect("run --backend model: --clip none", 6, "none holds no frame");
  expect("run --model digits --chip tiny --backend model: --frames 90:99", 6, "48 frames");
  expect("run --model digits --chip tiny --backend model: --frames 5:5", 2, "5:5");
}

TEST_F(Program, NamesBadChipsAndBackends) {
  write("chip.json", R"({"rows": 99})");
  expect("run --chip chip.json", 6, "\"rows\" is 99");
  expect("run --chip nosuch", 6, "tiny, small, full");
  write("wide.json", R"({"rows": 1, "columns": 1, "banks": 4, "lanes": 4, "axi_bits": 64, "scan_pixels": 16})");
  expect("run --chip wide.json", 6, "\"axi_bits\" is 64, it has to be 128");
  expect("run --backend telepathy:", 2, "telepathy:");
  expect("run --backend model: --wave out.fst", 2, "need the simulator");
  expect("run --wave out.fst --wave-from 9 --wave-to 8", 2, "--wave-from");
  expect("run --wave gone/out.fst", 6, "gone/out.fst");
  expect("run --fault drop-event:0,0:0", 2, "counts from 1");
}

TEST_F(Program, NamesBadOptions) {
  expect("", 2, "subcommand");
  expect("run --nonsense", 2, "--nonsense");
  expect("run --theta 7", 2, "--theta");
  expect("run --seed -1", 2, "--seed");
  expect("run --model digits --bits 99 --backend model:", 2, "bits");
  expect("run --model digits --bits nolayer=9 --backend model:", 2, "nolayer");
  expect("run --model digits --weights int3 --backend model:", 2, "int16, int8, int4, int2");
  expect("run --model digits --weights c2=int5 --backend model:", 2, "--weights c2=int5");
  expect("run --model digits --weights nolayer=int4 --backend model:", 2, "nolayer");
  expect("run --model digits --weights input=int4 --backend model:", 2, "it is the input");
  expect("run --model digits --budget 1% --backend model:", 2, "--budget goes with --weights auto");
  expect("run --model digits --weights auto --budget much --backend model:", 2, "--budget much");
  expect("run --model digits --weights auto --budget 0 --backend model:", 2, "above 0");
  expect("run --model digits --mode sideways", 2, "--mode sideways");
  expect("run --model digits --mode temporal,nolayer=spatial --backend model:", 2, "nolayer");
  expect("run --model digits --state-budget 1KB", 2, "--state-budget goes with --mode auto");
  for (const std::string budget : {"much", "-3KB", "0.5x", "3GB"})
    expect("run --model digits --mode auto --state-budget=" + budget, 2, "--state-budget " + budget);
  expect("run --model digits --weights auto --budget 101% --backend model:", 2, "up to 100 %");
  expect("check digits --bound 2%", 2, "go with --referee");
  expect("check digits --referee onnxruntime --bound 2dB", 2, "--bound 2dB");
  expect("check digits --referee onnxruntime --quick", 2, "--quick runs no frame");
  expect("check digits --referee tensorflow", 2, "tensorflow");
  write("thresholds.json", R"({"pixels": 2})");
  expect("run --model digits --thresholds thresholds.json", 2, "pixels");
}

TEST_F(Program, NamesPlacesThatCannotBeWrittenBeforeItRuns) {
  write("file", "");
  expect("run --out file", 6, "file: cannot be made");
  expect("run --json file/report.json", 6, "file: cannot be made");
}

TEST_F(Program, RefusesWhatIsNoImage) {
  write("no.eddy", "nothing");
  expect("inspect no.eddy", 6, "no.eddy");
}

TEST_F(Program, TakesNamesThatAreNoText) {
  fs::copy(EDDY_TESTVECTORS "/networks/digits/digits.onnx", folder_ / "u\xff.onnx");
  expect("run --model u\xff.onnx --chip tiny --backend model: --frames 0:2 --clip " EDDY_TESTVECTORS
         "/networks/digits/digits.npy",
         0, "MATCH");
}

}  // namespace
}  // namespace eddy
