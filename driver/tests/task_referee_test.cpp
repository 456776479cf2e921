// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/import.hpp"
#include "eddy/referee.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A network with an input of [1][2][1][2] and two outputs, and programs in place of Python that give answers to it.
class RefereeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    graph_.inputs = {{"in", {1, 2, 1, 2}, false, {2, 1, 2}}};
    network_.outputs = {{"a", 0, {2, 1, 1}, {}}, {"b", 0, {1, 1, 1}, {}}};
  }

  /// A shell that is given `text` as its script.
  [[nodiscard]] RefereeProgram program(const std::string& text) const {
    std::ofstream(folder_ / "script") << "if [ $# = 0 ]; then echo Judge 1.0; exit; fi\n" << text;
    return {"/bin/sh", folder_ / "script"};
  }
  /// float32 values as the shell's printf writes them.
  static std::string bytes(const std::vector<float>& values) {
    std::string text = "printf '";
    for (const float value : values) {
      for (const auto byte : std::bit_cast<std::array<unsigned char, 4>>(value)) text += fmt::format("\\{:03o}", byte);
    }
    return text + "'\n";
  }
  static void add(Referee& referee, float first) {
    referee.add_frame(Picture{{2, 1, 2}, {10, 20, 11, 21}, {}},
                      std::vector<OutputValues>{{"a", {2, 1, 1}, {first, 2}}, {"b", {1, 1, 1}, {3}}});
  }
  template <typename F>
  static std::string file_error(F f) {
    try {
      f();
    } catch (const FileError& error) {
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  TempFolder folder_;
  Graph graph_;
  Network network_;
  InputSpec spec_;
};

TEST_F(RefereeTest, ComparesEachOutputInTheOrderOfFrames) {
  Referee referee("model.onnx", graph_, network_, spec_, program(bytes({1, 2, 3, 4, 2, 3.5})));
  EXPECT_EQ(referee.name(), "Judge 1.0");
  add(referee, 1);
  add(referee, 2);
  const auto result = referee.finish();
  ASSERT_EQ(result.size(), 2U);
  EXPECT_EQ(result[0].name, "a");
  EXPECT_EQ(result[0].frames[0].largest, 0);
  EXPECT_EQ(result[0].frames[1].largest, 2);
  EXPECT_EQ(result[0].all.values, 4);
  EXPECT_EQ(result[1].all.largest, 0.5);
}

TEST_F(RefereeTest, HandsOverModelFramesAndNamesOfOutputs) {
  const auto copy = folder_ / "frames.npy", seen = folder_ / "arguments";
  spec_.mean = {10, 20};
  spec_.scale = 1;
  {
    Referee referee("the model.onnx", graph_, network_, spec_,
                    program(fmt::format("cp \"$2\" {}\necho \"$1,$3,$4,$5\" >{}\n{}", copy.string(), seen.string(),
                                        bytes({1, 2, 3}))));
    add(referee, 1);
    referee.finish();
  }
  std::ifstream stream(seen);
  std::string line;
  std::getline(stream, line);
  EXPECT_EQ(line, "the model.onnx,--,a,b");
  const Array frames = read_npy(copy);
  EXPECT_THAT(frames.dims, ::testing::ElementsAre(1, 1, 2, 1, 2));
  EXPECT_THAT(frames.values, ::testing::ElementsAre(0, 1, 0, 1));  // channels first, less the mean
}

TEST_F(RefereeTest, MissingPythonIsSaidBeforeTheRun) {
  EXPECT_THAT(file_error([&] {
                Referee("m", graph_, network_, spec_, {folder_ / "python", folder_ / "x"});
              }),
              HasSubstr("run scripts/setup referee"));
}

TEST_F(RefereeTest, MissingRuntimeIsSaidBeforeTheRun) {
  std::ofstream(folder_ / "script") << "echo \"No module named 'onnxruntime'\" >&2; exit 3";
  const auto message = file_error([&] { Referee("m", graph_, network_, spec_, {"/bin/sh", folder_ / "script"}); });
  EXPECT_THAT(message, HasSubstr("No module named"));
  EXPECT_THAT(message, HasSubstr("run scripts/setup referee"));
}

TEST_F(RefereeTest, AnswersThatEndTooSoonAreAnError) {
  Referee referee("m", graph_, network_, spec_, program(bytes({1, 2, 3, 4}) + "echo out of memory >&2; exit 1"));
  add(referee, 1);
  add(referee, 1);
  EXPECT_THAT(file_error([&] { referee.finish(); }), HasSubstr("no answer to frame 1 of the run: out of memory"));
}

TEST_F(RefereeTest, AFailureAtTheEndIsAnError) {
  Referee referee("m", graph_, network_, spec_, program(bytes({1, 2, 3}) + "exit 1"));
  add(referee, 1);
  EXPECT_THAT(file_error([&] { referee.finish(); }), HasSubstr("Judge 1.0 failed"));
}

TEST(Referee, OnnxRuntimeGivesTheStoredAnswers) {
  const fs::path folder = fs::path(EDDY_TESTVECTORS) / "networks/digits";
  const Graph graph = import_onnx(folder / "digits.onnx");
  const InputSpec spec = input_spec_for(graph, folder / "digits.onnx");
  Network network;
  network.outputs = {{graph.outputs[0].name, graph.outputs[0].layer, {10}, {}}};
  std::unique_ptr<Referee> referee;
  try {
    referee = std::make_unique<Referee>(folder / "digits.onnx", graph, network, spec);
  } catch (const FileError& error) {
    GTEST_SKIP() << error.what();
  }
  const Array stored = read_npy(folder / "float_reference.npy");
  const auto pictures = read_pictures(spec.clip, spec, graph.layers[0].out, {}, 48);
  for (std::size_t f = 0; f < pictures.size(); ++f) {
    const auto from = stored.values.begin() + static_cast<std::ptrdiff_t>(10 * f);
    referee->add_frame(pictures[f], std::vector<OutputValues>{{"scores", {10, 1, 1}, {from, from + 10}}});
  }
  const auto result = referee->finish();
  ASSERT_EQ(result.size(), 1U);
  EXPECT_EQ(result[0].frames.size(), 48U);
  EXPECT_LT(result[0].all.largest, 1e-4);
  EXPECT_GT(result[0].all.correlation, 0.99999);
}

}  // namespace
}  // namespace eddy
