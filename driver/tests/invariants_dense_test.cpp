// SPDX-License-Identifier: Apache-2.0
/// With all thresholds 0, what has been sent of a layer up to a frame is what the dense network computes for that frame
/// alone: in every layer, bit by bit, and so in the sums that the host makes of the results.
///
///   EDDY_FRAMES=24 build/bin/driver_invariants --gtest_filter='ThetaZero.PeopleOnRtl'    more frames of the clip
#include <gtest/gtest.h>

#include <iostream>

#include <fmt/format.h>

#include "eddy/golden.hpp"
#include "eddy/prepare.hpp"
#include "eddy/sim_device.hpp"
#include "invariants_observe.hpp"
#include "test_length.hpp"

namespace eddy {
namespace {

Prepared prepared(const std::string& model, const std::string& chip) {
  PrepareOptions options;
  options.model = model;
  options.chip = chip;
  options.theta_pixel = 0;
  options.theta = 0;
  options.compile.iterations = 400;
  return prepare(options);
}

/// What a layer has sent so far.
void add(Tensor& sum, const std::vector<Event>& events) {
  for (const Event& e : events) sum.at(e.c, e.y, e.x) += e.value;
}

void expect_dense(const Prepared& prepared, Device& device, int count) {
  const Network& network = prepared.network();
  for (const Layer& layer : network.layers) {
    ASSERT_EQ(layer.mode, Mode::temporal);
    for (const Requant& channel : layer.channels) ASSERT_EQ(channel.theta, 0);
  }
  for (const int theta : network.input.theta) ASSERT_EQ(theta, 0);

  std::vector<Frame> frames;
  const auto clip = open_frames(prepared);
  for (int f = 0; f < count; ++f) {
    const auto picture = clip->next();
    ASSERT_TRUE(picture) << "the run has " << f << " frames";
    frames.push_back(to_frame(network, *picture));
  }
  const auto seen = testing::observe(device, network, prepared.image(), frames);

  const GoldenDense golden(network);
  std::vector<Tensor> sums;
  for (const Layer& layer : network.layers) sums.emplace_back(layer.out);
  std::size_t events = 0;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const std::vector<Tensor> dense = golden.run(frames[f]);
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      add(sums[l], seen.events[f][l]);
      events += seen.events[f][l].size();
      ASSERT_TRUE(sums[l] == dense[l]) << "frame " << f << " layer " << network.layers[l].name;
    }
    for (std::size_t o = 0; o < network.outputs.size(); ++o) {
      const Output& output = network.outputs[o];
      ASSERT_TRUE(seen.outputs[f][o] == dense[static_cast<std::size_t>(output.layer)])
          << "frame " << f << " output " << output.name;
    }
  }
  ASSERT_GT(events, 0U);
  std::cout << fmt::format("{} frames of {}: {} events, {} cycles\n", frames.size(), prepared.clip, events,
                           device.cycles());
}

TEST(ThetaZero, DigitsOnRtl) {
  const Prepared digits = prepared("digits", "tiny");
  expect_dense(digits, *make_sim_device(digits.chip), testing::frames_asked_for().value_or(30));
}

TEST(ThetaZero, PeopleOnModel) {
  const Prepared people = prepared("people", "small");
  expect_dense(people, *make_model_device(), testing::frames_asked_for().value_or(5));
}

TEST(ThetaZero, PeopleOnRtl) {
  const Prepared people = prepared("people", "small");
  expect_dense(people, *make_sim_device(people.chip), testing::frames_asked_for().value_or(2));
}

}  // namespace
}  // namespace eddy
