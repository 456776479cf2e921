// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/import.hpp"
#include "eddy/quantise.hpp"
#include "random_network.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const fs::path unit = fs::path(EDDY_TESTVECTORS) / "networks/unit";

struct Loaded {
  Graph graph;
  InputSpec spec;
  std::vector<Picture> pictures;
};

Loaded load(const std::string& name) {
  Loaded l;
  l.graph = import_onnx(unit / (name + ".onnx"));
  l.spec = input_spec_for(l.graph, unit / (name + ".onnx"));
  l.pictures = read_pictures(unit / "frames" / (name + ".npy"), l.spec, l.graph.layers[0].out, {}, 100);
  return l;
}

/// Root mean square difference of an output from the float network, as a share of the layer's largest value, without
/// thresholds.
double error_of(const Loaded& l, const Network& network) {
  GoldenEvents golden(network);
  double squares = 0, count = 0, largest = 0;
  for (const Picture& picture : l.pictures) {
    golden.step(to_frame(network, picture));
    const auto real = forward(l.graph, normalise(picture, l.spec));
    const auto output = static_cast<std::size_t>(network.outputs[0].layer);
    const Tensor& got = golden.sent(network.outputs[0].layer);
    for (std::size_t i = 0; i < real[output].size(); ++i) {
      const double difference = got.values[i] * network.layers[output].scale - double{real[output][i]};
      squares += difference * difference;
      largest = std::max(largest, std::abs(double{real[output][i]}));
      ++count;
    }
  }
  return std::sqrt(squares / count) / largest;
}

/// I must hold for every neuron, whatever the frames: no sum may leave 32 bits.
void expect_sums_fit(const Network& network) {
  for (const Layer& layer : network.layers) {
    for (std::size_t k = 0; k < layer.channels.size(); ++k) {
      double sum = std::abs(static_cast<double>(layer.channels[k].bias));
      for (const Port& port : layer.ports) {
        const Layer& source = network.layers[static_cast<std::size_t>(port.source)];
        const int inside = static_cast<int>(k) - port.k_first;
        if (inside < 0 || inside >= port.k_count) continue;
        const std::size_t each = port.weights.size() / static_cast<std::size_t>(port.k_count);
        for (std::size_t i = 0; i < each; ++i) {
          sum += std::abs(double{static_cast<double>(port.weights[static_cast<std::size_t>(inside) * each + i])}) *
                 std::max(std::abs(source.lo), std::abs(source.hi));
        }
      }
      EXPECT_LE(sum, std::numeric_limits<std::int32_t>::max()) << layer.name << " channel " << k;
    }
  }
}

/// What the chip can hold, whatever the model.
void expect_legal(const Network& network) {
  expect_sums_fit(network);
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    SCOPED_TRACE(layer.name);
    EXPECT_LE(layer.lo, layer.hi);
    EXPECT_LE(layer.hi - layer.lo, std::numeric_limits<std::int16_t>::max()) << "differences fit an event";
    for (const Requant& r : layer.channels) {
      EXPECT_TRUE(r.mul >= 1U << 15 || r.mul == 0) << r.mul;
      EXPECT_TRUE(r.shift >= 1 && r.shift <= 47) << r.shift;
    }
    for (const Port& port : layer.ports) {
      const int limit = port.format == WeightFormat::int8 ? 127 : 32767;
      for (const auto w : port.weights) EXPECT_LE(std::abs(w), limit);
      EXPECT_TRUE(port.format == WeightFormat::int8 || (port.depthwise && port.y.taps == 1 && port.x.taps == 1));
    }
  }
}

std::vector<std::string> runnable() {
  std::vector<std::string> names;
  const auto index = nlohmann::json::parse(std::ifstream(unit / "index.json"));
  for (const auto& m : index.at("models")) {
    if (m.at("expect") == "run") names.push_back(m.at("name"));
  }
  return names;
}

class EveryModel : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryModel, StaysCloseToTheFloatNetwork) {
  const Loaded l = load(GetParam());
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  expect_legal(q.network);
  EXPECT_LT(error_of(l, q.network), 0.015) << to_text(q.report);
}

TEST_P(EveryModel, FinerActivationsAreCloser) {
  const Loaded l = load(GetParam());
  QuantiseOptions fine;
  fine.bits = 14;
  const Quantised q = quantise(l.graph, l.spec, l.pictures, fine);
  expect_legal(q.network);
  EXPECT_LT(error_of(l, q.network), 0.01) << to_text(q.report);
}

TEST_P(EveryModel, ThetaZeroEqualsDense) {
  const Loaded l = load(GetParam());
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  GoldenEvents events(q.network);
  const GoldenDense dense(q.network);
  for (const Picture& picture : l.pictures) {
    const Frame frame = to_frame(q.network, picture);
    events.step(frame);
    const auto expected = dense.run(frame);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(events.sent(static_cast<int>(i)), expected[i]) << i;
  }
}

std::string plain_name(const ::testing::TestParamInfo<std::string>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Unit, EveryModel, ::testing::ValuesIn(runnable()), plain_name);

// ---------------------------------------------------------------- rules
TEST(Quantise, ResidualsKeepTheirGain) {
  for (const char* name : {"add_residual", "resnet_block", "batch_norm_after_add", "add_of_inputs"}) {
    const Loaded l = load(name);
    const Quantised q = quantise(l.graph, l.spec, l.pictures);
    for (const auto& layer : q.report.layers) EXPECT_LT(layer.gain_error, 0.01) << name << ' ' << layer.name;
  }
}

TEST(Quantise, AveragesArePortsOfOnes) {
  for (const char* name : {"average_pool_2x2", "average_pool_global"}) {
    const Loaded l = load(name);
    const Quantised q = quantise(l.graph, l.spec, l.pictures);
    const Port& port = q.network.layers.back().ports.at(0);
    EXPECT_TRUE(port.depthwise);
    for (const auto w : port.weights) EXPECT_EQ(w, 1);
  }
}

/// A pool of its own passes its source's values on unchanged.
TEST(Quantise, CopiesAreExact) {
  const Loaded l = load("max_pool_two_readers");
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  const auto pool = std::ranges::find(q.network.layers, "pool", &Layer::name);
  ASSERT_NE(pool, q.network.layers.end());
  const auto source = static_cast<std::size_t>(pool->ports[0].source);
  EXPECT_EQ(pool->scale, q.network.layers[source].scale);
  const auto tensors = GoldenDense(q.network).run(to_frame(q.network, l.pictures[0]));
  const Tensor& got = tensors[static_cast<std::size_t>(pool - q.network.layers.begin())];
  for (int y = 0; y < got.shape.h; ++y) {
    for (int x = 0; x < got.shape.w; ++x) {
      for (int c = 0; c < got.shape.c; ++c) {
        const Tensor& s = tensors[source];
        EXPECT_EQ(got.at(c, y, x), std::max(std::max(s.at(c, 2 * y, 2 * x), s.at(c, 2 * y, 2 * x + 1)),
                                            std::max(s.at(c, 2 * y + 1, 2 * x), s.at(c, 2 * y + 1, 2 * x + 1))));
      }
    }
  }
}

TEST(Quantise, RangesFollowTheActivation) {
  const Loaded l = load("clip_relu6");
  const Quantised q = quantise(l.graph, l.spec, l.pictures);
  const Layer& relu6 = q.network.layers.at(1);
  EXPECT_EQ(relu6.lo, 0);
  EXPECT_EQ(relu6.hi, 255);
  const Layer& narrow = q.network.layers.at(2);  // clipped to -0.25 and 0.5, which is the largest that occurs
  EXPECT_NEAR(narrow.lo * narrow.scale, -0.25, narrow.scale);
  EXPECT_NEAR(narrow.hi * narrow.scale, 0.5, narrow.scale);
}

TEST(Quantise, ThresholdsAreSharesOfTheRangeAndSpareOutputs) {
  const Loaded l = load("resnet_block");
  QuantiseOptions options;
  options.thresholds = {3, 1.0 / 64, {{"main2", 0.5}, {"stem_relu", 0.25}}};
  const Network network = quantise(l.graph, l.spec, l.pictures, options).network;
  EXPECT_THAT(network.input.theta, ::testing::Each(3));
  const auto theta = [&](const char* name) {
    return std::ranges::find(network.layers, name, &Layer::name)->channels.at(0).theta;
  };
  EXPECT_EQ(theta("main1"), 4);
  EXPECT_EQ(theta("main2"), 128);
  EXPECT_EQ(theta("stem"), 64) << "named by a node in it";
  EXPECT_EQ(theta("dense"), 0) << "an output";
}

TEST(Quantise, OptionsThatNameNoLayerAreRefused) {
  const Loaded l = load("conv_3x3");
  QuantiseOptions options;
  options.layer_bits["nobody"] = 9;
  try {
    quantise(l.graph, l.spec, l.pictures, options);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no layer is named \"nobody\"; there are image, conv"));
  }
  options = {};
  options.bits = 15;
  EXPECT_THROW(quantise(l.graph, l.spec, l.pictures, options), UsageError);
  EXPECT_THROW(quantise(l.graph, l.spec, {}, {}), UsageError);
}

/// Sources that meet must send alike: one temporal source turns the others.
TEST(Quantise, ModesAreMadeToAgree) {
  const Loaded l = load("add_residual");
  QuantiseOptions options;
  options.mode = Mode::spatial;
  EXPECT_TRUE(quantise(l.graph, l.spec, l.pictures, options).report.notes.empty());
  options.layer_modes["second"] = Mode::temporal;  // an output: nobody reads it
  EXPECT_TRUE(quantise(l.graph, l.spec, l.pictures, options).report.notes.empty());
  const Loaded two = load("concat_two_branches");
  options.layer_modes = {{"left", Mode::temporal}};
  const Quantised q = quantise(two.graph, two.spec, two.pictures, options);
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("right sends differences")));
  EXPECT_EQ(std::ranges::find(q.network.layers, "right", &Layer::name)->mode, Mode::temporal);
  EXPECT_TRUE(std::ranges::find(q.network.layers, "join", &Layer::name)->keep_acc);
  EXPECT_FALSE(std::ranges::find(q.network.layers, "left", &Layer::name)->keep_acc);
}

TEST(Quantise, SourcesThatMeetGetTheSameBits) {
  const Loaded l = load("concat_two_branches");
  QuantiseOptions options;
  options.layer_bits = {{"left", 13}, {"right", 9}};
  const Quantised q = quantise(l.graph, l.spec, l.pictures, options);
  EXPECT_EQ(std::ranges::find(q.network.layers, "left", &Layer::name)->bits, 9);
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("left: 9 magnitude bits")));
  const Loaded nested = load("concat_nested");
  options = {};
  options.bits = 12;
  EXPECT_EQ(quantise(nested.graph, nested.spec, nested.pictures, options).network.layers[0].bits, 12)
      << "the input meets others";
}

// ---------------------------------------------------------------- sums that do not fit
/// A dense layer of `inputs` inputs of equal weights on top of a layer with many bits.
Graph wide_dense(int inputs) {
  Graph graph;
  graph.name = "wide";
  GraphLayer input, copy, dense;
  input.name = "image";
  input.acc = input.out = {1, 1, inputs};
  copy.name = "first";
  copy.nodes = {"first"};
  copy.acc = copy.out = input.out;
  copy.bias = {0.001F};
  GraphPort port;
  port.c_count = port.k_count = 1;
  port.depthwise = true;
  port.weights = {1.0F};
  copy.ports = {port};
  dense.name = "dense";
  dense.nodes = {"dense"};
  dense.acc = dense.out = {1, 1, 1};
  dense.bias = {0};
  port.source = 1;
  port.depthwise = false;
  port.x.taps = inputs;
  port.weights.assign(static_cast<std::size_t>(inputs), 1.0F);
  port.weights[0] = 0.5F;
  dense.ports = {port};
  graph.layers = {input, copy, dense};
  graph.outputs = {{"out", 2, {1, 1}}};
  return graph;
}

TEST(Quantise, LowersASourceWhereSumsWouldOverflow) {
  const Graph graph = wide_dense(4000);
  Picture picture{graph.layers[0].out, std::vector<std::uint8_t>(4000, 255), {}};
  QuantiseOptions options;
  options.bits = 14;
  const Quantised q = quantise(graph, {}, std::span(&picture, 1), options);
  expect_legal(q.network);
  EXPECT_EQ(q.network.layers[1].bits, 12) << "4000 * 127 * 4095 fits, 8191 does not";
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("first: 12 magnitude bits")));
}

TEST(Quantise, ThenMakesWeightsCoarser) {
  const Graph graph = wide_dense(100000);
  Picture picture{graph.layers[0].out, std::vector<std::uint8_t>(100000, 255), {}};
  const Quantised q = quantise(graph, {}, std::span(&picture, 1), {});
  expect_legal(q.network);
  EXPECT_THAT(q.report.notes, ::testing::Contains(HasSubstr("dense: weights made coarser")));
}

// ---------------------------------------------------------------- input
Network with_input(const InputSpec& spec, int channels) {
  Graph graph = wide_dense(8);
  graph.layers.resize(1);
  graph.outputs.clear();
  graph.layers[0].acc = graph.layers[0].out = {channels, 1, 2};
  Picture picture{graph.layers[0].out, std::vector<std::uint8_t>(static_cast<std::size_t>(channels) * 2, 200), {}};
  return quantise(graph, spec, std::span(&picture, 1), {}).network;
}

void expect_table_is_near(const Network& network, const InputSpec& spec, double tolerance) {
  for (std::size_t c = 0; c < network.input.table.size(); ++c) {
    for (int p = 0; p < 256; ++p) {
      EXPECT_NEAR(network.input.table[c][static_cast<std::size_t>(p)] * network.layers[0].scale,
                  spec.real(p, static_cast<int>(c)), tolerance);
    }
  }
}

TEST(InputTable, IsThePixelWhereNothingIsSubtracted) {
  const Network network = with_input({}, 1);
  for (int p = 0; p < 256; ++p) EXPECT_EQ(network.input.table.at(0)[static_cast<std::size_t>(p)], p);
  EXPECT_EQ(network.layers[0].bits, 8);
}

TEST(InputTable, FindsTheStepOfPixelsFromMinusOneToOne) {
  InputSpec spec;
  spec.mean = {0.5};
  spec.std = {0.5};
  const Network network = with_input(spec, 3);
  expect_table_is_near(network, spec, 1e-12);
  EXPECT_EQ(network.layers[0].hi, 255);
  EXPECT_EQ(network.layers[0].lo, -255);
}

TEST(InputTable, TakesFourteenBitsWhereNoStepIsExact) {
  InputSpec spec;
  spec.mean = {0.485, 0.456, 0.406};
  spec.std = {0.229, 0.224, 0.225};
  const Network network = with_input(spec, 3);
  EXPECT_EQ(network.layers[0].bits, 14);
  expect_table_is_near(network, spec, 0.51 * network.layers[0].scale);
}

TEST(InputTable, ManyChannelsGoAsActivations) {
  const Network network = with_input({}, 7);
  EXPECT_FALSE(network.input.pixels);
  const Picture picture{{7, 1, 2}, std::vector<std::uint8_t>(14, 9), {}};
  EXPECT_THAT(to_frame(network, picture).activations, ::testing::Each(9));
}

/// The scale of pixels says nothing about values that are real already: neither do changes of them vanish by it.
TEST(RealInput, ItsThresholdIsAShareOfTheCalibratedRange) {
  Graph graph = wide_dense(8);
  graph.layers.resize(1);
  graph.outputs.clear();
  graph.layers[0].acc = graph.layers[0].out = {1, 1, 2};
  const std::vector<Picture> pictures{{graph.layers[0].out, {}, {-0.5F, 0.0F}},
                                      {graph.layers[0].out, {}, {1.0F, 0.0F}}};
  for (const double scale : {1.0, 1.0 / 255}) {
    InputSpec spec;
    spec.scale = scale;
    QuantiseOptions options;
    options.thresholds.pixel = 10;
    const Quantised q = quantise(graph, spec, pictures, options);
    EXPECT_THAT(q.network.input.theta, ::testing::Each(15)) << "10/255 of 1.5, in steps of 1/255";
    EXPECT_THAT(q.report.notes, ::testing::ElementsAre(HasSubstr("scale, mean and std are not applied"),
                                                       HasSubstr("its threshold of 10 is one of 0.05882")));
  }
  EXPECT_EQ(quantise(graph, {}, pictures, {}).network.input.theta.at(0), 0);
}

// ---------------------------------------------------------------- small parts
TEST(Factor, IsNearestWithItsTopBitSet) {
  for (double factor = 1e-9; factor < 3e4; factor *= 1.37) {
    Requant r;
    set_factor(r, factor);
    EXPECT_GE(r.mul, 1U << 15);
    EXPECT_NEAR(std::ldexp(r.mul, -r.shift) / factor, 1, 0x1p-16) << factor;
  }
  Requant r;
  set_factor(r, 0.99999999);  // rounds up to a power of two
  EXPECT_EQ(r.mul, 1U << 15);
  EXPECT_EQ(r.shift, 15);
  set_factor(r, 0);
  EXPECT_EQ(r.mul, 0);
  set_factor(r, 1e-12);
  EXPECT_EQ(r.mul, 0);
}

TEST(Digest, ChangesWithWhatDecidesAResultOnly) {
  Network network = testing::random_network(3);
  const std::string before = digest(network);
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(before, digest(testing::random_network(3)));
  network.layers[1].name = "another";
  network.layers[1].scale *= 2;
  EXPECT_EQ(before, digest(network));
  network.layers[2].ports[0].weights[0] = static_cast<std::int16_t>(network.layers[2].ports[0].weights[0] + 1);
  EXPECT_NE(before, digest(network));
}

TEST(ThresholdFile, IsReadAndItsMistakesAreNamed) {
  const TempFolder folder;
  const fs::path file = folder / "thresholds.json";
  const auto write = [&](const char* text) { std::ofstream(file) << text; };
  write(R"({"pixel": 2, "layers": {"*": 0.015625, "c4": 0.5}})");
  const Thresholds t = read_thresholds(file);
  EXPECT_EQ(t.pixel, 2);
  EXPECT_EQ(t.share, 0.015625);
  EXPECT_EQ(t.layers, (std::map<std::string, double>{{"c4", 0.5}}));
  const std::vector<std::pair<const char*, const char*>> cases{
      {"{", "parse error at line 1"},
      {"[]", "expected an object"},
      {R"({"pixels": 2})", "unknown key \"pixels\""},
      {R"({"pixel": 2.5})", "\"pixel\" is 2.5, expected a whole number"},
      {R"({"layers": 3})", "\"layers\" is 3"},
      {R"({"layers": {"c4": "x"}})", "\"c4\" is \"x\", expected a number"},
  };
  for (const auto& [bad, says] : cases) {
    write(bad);
    try {
      read_thresholds(file);
      ADD_FAILURE() << bad << " was taken";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("thresholds.json: "), HasSubstr(says), ::testing::Not(HasSubstr("json.exception"))));
    }
  }
  EXPECT_THROW(read_thresholds("no/such/file.json"), FileError);
}

}  // namespace
}  // namespace eddy
