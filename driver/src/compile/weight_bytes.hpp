// SPDX-License-Identifier: Apache-2.0
/// What an image keeps its weights in.
#pragma once

#include <cstdint>
#include <map>

#include "eddy/image.hpp"
#include "eddy/weight_format.hpp"

namespace eddy {

/// Bytes of weights in all tiles, by format; weights that ports of a tile share count once.
std::map<WeightFormat, std::int64_t> weight_bytes(const Image& image);

}  // namespace eddy
