// SPDX-License-Identifier: Apache-2.0
/// What thresholds cost and save on frames of a clip.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/import.hpp"
#include "temp_folder.hpp"
#include "tune/bench.hpp"

namespace eddy {
namespace {

const Prepared& digits() {
  static const Prepared prepared = [] {
    PrepareOptions options;
    options.model = EDDY_TESTVECTORS "/networks/digits";
    options.chip = "tiny";
    return prepare(options);
  }();
  return prepared;
}

std::vector<int> firsts(const std::vector<Window>& windows) {
  std::vector<int> result;
  for (const Window& window : windows) result.push_back(window.first);
  return result;
}

TEST(Windows, EveryThirdIsHeldOut) {
  const Windows w = read_windows(digits(), 6, 4);
  EXPECT_EQ(firsts(w.tuned), (std::vector<int>{0, 4, 12, 16, 24, 28, 36, 40}));
  EXPECT_EQ(firsts(w.held_out), (std::vector<int>{8, 20, 32, 44}));
  for (const Window& window : w.tuned) EXPECT_EQ(window.pictures.size(), 4U);
}

TEST(Windows, OfAShortClipAreShorter) {
  const Windows w = read_windows(digits(), 6, 40);
  EXPECT_EQ(firsts(w.tuned), (std::vector<int>{0, 16}));
  EXPECT_EQ(firsts(w.held_out), (std::vector<int>{32}));
  EXPECT_EQ(w.tuned[0].pictures.size(), 16U);
}

TEST(Bench, MeasuresWhatTheEventModelDoes) {
  const Prepared& p = digits();
  const Windows w = read_windows(p, 6, 4);
  Bench bench(p, w.tuned, nullptr, {});
  EXPECT_EQ(bench.frames(), 16) << "the second half of each window";
  EXPECT_EQ(bench.dense().error, 0);
  EXPECT_EQ(bench.measure({}).loss, 0) << "thresholds 0 are the dense network";
  Thresholds thresholds{3, 0.1, {}, {}};
  const Trial trial = bench.measure(thresholds);
  Network network = p.network();
  set_thresholds(network, p.graph, thresholds);
  std::int64_t done = 0;
  for (const Window& window : w.tuned) {
    GoldenEvents golden(network);
    for (std::size_t f = 0; f < window.pictures.size(); ++f) {
      const FrameTrace trace = golden.step(to_frame(network, window.pictures[f]));
      for (const LayerCounts& counts : trace.counts) done += f >= 2 ? counts.macs_done : 0;
    }
  }
  EXPECT_EQ(trial.macs_done, done);
  EXPECT_LT(done, bench.dense().macs_done);
  EXPECT_GT(trial.error, 0);
  EXPECT_NEAR(trial.loss, trial.error, 1e-12);
}

TEST(Bench, EndsWhenItIsStopped) {
  const Windows w = read_windows(digits(), 6, 4);
  bool stop = false;
  Bench bench(digits(), w.tuned, nullptr, [&] { return stop; });
  stop = true;
  EXPECT_THROW(bench.measure({}), Stopped);
}

TEST(Tune, StaysWithinTheLossAndSavesMoreForMore) {
  double before = 1;
  for (const double loss : {0.002, 0.01, 0.05}) {
    TuneOptions options;
    options.loss = loss;
    options.metric = "error";
    const TuneResult result = tune(digits(), options);
    EXPECT_TRUE(result.finished);
    EXPECT_EQ(result.metric, "error");
    EXPECT_LE(result.tuned().loss, loss);
    EXPECT_LT(result.tuned().done(), before);
    before = result.tuned().done();
    ASSERT_TRUE(result.held_out.has_value());
    EXPECT_GT(result.held_out->tuned.error, 0);
  }
}

TEST(Tune, ItsFileIsOfThisNetwork) {
  TuneOptions options;
  options.trials = 6;
  const TuneResult result = tune(digits(), options);
  EXPECT_EQ(result.trials.size(), 6U);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(result.metric, "accuracy");
  const TempFolder folder;
  std::ofstream(folder / "t.json") << tuned_file(digits(), result, options);
  const Thresholds read = read_thresholds(folder / "t.json");
  EXPECT_EQ(read.network, network_digest(digits().model));
  EXPECT_EQ(read.pixel, result.tuned().thresholds.pixel);
  EXPECT_EQ(read.layers, result.tuned().thresholds.layers);
  PrepareOptions other;
  other.model = EDDY_TESTVECTORS "/networks/unit/conv_3x3.onnx";
  other.thresholds = folder / "t.json";
  try {
    prepare(other);
    FAIL() << "thresholds of another network were taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("made for network " + read.network));
  }
}

}  // namespace
}  // namespace eddy
