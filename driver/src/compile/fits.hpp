// SPDX-License-Identifier: Apache-2.0
/// Would it fit? A short search, for those who ask of many networks or chips.
#pragma once

#include "eddy/chip.hpp"
#include "eddy/compile.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// A partition is found, by few tries, and encodes within all limits of the chip.
bool fits(const Network& network, const Chip& chip, const CompileOptions& options = {});

}  // namespace eddy
