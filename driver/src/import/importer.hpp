// SPDX-License-Identifier: Apache-2.0
/// Walks an ONNX graph node by node and builds layers. Operators stand in *operators.cpp.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "eddy/graph.hpp"
#include "import/node.hpp"
#include "index.hpp"

namespace eddy {

inline constexpr std::int64_t max_side = 4095;  // rows and columns: coordinates of 12 bits
inline constexpr std::int64_t max_channels = 65535;

class Importer {
 public:
  explicit Importer(const onnx::ModelProto& model, std::string name);
  Graph run(const std::vector<std::string>& taps);

  // ---- for the operators
  [[nodiscard]] const GraphLayer& layer(int index) const { return graph_.layers[static_cast<std::size_t>(index)]; }
  [[nodiscard]] const Shape& shape(int index) const { return layer(index).out; }
  /// The shape of an activation that the model sees as [1, channels, rows, columns], or with one row as
  /// [1, channels, columns]; throws Unsupported where it sees it otherwise.
  [[nodiscard]] Shape plane(const Activation& activation) const;
  /// Which axis of the layer each dimension of the model is: none of a dimension of 1. Nothing where dimensions hold
  /// several axes.
  [[nodiscard]] std::optional<std::vector<std::optional<PlaneAxis>>> axes(const Activation& activation) const;
  /// The same activation; its order is the layer's where only axes of one element lie otherwise.
  [[nodiscard]] Activation settled(Activation activation) const;
  /// Adds a layer of this node; name, out and bias are filled in where they are missing. Returns its output.
  Activation add(const Node& node, GraphLayer layer, Dims dims = {});
  /// The same for a layer of the shape of `like`, which the model sees alike.
  Activation add_like(const Node& node, GraphLayer layer, const Activation& like);
  /// The same for a layer with rows and columns of its own, which the model sees with as many dimensions as `input`.
  Activation add_plane(const Node& node, GraphLayer layer, const Activation& input);
  [[nodiscard]] int layers() const { return static_cast<int>(graph_.layers.size()); }
  /// Rounds the values of the last layer, if one was added since there were so many. False where it cannot.
  bool round_to(const Grid& grid, int layers);
  /// Gives a flat input, [1, values], or one of three dimensions, rows and columns, as long as nothing has read it.
  /// False where it cannot; a picture stays the picture that clips are scaled to.
  bool reshape_input(const Activation& activation, const Shape& shape);

 private:
  void problem(const std::string& where, const std::string& reason);
  void read_opset();
  void read_constants();
  void read_inputs();
  std::optional<GraphInput> read_input(const onnx::ValueInfoProto& input);
  void join_inputs();
  [[nodiscard]] bool channels_last(const std::string& input, int rank) const;
  [[nodiscard]] std::optional<Codes> input_codes(const std::string& input, int type) const;
  void read_node(const onnx::NodeProto& proto);
  void read_outputs();
  void read_tap(const std::string& name);
  void name_tensors();
  void add_output(const std::string& name, const HostTensor& tensor, bool tapped = false);

  const onnx::ModelProto& model_;
  std::string name_;
  std::int64_t opset_ = 0;
  Graph graph_;
  std::map<std::string, Value> values_;
  std::vector<std::string> problems_;
};

/// What an operator does: from a node to the values of its outputs; those that it gives none stay unknown. Throws
/// Unsupported.
using Operator = std::function<Results(Importer&, const Node&)>;

/// Operators by name; null where there is none.
const Operator* find_operator(const std::string& name);

/// Tables that find_operator looks into.
std::map<std::string, Operator> layer_operators();
std::map<std::string, Operator> dense_operators();
std::map<std::string, Operator> elementwise_operators();
std::map<std::string, Operator> curve_operators();
std::map<std::string, Operator> pool_operators();
std::map<std::string, Operator> resize_operators();
std::map<std::string, Operator> shape_operators();
std::map<std::string, Operator> order_operators();
std::map<std::string, Operator> host_operators();
std::map<std::string, Operator> quantised_operators();

}  // namespace eddy
