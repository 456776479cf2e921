// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "import/importer.hpp"

namespace eddy {

/// One number for each channel of the activation, from a constant that is broadcast to it.
std::vector<float> by_channel(Importer& importer, const Activation& input, const Constant& constant);

}  // namespace eddy
