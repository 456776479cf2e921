// SPDX-License-Identifier: Apache-2.0
/// The activation functions of ONNX, and what their compositions are made of.
#pragma once

#include <optional>

#include "eddy/graph.hpp"
#include "eddy/scalar_function.hpp"
#include "import/importer.hpp"

namespace eddy {

/// factor * x + offset
ScalarFunction affine(double factor, double offset);
/// min(max(x, lo), hi)
ScalarFunction clip_to(double lo, double hi);
/// x, where it is positive, else slope * x.
ScalarFunction leaky_relu(double slope);

/// A layer's activation as a function, be it a range or a curve. Of a grid it has the ends only.
ScalarFunction activation_function(const GraphLayer& layer);

/// What a layer does to its one source, where that is the same for all neurons: copied, scaled and shifted by one
/// number each, then its activation. Its pool, if any, stays aside. Nothing where it does more.
std::optional<ScalarFunction> function_of_source(const GraphLayer& layer, const Shape& source);

/// The operators that are a function of one activation, with the attributes of the node.
std::optional<ScalarFunction> activation_operator(const Node& node);

}  // namespace eddy
