// SPDX-License-Identifier: Apache-2.0
/// The network in real numbers, as imported: layers that are sums of ports, the shape that the chip executes.
///
/// Import makes one layer of every operator: a Conv is one port, an Add an identity port for each addend, a Concat an
/// identity port for each part, an AveragePool a depthwise port, a BatchNormalization a depthwise 1x1 port with a bias,
/// a Relu an identity port with a range. fuse() then joins what one population can do at once.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eddy/codes.hpp"
#include "eddy/network.hpp"
#include "eddy/scalar_function.hpp"

namespace eddy {

/// How one source layer acts on a layer; geometry as in Port.
struct GraphPort {
  int source = 0;
  int c_first = 0, c_count = 0;
  int k_first = 0, k_count = 0;
  bool depthwise = false;
  Axis y, x;
  std::vector<float> weights;  // full: [k_count][c_count][y.taps][x.taps]; depthwise: [k_count][y.taps][x.taps]

  std::vector<double> steps;  // [k_count]: the weights of each output are whole multiples of it; empty: of none

  /// 1x1, stride 1, no padding, each channel sees its own: out[k_first + i] += weights[i] * source[c_first + i].
  [[nodiscard]] bool is_scale() const;
  /// A scale by 1.
  [[nodiscard]] bool is_copy() const;
};

inline constexpr float unlimited = std::numeric_limits<float>::infinity();

/// A tensor of the model, as a view of a layer's values.
struct GraphTensor {
  std::string name;
  std::vector<int> dims;        // as the model gives it, with its batch of 1
  std::vector<HostStep> steps;  // from the layer's values, [c][h][w], to these
};

struct GraphLayer {
  std::string name;                       // of the first node in it
  std::vector<std::string> nodes;         // all ONNX nodes in it, as messages name them
  Shape acc, out;                         // before and after the pool
  std::vector<GraphPort> ports;           // empty: the input
  std::vector<float> bias;                // [out.c]
  float lo = -unlimited, hi = unlimited;  // activation: the range that values are cut to ...
  ScalarFunction curve;                   // ... or a function, and then no range
  std::optional<Grid> grid;               // then values are rounded to it
  PoolAxis pool_y, pool_x;
  std::optional<GraphTensor> tensor;  // whose values are the layer's; none of what the model has no tensor for
  bool relay = false;                 // only passes on what its source sends: relay_long_skips()

  [[nodiscard]] bool has_function() const { return curve || lo != -unlimited || hi != unlimited; }
  [[nodiscard]] bool has_activation() const { return has_function() || grid; }
  [[nodiscard]] bool has_pool() const { return pool_y != PoolAxis{} || pool_x != PoolAxis{}; }
};

struct GraphOutput {
  std::string name;
  int layer = 0;
  std::vector<int> dims;        // as the model gives it, with its batch of 1
  std::vector<HostStep> steps;  // from the layer's values, [c][h][w], to these
  bool tapped = false;          // an inner value that the user wants to see: it changes no threshold
};

/// One input of a model: channels [c_first, c_first + shape.c) of layer 0, from its first row and column on.
struct GraphInput {
  std::string name;
  std::vector<int> dims;       // as the model wants it, with its batch of 1
  bool channels_last = false;  // as [1][rows][columns][channels]
  Shape shape;
  int c_first = 0;
  std::optional<Codes> codes{};  // it is of whole numbers, which stand for the values of the layer
};

/// Layers in topological order; layers[0] is the input, or all of them side by side.
struct Graph {
  std::string name;
  std::vector<GraphInput> inputs;
  std::vector<GraphLayer> layers;
  std::vector<GraphOutput> outputs;
  bool half = false;  // the model computes in FP16
};

/// Joins layers where one population does the work of several, without changing a value (rounding aside):
/// normalisation and sums into the convolutions before them, activations and max-pools into the layer before them,
/// concatenations into ports of their readers. Layers that nothing reads are left out.
Graph fuse(Graph graph);

/// Puts layers that pass on what they are sent into connections that skip many layers. A layer is one frame ahead of
/// its readers at most; where a frame takes longer from the source of a skip through the layers to the skip's reader,
/// the source would stand still meanwhile. Changes no value. docs/frame-protocol.md, "What it costs".
Graph relay_long_skips(Graph graph);

/// All layers' activations for one input, each [h][w][c]. `input` is layer 0 in that order, normalised. `on_sums` is
/// given what each layer's activation is applied to.
std::vector<std::vector<float>> forward(
    const Graph& graph, std::span<const float> input,
    const std::function<void(std::size_t layer, std::span<const float> sums)>& on_sums = {});

}  // namespace eddy
