// SPDX-License-Identifier: Apache-2.0
/// The trained networks of testvectors/networks, as they are shipped, on the RTL in the simulator: every event is the
/// golden model's, answers and quality are those of the untimed model, and cycles near those of the model with time.
///
///   EDDY_FRAMES=24 build/bin/driver_invariants --gtest_filter='Trained/Zoo*unet'    more frames
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include <fmt/format.h>

#include "eddy/run.hpp"
#include "eddy/sim_device.hpp"
#include "eddy/task.hpp"
#include "test_length.hpp"

namespace eddy {
namespace {

constexpr double PerfError = 0.12;  // docs/perf.md says how near it is

struct Trained {
  std::string name, chip;
  int frames;                                 // 0: as many as are asked for, if any are
  WeightFormat weights = WeightFormat::int8;  // of the first convolution or dense layer
};

struct Told {
  RunResult result;
  std::vector<std::vector<Tensor>> outputs;  // of each frame, all
  nlohmann::ordered_json quality;
};

Told run_on(Device& device, const Prepared& prepared) {
  Told told;
  const auto clip = open_frames(prepared);
  const auto task = open_task(prepared.model, prepared.own_clip ? std::string() : prepared.clip);
  RunOptions options;
  options.on_frame = [&](int frame, const Picture& picture, std::span<const Tensor> outputs) {
    told.outputs.emplace_back(outputs.begin(), outputs.end());
    task->add_frame(prepared.frames.first + frame, picture, real_outputs(prepared.network(), outputs));
  };
  told.result = run(prepared, device, *clip, options);
  told.quality = task->finish().quality;
  return told;
}

class Zoo : public ::testing::TestWithParam<Trained> {};

TEST_P(Zoo, RunsOnTheRtlAsOnTheModel) {
  const auto& [name, chip, usual_frames, weights] = GetParam();
  const int frames = testing::frames_asked_for().value_or(usual_frames);
  if (frames == 0) GTEST_SKIP() << "takes minutes: EDDY_FRAMES=2 in the environment starts it";
  PrepareOptions options;
  options.model = name;
  options.chip = chip;
  options.compile.iterations = 400;
  const Prepared first = prepare(options);
  options.frames = FrameRange{first.frames.first, first.frames.first + frames};
  const Prepared prepared = prepare(options);
  ASSERT_FALSE(prepared.network().layers.at(1).ports.empty());
  EXPECT_EQ(prepared.network().layers.at(1).ports.front().format, weights);

  const Told model = run_on(*make_model_device(), prepared);
  const Told rtl = run_on(*make_sim_device(prepared.chip), prepared);
  EXPECT_TRUE(model.result.match());
  EXPECT_TRUE(rtl.result.match());
  EXPECT_GT(rtl.result.events_checked, 0);
  EXPECT_EQ(rtl.result.events_checked, model.result.events_checked);
  EXPECT_EQ(rtl.outputs, model.outputs);
  EXPECT_EQ(rtl.quality, model.quality);

  const Told perf = run_on(*make_perf_device(), prepared);
  EXPECT_TRUE(perf.result.match());
  EXPECT_EQ(perf.outputs, model.outputs);
  const double error = static_cast<double>(perf.result.cycles) / static_cast<double>(rtl.result.cycles) - 1;
  EXPECT_LE(std::abs(error), PerfError) << perf.result.cycles << " cycles for " << rtl.result.cycles;
  std::cout << fmt::format("{} frames of {}: {} events, {} cycles, perf {:+.1f} %\n", rtl.result.frames, prepared.clip,
                           rtl.result.events_checked, rtl.result.cycles, 100 * error);
}

INSTANTIATE_TEST_SUITE_P(Trained, Zoo,
                         ::testing::Values(Trained{"residual", "small", 2}, Trained{"separable", "small", 0},
                                           Trained{"unet", "small", 2}, Trained{"autoencoder", "small", 0},
                                           Trained{"int4", "tiny", 3, WeightFormat::int4},
                                           Trained{"int2", "tiny", 3, WeightFormat::int2},
                                           Trained{"fp16", "small", 0, WeightFormat::fp16}),
                         [](const auto& trained) { return trained.param.name; });

}  // namespace
}  // namespace eddy
