// SPDX-License-Identifier: Apache-2.0
#include "compile/weight_bytes.hpp"

#include <algorithm>
#include <set>

#include "chip_weights.hpp"

namespace eddy {

std::map<WeightFormat, std::int64_t> weight_bytes(const Image& image) {
  std::map<WeightFormat, std::int64_t> bytes;
  for (const TileImage& tile : image.tiles) {
    std::set<std::uint32_t> counted;
    for (const TableEntry& entry : tile.tables) {
      if (static_cast<pkg::table_e>(entry.table) != pkg::table_e::TabPort) continue;
      const auto port = pkg::port_t::unpack(entry.words);
      if (!counted.insert(port.w_base).second) continue;
      const auto run = std::ranges::find(tile.ram, std::uint32_t{port.w_base}, &RamRun::word);
      if (run != tile.ram.end())
        bytes[format_of(port.format)] += static_cast<std::int64_t>(run->data.size() * sizeof(std::uint32_t));
    }
  }
  return bytes;
}

}  // namespace eddy
