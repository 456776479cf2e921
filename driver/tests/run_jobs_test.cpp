// SPDX-License-Identifier: Apache-2.0
/// A run in parts, side by side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eddy/error.hpp"
#include "eddy/run_jobs.hpp"

namespace eddy {
namespace {

Prepared digits_in(Mode mode) {
  PrepareOptions options;
  options.model = EDDY_TESTVECTORS "/networks/digits";
  options.chip = "tiny";
  options.frames = FrameRange{3, 14};
  options.mode = mode;
  return prepare(options);
}

struct Seen {
  std::vector<int> frames;
  std::vector<std::vector<Tensor>> outputs;
  RunOptions options() {
    return {.on_frame = [this](int frame, const Picture&, std::span<const Tensor> tensors) {
      frames.push_back(frame);
      outputs.emplace_back(tensors.begin(), tensors.end());
    }};
  }
};

std::unique_ptr<Device> model() { return make_model_device(); }

TEST(RunInJobs, GivesWhatOneRunGives) {
  const Prepared prepared = digits_in(Mode::spatial);
  Seen alone, shared;
  const auto device = model();
  const RunResult one = run(prepared, *device, *open_frames(prepared), alone.options());
  const RunResult three = run_jobs(prepared, 3, model, shared.options());
  ASSERT_TRUE(one.match());
  ASSERT_TRUE(three.match());
  EXPECT_EQ(three.frames, 11);
  EXPECT_EQ(three.events_checked, one.events_checked);
  EXPECT_EQ(shared.frames, alone.frames);
  EXPECT_EQ(shared.outputs, alone.outputs);
  for (std::size_t l = 0; l < one.layers.size(); ++l) {
    EXPECT_EQ(three.layers[l].counts, one.layers[l].counts);
    EXPECT_EQ(three.layers[l].events_in, one.layers[l].events_in);
    EXPECT_EQ(three.layers[l].mac_words, one.layers[l].mac_words);
    EXPECT_EQ(three.layers[l].swept, one.layers[l].swept);
  }
  ASSERT_EQ(three.counters.size(), one.counters.size());
  for (std::size_t t = 0; t < one.counters.size(); ++t) EXPECT_EQ(three.counters[t].values, one.counters[t].values);
}

TEST(RunInJobs, MoreJobsThanFramesAreAsManyAsFrames) {
  const RunResult result = run_jobs(digits_in(Mode::spatial), 50, model);
  EXPECT_TRUE(result.match());
  EXPECT_EQ(result.frames, 11);
}

TEST(RunInJobs, WantsFramesThatDoNotDependOnEachOther) {
  EXPECT_THROW(run_jobs(digits_in(Mode::temporal), 2, model), UsageError);
}

/// Fails when its second frame is collected.
class FailingDevice : public Device {
 public:
  [[nodiscard]] std::string backend() const override { return "failing"; }
  void load(const Image& image) override { device_->load(image); }
  void set_frames_in_flight(int frames) override { device_->set_frames_in_flight(frames); }
  void submit(const Frame& frame) override { device_->submit(frame); }
  FrameResult collect() override {
    if (++collected_ == 2) throw RunError("it broke");
    return device_->collect();
  }
  std::vector<TileCounters> counters() override { return device_->counters(); }
  [[nodiscard]] std::uint64_t cycles() const override { return 0; }
  bool trace(std::function<void(const Firing&)> f) override { return device_->trace(std::move(f)); }

 private:
  std::unique_ptr<Device> device_ = make_model_device();
  int collected_ = 0;
};

TEST(RunInJobs, EndsWhereAPartFails) {
  const Prepared prepared = digits_in(Mode::spatial);
  std::atomic<int> made = 0;
  Seen seen;
  const auto make = [&]() -> std::unique_ptr<Device> {
    if (++made == 1) return make_model_device();
    return std::make_unique<FailingDevice>();
  };
  // Which of the threads is the first is left to chance: the healthy device has all of its part's frames, or none.
  const RunResult result = run_jobs(prepared, 2, make, seen.options());
  ASSERT_TRUE(result.failure);
  EXPECT_THAT(result.failure->what(), ::testing::HasSubstr("it broke"));
  EXPECT_TRUE(result.frames == 1 || result.frames == 6) << result.frames;
  EXPECT_EQ(static_cast<int>(seen.frames.size()), result.frames);
}

TEST(RunInJobs, IsInterruptedAndThrowsWhatMakingADeviceThrows) {
  const Prepared prepared = digits_in(Mode::spatial);
  EXPECT_TRUE(run_jobs(prepared, 2, model, {.stop = [] { return true; }}).interrupted);
  const auto broken = []() -> std::unique_ptr<Device> { throw FileError("no such chip"); };
  EXPECT_THROW(run_jobs(prepared, 2, broken), FileError);
}

}  // namespace
}  // namespace eddy
