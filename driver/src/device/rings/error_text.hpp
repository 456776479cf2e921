// SPDX-License-Identifier: Apache-2.0
/// What an error code of the gateway or of a tile means, in words.
#pragma once

#include <string>

#include "eddy/image.hpp"
#include "eddy_host_pkg.hpp"

namespace eddy::rings {

/// Code, place and meaning. `tile` is the tile that the error is about; the image names layers, where there is one.
std::string error_text(host_pkg::host_err_e code, const pkg::tile_id_t& tile, const pkg::error_t& error,
                       const Image* image);

}  // namespace eddy::rings
