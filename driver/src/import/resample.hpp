// SPDX-License-Identifier: Apache-2.0
/// Depthwise sums that read beyond the plane: there its first or last element is repeated, on each axis.
#pragma once

#include <vector>

#include "import/importer.hpp"

namespace eddy {

/// One axis: a kernel on the elements as they are, and what the elements beyond the ends, equal to the first and last,
/// add to the first and last outputs.
struct RepeatedEnds {
  Axis axis;
  std::vector<float> kernel;  // [axis.taps]
  std::vector<float> first;   // of the first element, to outputs 0, 1, ...
  std::vector<float> last;    // of the last element, to outputs - 1, outputs - 2, ...
  int outputs = 0;
};

/// A layer of such sums: a port on the source, and one on a copy of each edge and corner that adds to something.
GraphLayer repeated_ends(Importer& importer, const Node& node, const Activation& input, const RepeatedEnds& y,
                         const RepeatedEnds& x);

/// A layer that copies rows [y, y + rows) and columns [x, x + columns).
struct Crop {
  int y = 0, rows = 0, x = 0, columns = 0;
};
GraphLayer crop_layer(const Importer& importer, int source, const Crop& crop);

}  // namespace eddy
