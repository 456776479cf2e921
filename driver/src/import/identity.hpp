// SPDX-License-Identifier: Apache-2.0
/// Ports and layers that pass their input on.
#pragma once

#include "import/importer.hpp"

namespace eddy {

/// Channels of a source, one for one, to channels from `k_first` on.
GraphPort copy_port(int source, const Shape& shape, int k_first = 0);

/// A layer that copies, for operators that change what comes behind the sum.
GraphLayer copy_layer(Importer& importer, const Activation& input);

}  // namespace eddy
