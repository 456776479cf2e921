// SPDX-License-Identifier: Apache-2.0
/// A run that is stopped while its clip waits for a frame.
#include <gtest/gtest.h>

#include "eddy/run.hpp"

namespace eddy {
namespace {

/// A few frames, and then none until it is stopped.
class IdleClip : public Clip {
 public:
  IdleClip(std::unique_ptr<Clip> first, int frames) : first_(std::move(first)), left_(frames) {}
  std::optional<Picture> next() override {
    if (left_-- > 0) return first_->next();
    while (!stop_()) {
    }
    return std::nullopt;
  }
  void stop_when(std::function<bool()> stop) override { stop_ = std::move(stop); }

 private:
  std::unique_ptr<Clip> first_;
  std::function<bool()> stop_;
  int left_;
};

TEST(StoppedRun, IsInterruptedNotEnded) {
  PrepareOptions options;
  options.model = EDDY_TESTVECTORS "/networks/digits";
  options.chip = "tiny";
  const Prepared prepared = prepare(options);
  for (const int frames : {0, 2}) {
    const auto device = make_model_device();
    IdleClip clip(open_frames(prepared), frames);
    RunOptions run_options;
    int asked = 0;
    run_options.stop = [&] { return ++asked > 10; };
    EXPECT_TRUE(run(prepared, *device, clip, run_options).interrupted) << "after " << frames << " frames";
  }
}

}  // namespace
}  // namespace eddy
