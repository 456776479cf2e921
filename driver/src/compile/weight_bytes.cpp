// SPDX-License-Identifier: Apache-2.0
#include "compile/weight_bytes.hpp"

#include <algorithm>
#include <set>

namespace eddy {

WeightFormat format_of(pkg::weight_e format) {
  switch (format) {
    case pkg::weight_e::WeightInt16:
      return WeightFormat::int16;
    case pkg::weight_e::WeightInt4:
      return WeightFormat::int4;
    case pkg::weight_e::WeightInt2:
      return WeightFormat::int2;
    case pkg::weight_e::WeightFp16:
      return WeightFormat::fp16;
    case pkg::weight_e::WeightCode8:
      return WeightFormat::code8;
    case pkg::weight_e::WeightCode4:
      return WeightFormat::code4;
    case pkg::weight_e::WeightCode2:
      return WeightFormat::code2;
    case pkg::weight_e::WeightInt8:
      break;
  }
  return WeightFormat::int8;
}

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
