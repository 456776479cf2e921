// SPDX-License-Identifier: Apache-2.0
/// Models that were quantised before they came here: whole numbers that stand for real ones.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "import/importer.hpp"

namespace eddy {

/// How input `scale` of a node, and the one behind it, its zero point, spell real numbers: codes of the zero point's
/// type, unsigned bytes where it is left out. Throws Unsupported where there is more than one scale, or it is not
/// above 0.
Codes codes_of(const Node& node, std::size_t scale);

/// Codes of real numbers, which are rounded on the chip, or on the host behind it.
Value quantised(Importer& importer, const Node& node, const Value& value, const Codes& codes);
/// What a QuantizeLinear gives; a constant is rounded now.
Value quantised(Importer& importer, const Node& node);

/// What the codes of input `i` stand for, with the scale and the zero point behind it. A constant may have them along
/// `axis`. Throws Unsupported where an activation was quantised by others.
Value dequantised(const Node& node, std::size_t i, std::int64_t axis);

/// Operators that compute nothing do the same to codes as to what they stand for.
const std::vector<std::string>& operators_on_codes();
Operator on_codes(Operator op);

}  // namespace eddy
