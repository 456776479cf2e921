// SPDX-License-Identifier: Apache-2.0
/// Sizes and positions are `int` where we count and signed in ONNX; the standard library takes unsigned ones.
#pragma once

#include <concepts>
#include <cstddef>

namespace eddy {

constexpr std::size_t at(std::signed_integral auto i) { return static_cast<std::size_t>(i); }

}  // namespace eddy
