// SPDX-License-Identifier: Apache-2.0
/// Whether an image that came from outside is one that this chip can be given.
#pragma once

#include "eddy/chip.hpp"
#include "eddy/image.hpp"

namespace eddy::remote {

/// Throws FitError where the image is for another chip, and FileError where it names what no chip has: tiles, words of
/// memory, tables, layers. What tables and memory hold is the image's own affair: a device may fail on it.
void check_image(const Image& image, const Chip& chip);

/// Bytes that a message with an image for this chip may have.
std::size_t most_image_bytes(const Chip& chip);

}  // namespace eddy::remote
