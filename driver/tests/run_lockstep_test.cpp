// SPDX-License-Identifier: Apache-2.0
/// A run of the digits network on devices that are right, and on devices that tamper with one event.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "eddy/error.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"

namespace eddy {
namespace {

using ::testing::HasSubstr;

const Prepared& digits() {
  static const Prepared prepared = [] {
    PrepareOptions options;
    options.model = EDDY_TESTVECTORS "/networks/digits";
    options.chip = "tiny";
    options.frames = FrameRange{0, 12};
    return prepare(options);
  }();
  return prepared;
}

enum class Tamper { nothing, alter, leave_out, add, record, count };

/// The untimed model, except for one event.
class TamperingDevice : public Device {
 public:
  TamperingDevice(Tamper how, int nth) : how_(how), nth_(nth) {}

  [[nodiscard]] std::string backend() const override { return "tampering"; }
  void load(const Image& image) override { device_->load(image); }
  void set_frames_in_flight(int frames) override { device_->set_frames_in_flight(frames); }
  void submit(const Frame& frame) override { device_->submit(frame); }
  FrameResult collect() override {
    FrameResult result = device_->collect();
    if (how_ == Tamper::record && result.frame == 2) result.records.pop_back();
    return result;
  }
  std::vector<TileCounters> counters() override {
    auto counters = device_->counters();
    if (how_ == Tamper::count) counters.front().populations.front().mac_words = 0;
    return counters;
  }
  [[nodiscard]] std::uint64_t cycles() const override { return 0; }
  bool trace(std::function<void(const Firing&)> f) override {
    if (!f) return device_->trace({});
    return device_->trace([this, f](const Firing& firing) { pass(firing, f); });
  }

  Firing touched;  // the event that was tampered with

 private:
  void pass(Firing firing, const std::function<void(const Firing&)>& f) {
    const bool now = ++seen_ == nth_;
    if (now) touched = firing;
    if (now && how_ == Tamper::alter) ++firing.value;
    if (now && how_ == Tamper::leave_out) return;
    f(firing);
    if (now && how_ == Tamper::add) f(firing);
  }

  std::unique_ptr<Device> device_ = make_model_device();
  Tamper how_;
  int nth_, seen_ = 0;
};

RunResult run_on(Device& device, RunOptions options = {}) {
  const auto clip = open_frames(digits());
  return run(digits(), device, *clip, options);
}

TEST(Run, OfARightDeviceMatches) {
  TamperingDevice device(Tamper::nothing, 0);
  const RunResult result = run_on(device);
  EXPECT_TRUE(result.match());
  EXPECT_EQ(result.frames, 12);
  std::int64_t events = 0;
  for (const auto& layer : result.layers) events += layer.counts.events_out;
  EXPECT_EQ(result.events_checked, events);
  EXPECT_GT(events, 500);
  EXPECT_THAT(counter_errors(result), ::testing::IsEmpty());
  EXPECT_THAT(verdict(digits(), result), HasSubstr("MATCH: "));
}

class Tampered : public ::testing::TestWithParam<int> {};

TEST_P(Tampered, AlteredEventIsFound) {
  TamperingDevice device(Tamper::alter, GetParam());
  const RunResult result = run_on(device);
  ASSERT_TRUE(result.mismatch);
  const Mismatch& m = *result.mismatch;
  EXPECT_EQ(std::tuple(m.frame, m.y, m.x, m.c),
            std::tuple(device.touched.frame, device.touched.y, device.touched.x, device.touched.c));
  EXPECT_EQ(m.expected, device.touched.value);
  EXPECT_EQ(m.got, device.touched.value + 1);
  EXPECT_THAT(verdict(digits(), result), HasSubstr("MISMATCH: "));
}

TEST_P(Tampered, MissingEventIsFound) {
  TamperingDevice device(Tamper::leave_out, GetParam());
  const RunResult result = run_on(device);
  ASSERT_TRUE(result.mismatch);
  const Mismatch& m = *result.mismatch;
  EXPECT_EQ(std::tuple(m.frame, m.y, m.x, m.c),
            std::tuple(device.touched.frame, device.touched.y, device.touched.x, device.touched.c));
  EXPECT_EQ(m.expected, device.touched.value);
  EXPECT_FALSE(m.got);
}

TEST_P(Tampered, ExtraEventIsFound) {
  TamperingDevice device(Tamper::add, GetParam());
  const RunResult result = run_on(device);
  ASSERT_TRUE(result.mismatch);
  const Mismatch& m = *result.mismatch;
  EXPECT_EQ(std::tuple(m.frame, m.y, m.x, m.c),
            std::tuple(device.touched.frame, device.touched.y, device.touched.x, device.touched.c));
  EXPECT_FALSE(m.expected);
  EXPECT_EQ(m.got, device.touched.value);
}

/// Early, in the middle, and the very last event of the run.
INSTANTIATE_TEST_SUITE_P(Run, Tampered, ::testing::Values(1, 77, 500, [] {
                           TamperingDevice device(Tamper::nothing, 0);
                           return static_cast<int>(run_on(device).events_checked);
                         }()));

TEST(Run, MissingRecordIsFound) {
  TamperingDevice device(Tamper::record, 0);
  const RunResult result = run_on(device);
  ASSERT_TRUE(result.mismatch);
  EXPECT_EQ(result.mismatch->frame, 2);
  EXPECT_EQ(result.mismatch->what, "record");
}

TEST(Run, CountersThatCannotBeAreFound) {
  TamperingDevice device(Tamper::count, 0);
  const RunResult result = run_on(device);
  EXPECT_TRUE(result.match());
  ASSERT_EQ(counter_errors(result).size(), 1U);
  EXPECT_THAT(counter_errors(result).front(), HasSubstr("layer c1"));
}

TEST(Run, StopsWhenAsked) {
  TamperingDevice device(Tamper::nothing, 0);
  RunOptions options;
  int frames = 0;
  options.on_frame = [&](int, const Picture&, std::span<const Tensor>) { ++frames; };
  options.stop = [&] { return frames == 5; };
  const RunResult result = run_on(device, options);
  EXPECT_TRUE(result.interrupted);
  EXPECT_FALSE(result.match());
  EXPECT_EQ(result.frames, 5);
}

TEST(Run, DoesNotDependOnFramesInFlight) {
  std::int64_t events = 0;
  for (const int in_flight : {1, 2, 7}) {
    TamperingDevice device(Tamper::nothing, 0);
    RunOptions options;
    options.in_flight = in_flight;
    const RunResult result = run_on(device, options);
    EXPECT_TRUE(result.match());
    if (events != 0) {
      EXPECT_EQ(result.events_checked, events);
    }
    events = result.events_checked;
  }
}

TEST(FrameCycles, AreIntervalsBetweenResults) {
  RunResult result;
  result.first_cycles = {10, 20, 400};
  result.last_cycles = {100, 150, 460};
  EXPECT_EQ(result.frame_cycles(), (std::vector<std::uint64_t>{90, 50, 60}));
  EXPECT_EQ(percentile<std::uint64_t>({5, 1, 3, 2, 4}, 0.5), 3U);
  EXPECT_EQ(percentile<std::uint64_t>({5, 1, 3, 2, 4}, 0.95), 5U);
  EXPECT_EQ(percentile<std::uint64_t>({}, 0.5), 0U);
}

TEST(RunReport, HasAllFields) {
  TamperingDevice device(Tamper::nothing, 0);
  const RunResult result = run_on(device);
  const auto json = run_report(digits(), result, {{"eddy", "run"}, 7, 2});
  EXPECT_EQ(json["schema"], "eddy.run/1");
  for (const char* key : {"backend", "chip", "model", "frames", "match", "events_checked", "first_mismatch", "cycles",
                          "layers", "simulation", "provenance"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_TRUE(json["first_mismatch"].is_null());
  for (const char* key : {"p50", "p95", "max"}) EXPECT_TRUE(json["cycles"]["per_frame"].contains(key)) << key;
  ASSERT_EQ(json["layers"].size(), digits().network().layers.size());
  for (const char* key : {"name", "mode", "events_out", "events_in", "macs_dense", "macs_done", "neurons", "swept"})
    EXPECT_TRUE(json["layers"][1].contains(key)) << key;
  EXPECT_EQ(json["layers"][1]["macs_dense"], 12 * 3872);  // 8 channels, 22 * 22 pairs of neighbours in 8x8
  for (const char* key : {"model_sha1", "clip_sha1", "image_digest", "rtl_sha1", "seed", "versions", "command_line"})
    EXPECT_TRUE(json["provenance"].contains(key)) << key;
}

TEST(RunReport, SaysWhereTheFirstMismatchIs) {
  TamperingDevice device(Tamper::leave_out, 77);
  const auto json = run_report(digits(), run_on(device), {});
  EXPECT_EQ(json["match"], false);
  const auto& m = json["first_mismatch"];
  for (const char* key : {"frame", "layer", "y", "x", "c", "expected", "got", "cycle"})
    EXPECT_TRUE(m.contains(key)) << key;
  EXPECT_TRUE(m["got"].is_null());
  EXPECT_EQ(m["expected"], device.touched.value);
}

}  // namespace
}  // namespace eddy
