// SPDX-License-Identifier: Apache-2.0
/// The image of one tile.
#pragma once

#include "compile/numbering.hpp"
#include "eddy/image.hpp"

namespace eddy::mapping {

/// `queue_words` is the size of the event queue where there is room. Throws FitError where the tile is too small.
TileImage encode_tile(const NumberedPlan& plan, int tile, int queue_words);

}  // namespace eddy::mapping
