// SPDX-License-Identifier: Apache-2.0
/// What leaves the chip.
#pragma once

#include "import/importer.hpp"

namespace eddy {

/// An activation as the host reads it: from the layer's order to that of the model.
HostTensor on_the_host(const Importer& importer, const Activation& activation);

}  // namespace eddy
