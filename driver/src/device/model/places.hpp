// SPDX-License-Identifier: Apache-2.0
/// Where the tiles of an image lie.
#pragma once

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "device/model/tile.hpp"
#include "eddy/error.hpp"
#include "eddy/image.hpp"

namespace eddy::model {

class Places {
 public:
  explicit Places(const Image& image)
      : columns_(image.columns),
        index_(static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.columns), -1) {
    for (std::size_t i = 0; i < image.tiles.size(); ++i) index_.at(cell(image.tiles[i].tile)) = static_cast<int>(i);
  }

  /// Index into Image::tiles. Throws RunError where nothing lies there.
  [[nodiscard]] std::size_t operator[](pkg::tile_id_t at) const {
    const TileAt tile{at.y, at.x};
    const int index = tile.x < columns_ && cell(tile) < index_.size() ? index_[cell(tile)] : -1;
    if (index < 0) throw RunError(fmt::format("model: a message goes to {}, which holds nothing", name_of(tile)));
    return static_cast<std::size_t>(index);
  }

 private:
  [[nodiscard]] std::size_t cell(TileAt t) const { return static_cast<std::size_t>(t.y * columns_ + t.x); }

  int columns_;
  std::vector<int> index_;
};

}  // namespace eddy::model
