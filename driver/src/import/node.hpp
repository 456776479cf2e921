// SPDX-License-Identifier: Apache-2.0
/// A node of the model, as operators see it.
#pragma once

#include <string_view>

#include <onnx.pb.h>

#include "import/value.hpp"

namespace eddy {

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

}  // namespace eddy
