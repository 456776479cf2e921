// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "chip_weights.hpp"
#include "eddy_pkg.hpp"
#include "report/describe.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

/// Entries by table, under the names of rtl/eddy_pkg.sv.
std::map<std::string, int> table_counts(const std::vector<TableEntry>& entries) {
  std::map<std::string, int> counts;
  for (const TableEntry& e : entries) ++counts[std::string(to_string(static_cast<pkg::table_e>(e.table)))];
  return counts;
}

std::string counts_text(const std::map<std::string, int>& counts) {
  std::string text;
  for (const auto& [table, count] : counts) text += fmt::format("  {} {}", table, count);
  return text;
}

const std::string& layer_name(const Image& image, int layer) {
  return image.layers[static_cast<std::size_t>(layer)].name;
}

/// A population's ports, as "3x3 int8".
std::vector<std::string> ports_of(const Image& image, const PopulationInfo& p) {
  const auto tile = std::ranges::find(image.tiles, p.tile, &TileImage::tile);
  std::vector<std::string> ports;
  if (tile == image.tiles.end()) return ports;
  for (const TableEntry& e : tile->tables) {
    if (static_cast<pkg::table_e>(e.table) != pkg::table_e::TabPort) continue;
    const auto port = pkg::port_t::unpack(e.words);
    if (port.pop == p.pop)
      ports.push_back(fmt::format("{}x{} {}", port.y.taps, port.x.taps, name_of(format_of(port.format))));
  }
  return ports;
}

std::string population_text(const Image& image, const PopulationInfo& p) {
  return fmt::format("    population {:>2}: {}, rows {}..{}, columns {}..{}, channels {}..{}, load {:.0f}; ports {}\n",
                     p.pop, layer_name(image, p.layer), p.y0, p.y0 + p.rows - 1, p.x0, p.x0 + p.cols - 1, p.c0,
                     p.c0 + p.channels - 1, p.expected_load, fmt::join(ports_of(image, p), ", "));
}

}  // namespace

std::string image_text(const Image& image) {
  std::string text = fmt::format(
      "{} (network {}), digest {}\nfor chip {}: {}x{} tiles, {} banks, {} lanes; seed {}\n\n", image.network,
      image.network_digest, digest(image), image.chip, image.rows, image.columns, image.banks, image.lanes, image.seed);
  text += fmt::format("{:<16}  {:>12}  {:<8}  {:>12}\n", "layer", "out (c,h,w)", "sends", "real value of 1");
  for (const LayerInfo& l : image.layers) {
    text += fmt::format("{:<16}  {:>12}  {:<8}  {:>12.6g}\n", l.name,
                        fmt::format("{}x{}x{}", l.out.c, l.out.h, l.out.w), l.temporal ? "changes" : "values", l.scale);
  }
  text +=
      fmt::format("\ngateway at tile ({}, {}): {} input, {} out-axons, {} drains; entries:{}\n", image.gateway.tile.y,
                  image.gateway.tile.x, image.gateway.pixels ? "pixel" : "int16", image.gateway.out_axons,
                  image.gateway.drains.size(), counts_text(table_counts(image.gateway.tables)));
  for (const TileImage& tile : image.tiles) {
    text += fmt::format("tile ({}, {}): {} bytes (accumulators {}, references {}, weights {}, queue {}), load {:.0f}\n",
                        tile.tile.y, tile.tile.x, tile.memory.total(), tile.memory.accumulators, tile.memory.references,
                        tile.memory.weights, tile.memory.queue, tile.expected_load);
    text += fmt::format("    entries:{}\n", counts_text(table_counts(tile.tables)));
    for (const PopulationInfo& p : image.populations) {
      if (p.tile == tile.tile) text += population_text(image, p);
    }
  }
  return text;
}

nlohmann::ordered_json image_json(const Image& image) {
  Json json{{"schema", "eddy.image/1"},
            {"network", image.network},
            {"network_digest", image.network_digest},
            {"digest", digest(image)},
            {"chip",
             {{"name", image.chip},
              {"rows", image.rows},
              {"columns", image.columns},
              {"banks", image.banks},
              {"lanes", image.lanes}}},
            {"seed", image.seed},
            {"layers", Json::array()},
            {"tiles", Json::array()},
            {"populations", Json::array()}};
  for (const LayerInfo& l : image.layers) {
    json["layers"].push_back({{"name", l.name},
                              {"out", {l.out.c, l.out.h, l.out.w}},
                              {"mode", l.temporal ? "temporal" : "spatial"},
                              {"scale", l.scale}});
  }
  for (const TileImage& t : image.tiles) {
    json["tiles"].push_back({{"y", t.tile.y},
                             {"x", t.tile.x},
                             {"bytes",
                              {{"accumulators", t.memory.accumulators},
                               {"references", t.memory.references},
                               {"weights", t.memory.weights},
                               {"queue", t.memory.queue}}},
                             {"tables", table_counts(t.tables)},
                             {"expected_load", t.expected_load}});
  }
  for (const PopulationInfo& p : image.populations) {
    json["populations"].push_back({{"tile", {p.tile.y, p.tile.x}},
                                   {"pop", p.pop},
                                   {"layer", layer_name(image, p.layer)},
                                   {"first", {p.c0, p.y0, p.x0}},
                                   {"size", {p.channels, p.rows, p.cols}},
                                   {"ports", ports_of(image, p)},
                                   {"expected_load", p.expected_load}});
  }
  json["gateway"] = {{"tile", {image.gateway.tile.y, image.gateway.tile.x}},
                     {"pixels", image.gateway.pixels},
                     {"out_axons", image.gateway.out_axons},
                     {"drains", image.gateway.drains.size()},
                     {"tables", table_counts(image.gateway.tables)}};
  return json;
}

}  // namespace eddy
