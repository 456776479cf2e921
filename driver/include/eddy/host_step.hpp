// SPDX-License-Identifier: Apache-2.0
/// What the host computes of an output behind the chip: the end of a network that is no sum of products, such as a
/// Softmax, and the order in which the model gives its values.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "eddy/codes.hpp"

namespace eddy {

/// Dimension i of the result is dimension order[i] of the tensor, which is [dims[0]][dims[1]]...
struct Permute {
  std::vector<int> dims, order;
  friend bool operator==(const Permute&, const Permute&) = default;
};

/// Where each element of the result lies in the tensor.
std::vector<std::size_t> sources(const Permute& step);

/// Over the middle dimension of [outer][size][inner]: exp(x) / sum exp(x), or its logarithm.
struct Softmax {
  int size = 1, inner = 1;
  bool logarithm = false;
  friend bool operator==(const Softmax&, const Softmax&) = default;
};

/// Index of the largest over the middle dimension of [outer][size][inner]; of equals the first, or the last.
struct ArgMax {
  int size = 1, inner = 1;
  bool last = false;
  friend bool operator==(const ArgMax&, const ArgMax&) = default;
};

/// Real numbers to the whole ones that stand for them.
struct Quantise {
  Codes codes;
  friend bool operator==(const Quantise&, const Quantise&) = default;
};

/// And back.
struct Dequantise {
  Codes codes;
  friend bool operator==(const Dequantise&, const Dequantise&) = default;
};

using HostStep = std::variant<Permute, Softmax, ArgMax, Quantise, Dequantise>;

/// The steps one after another. `values` is row-major.
std::vector<float> apply_steps(std::span<const HostStep> steps, std::vector<float> values);

/// "Softmax", "Permute, ArgMax".
std::string to_text(std::span<const HostStep> steps);

}  // namespace eddy
