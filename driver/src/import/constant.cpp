// SPDX-License-Identifier: Apache-2.0
#include "import/constant.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "import/half.hpp"
#include "import/importer.hpp"

namespace eddy {
namespace {

constexpr std::int64_t max_elements = std::int64_t{1} << 28;

double from_bfloat(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// Elements of type T from the little-endian bytes of a tensor.
template <typename T, typename Convert>
std::vector<double> from_raw(const std::string& raw, Convert convert) {
  if (raw.size() % sizeof(T) != 0) throw Unsupported("its bytes are not a whole number of elements");
  std::vector<double> values;
  values.reserve(raw.size() / sizeof(T));
  for (std::size_t i = 0; i < raw.size(); i += sizeof(T)) {
    T element;
    std::memcpy(&element, raw.data() + i, sizeof(T));
    values.push_back(convert(element));
  }
  return values;
}

template <typename T>
std::vector<double> from_raw(const std::string& raw) {
  return from_raw<T>(raw, [](T v) { return static_cast<double>(v); });
}

/// A tensor keeps its elements either as bytes or in a typed field.
template <typename T, typename Field>
std::vector<double> elements(const onnx::TensorProto& tensor, const Field& field) {
  if (tensor.has_raw_data()) return from_raw<T>(tensor.raw_data());
  return {field.begin(), field.end()};
}

template <typename Convert>
std::vector<double> halves(const onnx::TensorProto& tensor, Convert convert) {
  if (tensor.has_raw_data()) return from_raw<std::uint16_t>(tensor.raw_data(), convert);
  std::vector<double> values;
  for (const auto bits : tensor.int32_data()) values.push_back(convert(static_cast<std::uint16_t>(bits)));
  return values;
}

/// Two to a byte, the first in the low half.
std::vector<double> nibbles(const onnx::TensorProto& tensor, std::size_t count, bool negative) {
  std::vector<double> values;
  const auto add = [&](unsigned bits) { values.push_back(negative && bits > 7 ? int(bits) - 16 : int(bits)); };
  const auto bytes = tensor.has_raw_data() ? tensor.raw_data().size() : at(tensor.int32_data_size());
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto byte = tensor.has_raw_data() ? static_cast<unsigned char>(tensor.raw_data()[i])
                                            : static_cast<unsigned>(tensor.int32_data(static_cast<int>(i)));
    add(byte & 15U);
    if (values.size() < count) add(byte >> 4U & 15U);
  }
  return values;
}

std::vector<double> values_of(const onnx::TensorProto& tensor, std::size_t count) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::UINT4:
      return nibbles(tensor, count, false);
    case onnx::TensorProto::INT4:
      return nibbles(tensor, count, true);
    case onnx::TensorProto::FLOAT:
      return elements<float>(tensor, tensor.float_data());
    case onnx::TensorProto::DOUBLE:
      return elements<double>(tensor, tensor.double_data());
    case onnx::TensorProto::FLOAT16:
      return halves(tensor, from_half);
    case onnx::TensorProto::BFLOAT16:
      return halves(tensor, from_bfloat);
    case onnx::TensorProto::INT64:
      return elements<std::int64_t>(tensor, tensor.int64_data());
    case onnx::TensorProto::INT32:
      return elements<std::int32_t>(tensor, tensor.int32_data());
    case onnx::TensorProto::INT16:
      return elements<std::int16_t>(tensor, tensor.int32_data());
    case onnx::TensorProto::INT8:
      return elements<std::int8_t>(tensor, tensor.int32_data());
    case onnx::TensorProto::UINT16:
      return elements<std::uint16_t>(tensor, tensor.int32_data());
    case onnx::TensorProto::UINT8:
      return elements<std::uint8_t>(tensor, tensor.int32_data());
    case onnx::TensorProto::BOOL:
      return elements<std::uint8_t>(tensor, tensor.int32_data());
    default:
      throw Unsupported(
          fmt::format("its type {} is not supported", onnx::TensorProto::DataType_Name(tensor.data_type())));
  }
}

}  // namespace

std::vector<std::int64_t> Constant::integers() const {
  std::vector<std::int64_t> result;
  for (const double v : values) result.push_back(static_cast<std::int64_t>(v));
  return result;
}

std::vector<double> Constant::steps_along(std::size_t axis, std::size_t count) const {
  if (!steps) return {};
  if (steps->values.size() == 1) return std::vector<double>(count, steps->values.front());
  return steps->axis == axis && steps->values.size() == count ? steps->values : std::vector<double>();
}

Constant constant_from(const onnx::TensorProto& tensor) {
  const std::string what = fmt::format("constant \"{}\": ", tensor.name());
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
    throw Unsupported(what + "its values lie in another file; save the model with all values inside");
  }
  Constant constant{tensor.name(), {tensor.dims().begin(), tensor.dims().end()}, {}, tensor.data_type()};
  std::int64_t count = 1;
  for (const auto d : constant.dims) {
    if (d < 0 || d > max_elements || (count *= d) > max_elements) throw Unsupported(what + "its size makes no sense");
  }
  try {
    constant.values = values_of(tensor, at(count));
  } catch (const Unsupported& problem) {
    throw Unsupported(what + problem.reason);
  }
  if (static_cast<std::int64_t>(constant.values.size()) != count) {
    throw Unsupported(what + fmt::format("{} values, but its shape asks for {}", constant.values.size(), count));
  }
  return constant;
}

const Constant& finite(const Constant& constant) {
  const auto bad = std::ranges::count_if(constant.values, [](double v) { return !std::isfinite(v); });
  if (bad > 0)
    throw Unsupported(fmt::format("constant \"{}\" has {} values that are infinite or NaN", constant.name, bad));
  return constant;
}

}  // namespace eddy
