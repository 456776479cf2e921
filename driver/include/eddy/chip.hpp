// SPDX-License-Identifier: Apache-2.0
/// A chip as the compiler and the simulator see it: its torus, the memory of a tile, where the gateway sits.
/// Everything else (widths, table sizes) is the same in all chips and comes from rtl/eddy_pkg.sv.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eddy {

/// A place on the torus.
struct TileAt {
  int y = 0, x = 0;
  friend auto operator<=>(const TileAt&, const TileAt&) = default;
};

struct Chip {
  std::string name;
  int rows = 0, columns = 0;  // of tiles
  int banks = 0;              // RAM banks a tile; word addresses from banks * 1024 on do not exist
  int lanes = 4;              // neurons a MAC cycle
  int axi_bits = 128;
  int scan_pixels = 16;  // pixels that the frame input scans a cycle
  TileAt gateway;        // it sits at the i/o end of this tile

  [[nodiscard]] int tiles() const { return rows * columns; }
  [[nodiscard]] int ram_words() const;  // of 32 * lanes bits, a tile
  [[nodiscard]] int ram_bytes() const;  // a tile
  [[nodiscard]] int index(TileAt t) const { return t.y * columns + t.x; }
  [[nodiscard]] TileAt at(int index) const { return {index / columns, index % columns}; }
  /// Hops from tile to tile on the torus, the shortest way.
  [[nodiscard]] int distance(TileAt a, TileAt b) const;
};

/// Reads a chip from its JSON file. Throws FileError where it cannot be read or says something impossible.
Chip read_chip(const std::filesystem::path& file);

/// A chip by name ("small") from the folder of shipped chips, or by path of its file ("my/chip.json").
/// Throws FileError that lists the shipped ones where there is no such chip.
Chip find_chip(const std::string& name_or_file);

/// The chips that are shipped, smallest first.
std::vector<Chip> shipped_chips();

/// Folder of the shipped chips: the environment variable EDDY_CHIPS, or where the build found or installed them.
std::filesystem::path chip_folder();

}  // namespace eddy
