// SPDX-License-Identifier: Apache-2.0
/// ONNX models made node by node.
#pragma once

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include <onnx.pb.h>

#include "eddy/error.hpp"
#include "eddy/import.hpp"

namespace eddy::testing {

/// A model under construction. Tensors are named by the caller; weights count 1, 2, 3, ...
class MadeModel {
 public:
  explicit MadeModel(std::int64_t opset = 13) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("made");
  }
  onnx::ModelProto& proto() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  /// Dimensions of 0 are open.
  void input(const std::string& name, const std::vector<std::int64_t>& dims) {
    auto* value = graph().add_input();
    value->set_name(name);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto d : dims) {
      auto* dim = type->mutable_shape()->add_dim();
      if (d > 0)
        dim->set_dim_value(d);
      else
        dim->set_dim_param("N");
    }
  }
  void output(const std::string& name) { graph().add_output()->set_name(name); }

  void weight(const std::string& name, const std::vector<std::int64_t>& dims) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    for (const auto d : dims) tensor->add_dims(d);
    const auto count = std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
    for (std::int64_t i = 1; i <= count; ++i) tensor->add_float_data(static_cast<float>(i));
  }
  void constant(const std::string& name, onnx::TensorProto::DataType type, const std::vector<std::int64_t>& dims,
                const std::vector<double>& values) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const auto d : dims) tensor->add_dims(d);
    for (const auto v : values) {
      if (type == onnx::TensorProto::FLOAT)
        tensor->add_float_data(static_cast<float>(v));
      else
        tensor->add_int32_data(static_cast<std::int32_t>(v));
    }
  }
  void integers(const std::string& name, const std::vector<std::int64_t>& values, bool scalar = false) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    if (!scalar) tensor->add_dims(static_cast<std::int64_t>(values.size()));
    for (const auto v : values) tensor->add_int64_data(v);
  }

  onnx::NodeProto& node(const std::string& kind, const std::vector<std::string>& inputs, const std::string& output) {
    auto* node = graph().add_node();
    node->set_op_type(kind);
    node->set_name(output + "_node");
    for (const auto& i : inputs) node->add_input(i);
    node->add_output(output);
    return *node;
  }

  [[nodiscard]] Graph parse(const std::vector<std::string>& taps = {}) const {
    return parse_onnx(model_.SerializeAsString(), "made.onnx", taps);
  }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& taps = {}) const {
    try {
      (void)parse(taps);
    } catch (const ModelError& error) {
      return error.what();
    }
    ADD_FAILURE() << "was taken";
    return {};
  }

 private:
  onnx::ModelProto model_;
};

inline void attribute(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
  auto* a = node.add_attribute();
  a->set_name(name);
  a->set_type(onnx::AttributeProto::INTS);
  for (const auto v : values) a->add_ints(v);
}

inline void attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto* a = node.add_attribute();
  a->set_name(name);
  a->set_type(onnx::AttributeProto::INT);
  a->set_i(value);
}

}  // namespace eddy::testing
