// SPDX-License-Identifier: Apache-2.0
/// Tensors that are known when the model is read: weights, shapes, limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <onnx.pb.h>

namespace eddy {

/// What a constant's values are whole multiples of: one number for all, or one for each place along an axis.
struct Steps {
  std::vector<double> values;
  std::size_t axis = 0;
};

struct Constant {
  std::string name;
  std::vector<std::int64_t> dims;
  std::vector<double> values;    // row-major
  int type = 0;                  // as ONNX names it; 0 where that does not matter
  std::optional<Steps> steps{};  // of what was quantised

  /// The steps of `count` parts along an axis; empty where there are none.
  [[nodiscard]] std::vector<double> steps_along(std::size_t axis, std::size_t count) const;

  [[nodiscard]] std::vector<std::int64_t> integers() const;
};

/// Float of 16, 32 or 64 bits, bfloat16, and whole numbers of 4 to 64. Throws Unsupported (importer.hpp) for other
/// types, values that are stored outside the file, and sizes that do not match. Values may be infinite or NaN: see
/// finite().
Constant constant_from(const onnx::TensorProto& tensor);

/// The same constant; throws Unsupported where a value is infinite or NaN.
const Constant& finite(const Constant& constant);

}  // namespace eddy
