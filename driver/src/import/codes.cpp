// SPDX-License-Identifier: Apache-2.0
#include "import/codes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "import/dims.hpp"
#include "import/identity.hpp"

namespace eddy {
namespace {

constexpr int most_code = 255;

/// Least and most of a type of codes.
std::pair<int, int> range_of(int type) {
  switch (type) {
    case onnx::TensorProto::UINT4:
      return {0, 15};
    case onnx::TensorProto::INT4:
      return {-8, 7};
    case onnx::TensorProto::UINT8:
      return {0, 255};
    case onnx::TensorProto::INT8:
      return {-128, 127};
    case onnx::TensorProto::UINT16:
      return {0, 65535};
    case onnx::TensorProto::INT16:
      return {-32768, 32767};
    default:
      throw Unsupported(fmt::format("codes of type {}",
                                    onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type))));
  }
}

/// Of the zero point, which is that of the codes; unsigned bytes unless told.
int type_of(const Node& node, std::size_t zero) {
  return node.has_input(zero) ? node.constant(zero).type
                              : static_cast<int>(node.integer("output_dtype", onnx::TensorProto::UINT8));
}

/// Above 0, and finite.
const Constant& scales(const Node& node, std::size_t i) {
  const Constant& scale = node.constant(i);
  for (const double s : scale.values) {
    if (!(s > 0) || !std::isfinite(s)) throw Unsupported(fmt::format("a scale of {}", s));
  }
  if (scale.values.empty()) throw Unsupported("no scale");
  return scale;
}

/// The scale and the zero point of each element of a constant: one for all, or one for each place along an axis.
class Places {
 public:
  Places(const Node& node, const Constant& constant, std::size_t scale, std::int64_t axis)
      : scales_(scales(node, scale).values), zeros_(scales_.size(), 0), inner_(constant.values.size()) {
    if (node.has_input(scale + 1)) zeros_ = node.constant(scale + 1).values;
    if (zeros_.size() != scales_.size()) throw Unsupported("zero points of another number than scales");
    if (scales_.size() == 1) return;
    axis_ = axis_of(axis, constant.dims.size());
    const auto behind = constant.dims.begin() + static_cast<std::ptrdiff_t>(axis_) + 1;
    inner_ = at(count({behind, constant.dims.end()}));
    if (at(constant.dims[axis_]) != scales_.size())
      throw Unsupported(fmt::format("{} scales along {} elements", scales_.size(), constant.dims[axis_]));
  }

  [[nodiscard]] double scale(std::size_t element) const { return scales_[part(element)]; }
  [[nodiscard]] double zero(std::size_t element) const { return zeros_[part(element)]; }
  [[nodiscard]] Steps steps() const { return {scales_, axis_}; }

 private:
  [[nodiscard]] std::size_t part(std::size_t element) const { return element / inner_ % scales_.size(); }

  std::vector<double> scales_, zeros_;
  std::size_t axis_ = 0, inner_;  // elements with one scale, side by side
};

Constant quantised(const Node& node, const Constant& real, std::int64_t axis) {
  const Places places(node, real, 1, axis);
  Constant result = real;
  result.type = type_of(node, 2);
  const auto [lo, hi] = range_of(result.type);
  for (std::size_t n = 0; n < real.values.size(); ++n) {
    const double code = std::nearbyint(real.values[n] / places.scale(n)) + places.zero(n);
    result.values[n] = std::clamp<double>(code, lo, hi);
  }
  return result;
}

Constant dequantised(const Node& node, std::size_t i, const Constant& codes, std::int64_t axis) {
  const Places places(node, codes, i + 1, axis);
  Constant result = codes;
  result.type = onnx::TensorProto::FLOAT;
  result.steps = places.steps();
  for (std::size_t n = 0; n < codes.values.size(); ++n)
    result.values[n] = (codes.values[n] - places.zero(n)) * places.scale(n);
  return result;
}

}  // namespace

Codes codes_of(const Node& node, std::size_t scale) {
  if (scales(node, scale).values.size() != 1)
    throw Unsupported("activations with a scale for each channel; one for all is supported");
  const auto [lo, hi] = range_of(type_of(node, scale + 1));
  if (std::max(-lo, hi) > most_code) throw Unsupported("activations of 16 bits; those of 8 or fewer are supported");
  const int zero = node.has_input(scale + 1) ? static_cast<int>(node.constant(scale + 1).values.at(0)) : 0;
  return {{static_cast<float>(node.constant(scale).values[0]), lo - zero, hi - zero}, zero};
}

Value quantised(Importer& importer, const Node& node, const Value& value, const Codes& codes) {
  if (const auto* tensor = std::get_if<HostTensor>(&value)) {
    HostTensor result = *tensor;
    result.steps.emplace_back(Quantise{codes});
    return result;
  }
  const auto& activation = std::get<Activation>(value);
  if (activation.codes) throw Unsupported("it quantises what is quantised already");
  GraphLayer layer = copy_layer(importer, activation);
  layer.grid = codes.grid;
  Activation result = importer.add_like(node, std::move(layer), activation);
  result.codes = codes;
  return result;
}

Value quantised(Importer& importer, const Node& node) {
  if (node.is_constant(0)) return quantised(node, node.constant(0), node.integer("axis", 1));
  return quantised(importer, node, node.value(0), codes_of(node, 1));
}

Value dequantised(const Node& node, std::size_t i, std::int64_t axis) {
  const Value& value = node.value(i);
  if (const auto* constant = std::get_if<Constant>(&value)) return dequantised(node, i, *constant, axis);
  const Codes codes = codes_of(node, i + 1);
  if (const auto* tensor = std::get_if<HostTensor>(&value)) {
    HostTensor result = *tensor;
    result.steps.emplace_back(Dequantise{codes});
    return result;
  }
  Activation result = std::get<Activation>(value);
  if (result.codes != codes) {
    throw Unsupported(!result.codes
                          ? "it reads real numbers where codes are wanted"
                          : fmt::format("a scale of {} and a zero point of {} for codes that were made with "
                                        "{} and {}",
                                        codes.grid.step, codes.zero, result.codes->grid.step, result.codes->zero));
  }
  result.codes.reset();
  return result;
}

const std::vector<std::string>& operators_on_codes() {
  static const std::vector<std::string> names{"Identity", "Dropout",   "Flatten", "Reshape", "Squeeze", "Unsqueeze",
                                              "Split",    "Transpose", "Slice",   "Concat",  "MaxPool"};
  return names;
}

Operator on_codes(Operator op) {
  return [op = std::move(op)](Importer& importer, const Node& node) -> Results {
    std::vector<Value> values(node.inputs());
    std::vector<const Value*> inputs(node.inputs());
    std::vector<std::optional<Codes>> codes;
    for (std::size_t i = 0; i < node.inputs(); ++i) {
      if (!node.has_input(i)) continue;
      values[i] = node.value(i);
      inputs[i] = &values[i];
      if (auto* activation = std::get_if<Activation>(&values[i])) codes.push_back(std::exchange(activation->codes, {}));
    }
    if (std::ranges::adjacent_find(codes, std::not_equal_to<>()) != codes.end())
      throw Unsupported("it joins codes of different scales or zero points");
    Results results = op(importer, Node(node.proto(), inputs, node.opset()));
    for (Value& result : results.values) {
      if (auto* activation = std::get_if<Activation>(&result); activation != nullptr && !codes.empty())
        activation->codes = codes.front();
    }
    return results;
  };
}

}  // namespace eddy
