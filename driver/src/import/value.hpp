// SPDX-License-Identifier: Apache-2.0
/// What the tensors of a model are while it is read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "eddy/codes.hpp"
#include "eddy/host_step.hpp"
#include "import/constant.hpp"

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
/// the dimensions `dims`. A reshape changes the dimensions only, a transpose the order. Where it has codes, the model
/// sees whole numbers that stand for the values.
struct Activation {
  int layer = 0;
  Dims dims;  // with the batch of 1
  AxisOrder order = natural_order;
  std::optional<Codes> codes{};
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

}  // namespace eddy
