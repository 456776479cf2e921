// SPDX-License-Identifier: Apache-2.0
/// Walks an ONNX graph node by node and builds layers. Operators stand in *operators.cpp.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <onnx.pb.h>

#include "eddy/graph.hpp"
#include "import/constant.hpp"
#include "index.hpp"

namespace eddy {

/// Why a node, or the model, cannot be taken. Caught by the importer, which collects all of them.
struct Unsupported {
  explicit Unsupported(std::string r) : reason(std::move(r)) {}
  std::string reason;
};

using Dims = std::vector<std::int64_t>;

/// An axis of a layer.
enum class PlaneAxis : std::uint8_t { channels, rows, columns };
using AxisOrder = std::array<PlaneAxis, 3>;
inline constexpr AxisOrder natural_order{PlaneAxis::channels, PlaneAxis::rows, PlaneAxis::columns};

/// The output of a layer, and how the model sees it: its values in the order of `order`, the last axis innermost, under
/// the dimensions `dims`. A reshape changes the dimensions only, a transpose the order.
struct Activation {
  int layer = 0;
  Dims dims;  // with the batch of 1
  AxisOrder order = natural_order;
};

/// What the host makes of a layer behind the chip (Softmax, ...). Nothing on the chip can read it.
struct HostTensor {
  int layer = 0;
  Dims dims;
  std::vector<HostStep> steps;
};

/// What a tensor of the model is. Nothing is known of tensors behind a node that is not supported.
using Value = std::variant<std::monostate, Activation, Constant, HostTensor>;

/// Values of a node's outputs; most have one.
struct Results {
  Results(Value value) : values{std::move(value)} {}  // NOLINT(google-explicit-constructor)
  explicit Results(std::vector<Value> all) : values(std::move(all)) {}
  std::vector<Value> values;
};

/// A node with its attributes and inputs.
class Node {
 public:
  Node(const onnx::NodeProto& proto, std::vector<const Value*> inputs, std::int64_t opset)
      : proto_(proto), inputs_(std::move(inputs)), opset_(opset) {}

  [[nodiscard]] const onnx::NodeProto& proto() const { return proto_; }
  [[nodiscard]] std::int64_t opset() const { return opset_; }
  /// Its name; where it has none, that of its first output.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::size_t inputs() const { return inputs_.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  [[nodiscard]] bool is_constant(std::size_t i) const {
    return has_input(i) && std::holds_alternative<Constant>(*inputs_[i]);
  }
  [[nodiscard]] bool is_activation(std::size_t i) const {
    return has_input(i) && std::holds_alternative<Activation>(*inputs_[i]);
  }
  /// Throw Unsupported where input `i` is missing or of the other kind.
  [[nodiscard]] const Constant& constant(std::size_t i) const;
  /// Its values lie in the order of the layer: channels, rows, columns.
  [[nodiscard]] const Activation& activation(std::size_t i) const;
  [[nodiscard]] const Activation& activation_in_any_order(std::size_t i) const;
  [[nodiscard]] const Value& value(std::size_t i) const;

  [[nodiscard]] bool has(std::string_view attribute) const { return find(attribute) != nullptr; }
  [[nodiscard]] std::int64_t integer(std::string_view attribute, std::int64_t otherwise) const;
  [[nodiscard]] float real(std::string_view attribute, float otherwise) const;
  [[nodiscard]] std::string text(std::string_view attribute, const std::string& otherwise) const;
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view attribute,
                                                   std::vector<std::int64_t> otherwise) const;
  [[nodiscard]] const onnx::AttributeProto* find(std::string_view attribute) const;

 private:
  const onnx::NodeProto& proto_;
  std::vector<const Value*> inputs_;  // null where an optional input is left out
  std::int64_t opset_;
};

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
  /// Gives a flat input, [1, values], or one of three dimensions, rows and columns, as long as nothing has read it.
  /// False where it cannot; a picture stays the picture that clips are scaled to.
  bool reshape_input(const Activation& activation, const Shape& shape);

 private:
  void problem(const std::string& where, const std::string& reason);
  void read_opset();
  void read_constants();
  void read_input();
  [[nodiscard]] bool channels_last(const std::string& input, int rank) const;
  void read_node(const onnx::NodeProto& proto);
  void read_outputs();
  void read_tap(const std::string& name);
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

}  // namespace eddy
