// SPDX-License-Identifier: Apache-2.0
#include "remote/image_check.hpp"

#include <set>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy_pkg.hpp"

namespace eddy::remote {
namespace {

constexpr unsigned Tables = 1U << pkg::table_e_bits;
constexpr unsigned Entries = 1U << pkg::TableIndexBits;
constexpr std::size_t MostTableWords = pkg::TableDataBits / 32;  // of one entry
constexpr unsigned PixelSide = 1U << pkg::CoordBits;

void need(bool good, const char* what) {
  if (!good) throw FileError(fmt::format("the image that came is broken: {}", what));
}

bool inside(int index, std::size_t size) { return index >= 0 && static_cast<std::size_t>(index) < size; }

void check_tables(const std::vector<TableEntry>& tables) {
  for (const TableEntry& e : tables) {
    need(e.table < Tables, "a table that no tile has");
    need(!e.words.empty() && e.words.size() <= MostTableWords, "a table's entry of no size that there is");
    need(e.index < Entries, "an entry behind the end of its table");
  }
}

void check_tile(const TileImage& tile, const Chip& chip) {
  const auto words = static_cast<std::size_t>(chip.ram_words());
  const auto lanes = static_cast<std::size_t>(chip.lanes);
  for (const RamRun& run : tile.ram) {
    need(run.data.size() % lanes == 0, "memory of half a word");
    need(run.word <= words && run.data.size() / lanes <= words - run.word, "memory that the tile does not have");
  }
  check_tables(tile.tables);
}

void check_gateway(const GatewayImage& gateway, const Image& image) {
  const Shape& s = gateway.input;
  const auto side = [](int n) { return n > 0 && n < static_cast<int>(PixelSide); };
  need(side(s.h) && side(s.w) && side(s.c), "a frame of no size");
  const auto channels = static_cast<std::size_t>(s.c);
  need(gateway.table.size() == (gateway.pixels ? channels : 0),
       "there is not a table of values for each channel of pixels");
  need(gateway.theta.size() == channels, "a threshold for each channel is missing");
  need(gateway.xbits >= 0 && gateway.cbits >= 0 && gateway.xbits + gateway.cbits <= static_cast<int>(pkg::PosBits),
       "positions of frame events");
  need(inside(gateway.out_axons, pkg::MaxAxons + 1), "more axons than there are");
  need(gateway.drains.size() <= pkg::MaxAxons, "more drains than there are axons");
  for (const Drain& d : gateway.drains) {
    need(inside(d.population, image.populations.size()) && inside(d.layer, image.layers.size()), "a drain of nothing");
    need(d.xbits >= 0 && d.cbits >= 0 && d.xbits + d.cbits <= static_cast<int>(pkg::PosBits), "positions of a drain");
  }
  check_tables(gateway.tables);
}

}  // namespace

void check_image(const Image& image, const Chip& chip) {
  if (image.rows != chip.rows || image.columns != chip.columns || image.lanes != chip.lanes || image.banks < 1 ||
      image.banks > chip.banks || image.gateway.tile != chip.gateway) {
    throw FitError(
        fmt::format("the image is for chip {} of {}x{} tiles, {} banks, gateway at ({}, {}); here is chip {} of {}x{}, "
                    "{}, ({}, {})",
                    image.chip, image.rows, image.columns, image.banks, image.gateway.tile.y, image.gateway.tile.x,
                    chip.name, chip.rows, chip.columns, chip.banks, chip.gateway.y, chip.gateway.x));
  }
  const auto on_chip = [&](TileAt t) { return t.y >= 0 && t.y < chip.rows && t.x >= 0 && t.x < chip.columns; };
  std::set<TileAt> tiles;
  for (const TileImage& tile : image.tiles) {
    need(on_chip(tile.tile) && tiles.insert(tile.tile).second, "a tile that the chip does not have, or twice");
    check_tile(tile, chip);
  }
  for (const PopulationInfo& p : image.populations) {
    need(on_chip(p.tile) && inside(p.pop, pkg::MaxPops), "a population in no tile");
    need(inside(p.layer, image.layers.size()), "a population of no layer");
  }
  check_gateway(image.gateway, image);
}

std::size_t most_image_bytes(const Chip& chip) {
  constexpr std::size_t rest = std::size_t{16} << 20;  // tables, names
  return 2 * static_cast<std::size_t>(chip.tiles()) * static_cast<std::size_t>(chip.ram_bytes()) + rest;
}

}  // namespace eddy::remote
