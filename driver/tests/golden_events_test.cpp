// SPDX-License-Identifier: Apache-2.0
/// The event model against the dense model, and against a reference that knows no shortcut.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "random_network.hpp"

namespace eddy {
namespace {

using testing::Modes;
using testing::random_frames;
using testing::random_network;
using testing::RandomNetworkOptions;

/// The rules of docs/arithmetic.md one by one: every neuron is visited in every frame, and every accumulator is
/// recomputed from what its sources have sent so far. No marks, no hit lists, no order of weights.
class SlowReference {
 public:
  explicit SlowReference(const Network& network) : network_(network) {
    for (const Layer& layer : network.layers) sent_.emplace_back(layer.out);
  }

  std::vector<std::vector<Event>> step(const Frame& frame) {
    std::vector<std::vector<Event>> events;
    for (std::size_t l = 0; l < network_.layers.size(); ++l) {
      const Layer& layer = network_.layers[l];
      auto& out = events.emplace_back();
      Tensor now = sent_[l];
      for (int y = 0; y < layer.out.h; ++y) {
        for (int x = 0; x < layer.out.w; ++x) {
          for (int c = 0; c < layer.out.c; ++c) {
            const int known = layer.mode == Mode::temporal ? sent_[l].at(c, y, x) : 0;
            int value = known;
            if (l == 0) {
              value = input_value(frame, c, y, x);
            } else {
              value = activation(layer, c, y, x);
              if (std::abs(value - known) < layer.channels[static_cast<std::size_t>(c)].theta) value = known;
            }
            now.at(c, y, x) = value;
            if (value != known) out.push_back({static_cast<int>(l), y, x, c, static_cast<std::int16_t>(value - known)});
          }
        }
      }
      sent_[l] = now;
    }
    first_ = false;
    grey_ = next_grey_;
    return events;
  }

 private:
  /// What receivers know of an input element after this frame.
  int input_value(const Frame& frame, int c, int y, int x) {
    const bool temporal = network_.layers[0].mode == Mode::temporal;
    const std::size_t i = sent_[0].index(c, y, x);
    const auto channel = static_cast<std::size_t>(c);
    const int theta = network_.input.theta[channel];
    if (!network_.input.pixels) {
      const int known = temporal ? sent_[0].at(c, y, x) : 0;
      return std::abs(frame.activations[i] - known) >= theta ? frame.activations[i] : known;
    }
    if (first_ || !temporal) {
      next_grey_ = frame.pixels;
      return network_.input.table[channel][frame.pixels[i]];
    }
    const bool fires = std::abs(frame.pixels[i] - grey_[i]) >= theta;
    if (fires) next_grey_[i] = frame.pixels[i];
    return network_.input.table[channel][fires ? frame.pixels[i] : grey_[i]];
  }

  int activation(const Layer& layer, int c, int y, int x) const {
    int most = std::numeric_limits<int>::min();
    for (int ay = y * layer.pool_y.stride - layer.pool_y.pad, ky = 0; ky < layer.pool_y.size; ++ky, ++ay) {
      for (int ax = x * layer.pool_x.stride - layer.pool_x.pad, kx = 0; kx < layer.pool_x.size; ++kx, ++ax) {
        if (ay < 0 || ay >= layer.acc.h || ax < 0 || ax >= layer.acc.w) continue;
        const int z = requantised(layer.channels[static_cast<std::size_t>(c)], layer, sum(layer, c, ay, ax));
        most = std::max(most, layer.curve.empty() ? z : on_curve(layer.curve, z));
      }
    }
    return most;
  }

  static int requantised(const Requant& r, const Layer& layer, std::int64_t sum) {
    // Wrap by hand, round by the exact quotient.
    std::int64_t acc = (sum + r.bias) % (std::int64_t{1} << 32);
    if (acc >= std::int64_t{1} << 31) acc -= std::int64_t{1} << 32;
    if (acc < -(std::int64_t{1} << 31)) acc += std::int64_t{1} << 32;
    const std::int64_t numerator = acc * r.mul * 2 + (std::int64_t{1} << r.shift);
    const std::int64_t denominator = std::int64_t{1} << (r.shift + 1);
    std::int64_t quotient = numerator / denominator;
    if (numerator < 0 && quotient * denominator != numerator) --quotient;
    return static_cast<int>(std::clamp<std::int64_t>(quotient, layer.lo, layer.hi));
  }

  /// By search of the segment, in doubles that hold every value exactly.
  static int on_curve(const Curve& curve, int z) {
    int segment = 0;
    while (segment < 63 && z >= -32768 + 1024 * (segment + 1)) ++segment;
    const double from = curve.nodes[static_cast<std::size_t>(segment)];
    const double to = curve.nodes[static_cast<std::size_t>(segment) + 1];
    const double value = from + (to - from) * (z - (-32768 + 1024 * segment)) / 1024;
    return static_cast<int>(std::floor(std::ldexp(value, -curve.shift) + 0.5));
  }

  std::int64_t sum(const Layer& layer, int k, int y, int x) const {
    std::int64_t total = 0;
    for (const Port& p : layer.ports) {
      if (k < p.k_first || k >= p.k_first + p.k_count) continue;
      const Tensor& source = sent_[static_cast<std::size_t>(p.source)];
      for (int c = 0; c < p.c_count; ++c) {
        if (p.depthwise && (k - p.k_first) / (p.k_count / p.c_count) != c) continue;
        for (int iy = 0; iy < source.shape.h; ++iy) {
          for (int ix = 0; ix < source.shape.w; ++ix) {
            for (int ky = 0; ky < p.y.taps; ++ky) {
              for (int kx = 0; kx < p.x.taps; ++kx) {
                if (joins(p.y, iy, y, ky) && joins(p.x, ix, x, kx)) {
                  total += std::int64_t{p.weight(k - p.k_first, c, ky, kx)} * source.at(p.c_first + c, iy, ix);
                }
              }
            }
          }
        }
      }
    }
    return total;
  }
  static bool joins(const Axis& a, int i, int o, int k) {
    return a.transposed ? o == i * a.up - a.pad + k * a.dilation : i == o * a.stride - a.pad + k * a.dilation;
  }

  const Network& network_;
  std::vector<Tensor> sent_;
  std::vector<std::uint8_t> grey_, next_grey_;
  bool first_ = true;
};

struct Case {
  Modes modes;
  bool wide_input;
};

class GoldenRandom : public ::testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] RandomNetworkOptions options(bool thresholds) const {
    RandomNetworkOptions o;
    o.modes = GetParam().modes;
    o.wide_input = GetParam().wide_input;
    o.thresholds = thresholds;
    o.transposed = true;
    return o;
  }
};

TEST_P(GoldenRandom, EventsEqualTheReferenceWithoutShortcuts) {
  auto small = options(true);
  small.max_side = 7;
  small.max_channels = 5;
  small.layers = 4;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE(seed);
    const Network network = random_network(seed, small);
    GoldenEvents fast(network);
    SlowReference slow(network);
    for (const Frame& frame : random_frames(network, seed, 4)) {
      ASSERT_EQ(fast.step(frame).events, slow.step(frame)) << testing::describe(network);
    }
  }
}

/// I2: with all thresholds 0 every layer equals the dense recomputation of every frame.
TEST_P(GoldenRandom, ThetaZeroEqualsDense) {
  for (std::uint64_t seed = 100; seed < 140; ++seed) {
    SCOPED_TRACE(seed);
    const Network network = random_network(seed, options(false));
    GoldenEvents events(network);
    const GoldenDense dense(network);
    for (const Frame& frame : random_frames(network, seed, 4)) {
      events.step(frame);
      const auto expected = dense.run(frame);
      for (std::size_t l = 0; l < expected.size(); ++l) {
        ASSERT_EQ(events.sent(static_cast<int>(l)), expected[l])
            << "layer " << l << " of " << testing::describe(network);
      }
    }
  }
}

TEST_P(GoldenRandom, CountsOfADenseFrameAreTheDenseCounts) {
  for (std::uint64_t seed = 200; seed < 210; ++seed) {
    SCOPED_TRACE(seed);
    const Network network = random_network(seed, options(true));
    GoldenEvents events(network);
    for (const Frame& frame : random_frames(network, seed, 3)) {
      const FrameTrace trace = events.step(frame);
      for (std::size_t l = 0; l < network.layers.size(); ++l) {
        EXPECT_EQ(trace.counts[l].events_out, static_cast<std::int64_t>(trace.events[l].size()));
        EXPECT_LE(trace.counts[l].macs_done, trace.counts[l].macs_dense);
        bool all_fired = true;
        for (const Port& p : network.layers[l].ports) {
          const auto& source = trace.counts[static_cast<std::size_t>(p.source)];
          all_fired = all_fired && source.events_out == source.neurons;
        }
        if (all_fired) {
          EXPECT_EQ(trace.counts[l].macs_done, trace.counts[l].macs_dense);
        }
      }
    }
  }
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  const std::string modes = info.param.modes == Modes::temporal  ? "Temporal"
                            : info.param.modes == Modes::spatial ? "Spatial"
                                                                 : "Mixed";
  return modes + (info.param.wide_input ? "Wide" : "Pixels");
}
INSTANTIATE_TEST_SUITE_P(Modes, GoldenRandom,
                         ::testing::Values(Case{Modes::temporal, false}, Case{Modes::spatial, false},
                                           Case{Modes::mixed, false}, Case{Modes::temporal, true},
                                           Case{Modes::mixed, true}),
                         case_name);

/// What a receiver knows is never off by theta or more, given what the layer itself has received.
TEST(Golden, WhatWasNotSentStaysBelowTheta) {
  for (std::uint64_t seed = 300; seed < 320; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetworkOptions options;
    options.layers = 1;
    Network network = random_network(seed, options);
    std::ranges::fill(network.input.theta, 0);
    GoldenEvents events(network);
    const GoldenDense dense(network);
    for (const Frame& frame : random_frames(network, seed, 6)) {
      events.step(frame);
      const auto exact = dense.run(frame);
      for (int c = 0; c < exact[1].shape.c; ++c) {
        const int theta = std::max(1, network.layers[1].channels[static_cast<std::size_t>(c)].theta);
        for (int y = 0; y < exact[1].shape.h; ++y) {
          for (int x = 0; x < exact[1].shape.w; ++x) {
            ASSERT_LT(std::abs(exact[1].at(c, y, x) - events.sent(1).at(c, y, x)), theta);
          }
        }
      }
    }
  }
}

TEST(Golden, OutputsAreTheSumsOfTheirEvents) {
  const Network network = random_network(7);
  GoldenEvents events(network);
  std::vector<Tensor> sums;
  for (const Output& o : network.outputs) sums.emplace_back(network.layers[static_cast<std::size_t>(o.layer)].out);
  for (const Frame& frame : random_frames(network, 7, 5)) {
    const FrameTrace trace = events.step(frame);
    for (std::size_t o = 0; o < sums.size(); ++o) {
      for (const Event& e : trace.events[static_cast<std::size_t>(network.outputs[o].layer)])
        sums[o].at(e.c, e.y, e.x) += e.value;
      EXPECT_EQ(trace.outputs[o], sums[o]);
    }
  }
  EXPECT_EQ(events.frames(), 5);
}

TEST(Golden, AStillFrameIsSilent) {
  const Network network = random_network(8);
  GoldenEvents events(network);
  const Frame frame = random_frames(network, 8, 1).front();
  events.step(frame);
  for (const auto& layer : events.step(frame).events) EXPECT_TRUE(layer.empty());
}

TEST(Golden, EventsComeByRowColumnChannel) {
  const Network network = random_network(9);
  GoldenEvents events(network);
  for (const Frame& frame : random_frames(network, 9, 3)) {
    for (const auto& layer : events.step(frame).events) {
      EXPECT_TRUE(
          std::ranges::is_sorted(layer, std::less<>{}, [](const Event& e) { return std::tuple(e.y, e.x, e.c); }));
    }
  }
}

TEST(Golden, RefusesAFrameOfAnotherShape) {
  const Network network = random_network(10);
  GoldenEvents events(network);
  Frame frame = random_frames(network, 10, 1).front();
  frame.shape.w += 1;
  EXPECT_THROW(events.step(frame), UsageError);
  frame.shape.w -= 1;
  frame.pixels.pop_back();
  EXPECT_THROW(events.step(frame), UsageError);
}

TEST(Requantise, RoundsHalvesUpAndSaturates) {
  Layer layer;
  layer.channels.push_back({0, 1U << 15, 16, 0});  // a half
  const auto requantise = [&](std::int32_t acc, int lo, int hi) {
    layer.lo = lo;
    layer.hi = hi;
    return activation(acc, layer, 0);
  };
  EXPECT_EQ(requantise(1, -255, 255), 1);
  EXPECT_EQ(requantise(-1, -255, 255), 0);
  EXPECT_EQ(requantise(-3, -255, 255), -1);
  EXPECT_EQ(requantise(10000, -255, 255), 255);
  EXPECT_EQ(requantise(-10000, 0, 255), 0);
  layer.channels[0].bias = 7;
  EXPECT_EQ(requantise(1, -255, 255), 4);
  EXPECT_EQ(requantise(std::numeric_limits<std::int32_t>::max(), -255, 255), -255) << "the sum wraps";
}

/// A leaky ReLU whose step is four of z: exact above 0, to the nearest below.
TEST(Curve, InterpolatesBetweenItsNodesAndRoundsHalvesUp) {
  Layer layer;
  layer.channels.push_back({0, 1U << 15, 15, 0});  // z is the sum
  layer.lo = -32768;
  layer.hi = 32767;
  layer.curve.shift = 2;
  for (int i = 0; i <= Curve::segments; ++i)
    layer.curve.nodes.push_back(static_cast<std::int16_t>(std::min(32767, i >= 32 ? (i - 32) * 1024 : (i - 32) * 102)));
  EXPECT_EQ(activation(0, layer, 0), 0);
  EXPECT_EQ(activation(4, layer, 0), 1);
  EXPECT_EQ(activation(2, layer, 0), 1) << "a half";
  EXPECT_EQ(activation(1, layer, 0), 0);
  EXPECT_EQ(activation(20'000, layer, 0), 5000);
  EXPECT_EQ(activation(40'000, layer, 0), 8192) << "saturates before the curve";
  EXPECT_EQ(activation(-10'240, layer, 0), -255) << "-1020 / 4";
  EXPECT_EQ(activation(-40'000, layer, 0), -816) << "-3264 / 4";
  const ActivationRange range = activation_range(layer);
  EXPECT_EQ(range.lo, -816);
  EXPECT_EQ(range.hi, 8192);
}

}  // namespace
}  // namespace eddy
