// SPDX-License-Identifier: Apache-2.0
/// QuantizeLinear, DequantizeLinear, and the operators that stand for one of real numbers between them, as exporters of
/// ONNX Runtime and PyTorch write them.
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "import/codes.hpp"

namespace eddy {
namespace {

Value quantize_linear(Importer& importer, const Node& node) {
  if (node.integer("block_size", 0) != 0) throw Unsupported("scales by block; one a tensor or channel is supported");
  return quantised(importer, node);
}

Value dequantize_linear(Importer&, const Node& node) {
  if (node.integer("block_size", 0) != 0) throw Unsupported("scales by block; one a tensor or channel is supported");
  return dequantised(node, 0, node.integer("axis", 1));
}

/// An operator on codes: each operand is followed by its scale and its zero point.
struct Pattern {
  std::string of;                     // the operator of real numbers
  std::vector<std::size_t> operands;  // where they begin
  std::size_t result = 0;             // where the scale of the result stands
  std::optional<std::size_t> bias{};  // sums of products
  std::int64_t axis = 0;              // of a constant operand with several scales
};

/// A step of it is the product of those of input and weights.
Constant bias_of(const Node& node, const Pattern& pattern) {
  Constant bias = node.constant(*pattern.bias);
  const auto &input = node.constant(pattern.operands[0] + 1).values,
             &weights = node.constant(pattern.operands[1] + 1).values;
  if (input.size() != 1 || (weights.size() != 1 && weights.size() != bias.values.size()))
    throw Unsupported("as many scales of weights as biases");
  for (std::size_t k = 0; k < bias.values.size(); ++k)
    bias.values[k] *= node.real("alpha", 1) * input[0] * weights[weights.size() == 1 ? 0 : k];
  return bias;
}

/// Codes to real numbers, the operator, and back.
Value between_codes(Importer& importer, const Node& node, const Pattern& pattern) {
  if (node.integer("channels_last", 0) != 0) throw Unsupported("channels_last; [1, channels, rows, columns] is taken");
  std::vector<Value> values;
  for (const std::size_t i : pattern.operands) values.push_back(dequantised(node, i, pattern.axis));
  if (pattern.bias && node.has_input(*pattern.bias)) values.emplace_back(bias_of(node, pattern));
  std::vector<const Value*> inputs;
  for (const Value& value : values) inputs.push_back(&value);
  onnx::NodeProto proto = node.proto();
  proto.set_op_type(pattern.of);
  const int layers = importer.layers();
  const Results results = (*find_operator(pattern.of))(importer, Node(proto, inputs, node.opset()));
  const Value& result = results.values.at(0);
  const bool real = !node.has_input(pattern.result);  // QGemm without a scale of the result
  if (real) return result;
  const Codes codes = codes_of(node, pattern.result);
  if (auto activation = result;
      std::holds_alternative<Activation>(activation) && importer.round_to(codes.grid, layers)) {
    std::get<Activation>(activation).codes = codes;
    return activation;
  }
  return quantised(importer, node, result, codes);
}

Operator operator_of(Pattern pattern) {
  return [pattern = std::move(pattern)](Importer& importer, const Node& node) -> Results {
    return between_codes(importer, node, pattern);
  };
}

Value qgemm(Importer& importer, const Node& node) {
  return between_codes(importer, node, {"Gemm", {0, 3}, 7, 6, node.integer("transB", 0) != 0 ? 0 : 1});
}

/// Operands behind the scale and the zero point of the result.
Value qconcat(Importer& importer, const Node& node) {
  Pattern pattern{"Concat", {}, 0};
  for (std::size_t i = 2; i + 1 < node.inputs(); i += 3) pattern.operands.push_back(i);
  return between_codes(importer, node, pattern);
}

Value dynamic(Importer&, const Node&) {
  throw Unsupported(
      "scales that depend on the frame: quantise the model with calibrated (static) ones, or leave it real");
}

}  // namespace

std::map<std::string, Operator> quantised_operators() {
  return {{"QuantizeLinear", quantize_linear},
          {"DequantizeLinear", dequantize_linear},
          {"QLinearConv", operator_of({"Conv", {0, 3}, 6, 8, 0})},
          {"QLinearMatMul", operator_of({"MatMul", {0, 3}, 6, {}, 1})},
          {"QGemm", qgemm},
          {"QLinearAdd", operator_of({"Add", {0, 3}, 6})},
          {"QLinearMul", operator_of({"Mul", {0, 3}, 6})},
          {"QLinearConcat", qconcat},
          {"QLinearAveragePool", operator_of({"AveragePool", {0}, 3})},
          {"QLinearGlobalAveragePool", operator_of({"GlobalAveragePool", {0}, 3})},
          {"QLinearReduceMean", operator_of({"ReduceMean", {0}, 3})},
          {"QLinearLeakyRelu", operator_of({"LeakyRelu", {0}, 3})},
          {"QLinearSigmoid", operator_of({"Sigmoid", {0}, 3})},
          {"QLinearSoftmax", operator_of({"Softmax", {0}, 3})},
          {"DynamicQuantizeLinear", dynamic},
          {"ConvInteger", dynamic},
          {"MatMulInteger", dynamic}};
}

}  // namespace eddy
