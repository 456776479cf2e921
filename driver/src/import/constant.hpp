// SPDX-License-Identifier: Apache-2.0
/// Tensors that are known when the model is read: weights, shapes, limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <onnx.pb.h>

namespace eddy {

struct Constant {
  std::string name;
  std::vector<std::int64_t> dims;
  std::vector<double> values;  // row-major

  [[nodiscard]] std::vector<std::int64_t> integers() const;
};

/// Float of 16, 32 or 64 bits, bfloat16, and whole numbers. Throws Unsupported (importer.hpp) for other types, values
/// that are stored outside the file, and sizes that do not match. Values may be infinite or NaN: see finite().
Constant constant_from(const onnx::TensorProto& tensor);

/// The same constant; throws Unsupported where a value is infinite or NaN.
const Constant& finite(const Constant& constant);

}  // namespace eddy
