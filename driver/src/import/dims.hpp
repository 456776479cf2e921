// SPDX-License-Identifier: Apache-2.0
/// Dimensions of tensors.
#pragma once

#include "import/importer.hpp"

namespace eddy {

/// Values of a tensor.
std::int64_t count(const Dims& dims);

/// An axis that may be counted from the end. Throws Unsupported.
std::size_t axis_of(std::int64_t axis, std::size_t rank);

const Dims& dims_of(const Value& value);

/// The same values under other dimensions. Rows, columns and channels that are joined or split are a matter of who
/// reads them. Throws Unsupported where an input would have to become another picture.
Value reshaped(Importer& importer, const Value& value, Dims dims);

}  // namespace eddy
