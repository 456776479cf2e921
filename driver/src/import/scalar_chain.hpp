// SPDX-License-Identifier: Apache-2.0
/// Functions of one activation that a model spells out in several nodes: x * sigmoid(x), x * clip(x + 3, 0, 6) / 6.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "eddy/scalar_function.hpp"
#include "import/importer.hpp"

namespace eddy {

/// A layer that gives `function` of its input: a copy of it with a curve.
Activation curve_layer(Importer& importer, const Node& node, const Activation& input, ScalarFunction function);

/// operation(a, b), where both are functions of one and the same layer: a curve of that layer. Nothing where they are
/// not, or where neither needs a curve anyway and `exact` ports can do it. `text` as in combined().
std::optional<Value> combined_curve(Importer& importer, const Node& node, const Activation& a, const Activation& b,
                                    const std::string& text, const std::function<double(double, double)>& operation,
                                    bool exact);

}  // namespace eddy
