// SPDX-License-Identifier: Apache-2.0
#include "eddy/chip.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy_host_pkg.hpp"
#include "eddy_pkg.hpp"
#include "json_text.hpp"
#include "shipped_files.hpp"

namespace eddy {
namespace {

constexpr int MaxSide = 16;  // tile coordinates have four bits

int number(const nlohmann::json& json, const char* key, int lo, int hi, const std::string& file) {
  if (!json.contains(key)) throw FileError(fmt::format("{}: \"{}\" is missing", file, key));
  const auto& value = json.at(key);
  if (!value.is_number_integer() || value.get<std::int64_t>() < lo || value.get<std::int64_t>() > hi) {
    throw FileError(fmt::format(
        "{}: \"{}\" is {}, it has to be {}", file, key, json_text(value),
        lo == hi ? fmt::format("{}, as this chip's RTL is built", lo) : fmt::format("a number from {} to {}", lo, hi)));
  }
  return value.get<int>();
}

/// A width that is a constant of the RTL: the file may say that one only.
int built_for(const nlohmann::json& json, const char* key, unsigned value, const std::string& file) {
  const int have = static_cast<int>(value);
  return number(json, key, have, have, file);
}

int ring_distance(int a, int b, int size) { return std::min(std::abs(a - b), size - std::abs(a - b)); }

}  // namespace

int Chip::ram_words() const { return banks * static_cast<int>(pkg::BankWords); }
int Chip::ram_bytes() const { return ram_words() * static_cast<int>(pkg::WordBits / 8); }
int Chip::distance(TileAt a, TileAt b) const {
  return ring_distance(a.y, b.y, rows) + ring_distance(a.x, b.x, columns);
}

Chip read_chip(const std::filesystem::path& path) {
  const std::string file = path.string();
  std::ifstream in(path);
  if (!in) throw FileError(fmt::format("cannot read chip {}", file));
  nlohmann::json json;
  try {
    json = parsed_json(in);
  } catch (const nlohmann::json::exception& e) {
    throw FileError(fmt::format("{} is not a chip: {}", file, json_problem(e)));
  }
  if (!json.is_object()) throw FileError(fmt::format("{} is not a chip: no object", file));
  Chip chip;
  chip.name =
      json.contains("name") && json["name"].is_string() ? json["name"].get<std::string>() : path.stem().string();
  chip.rows = number(json, "rows", 1, MaxSide, file);
  chip.columns = number(json, "columns", 1, MaxSide, file);
  chip.banks = number(json, "banks", 2, static_cast<int>(pkg::Banks), file);
  if (chip.banks % 2 != 0) throw FileError(fmt::format("{}: \"banks\" is {}, it has to be even", file, chip.banks));
  chip.lanes = built_for(json, "lanes", pkg::Lanes, file);
  chip.axi_bits = built_for(json, "axi_bits", host_pkg::AxiDataBits, file);
  chip.scan_pixels = built_for(json, "scan_pixels", host_pkg::PixelLanes, file);
  if (json.contains("gateway")) {
    chip.gateway.y = number(json["gateway"], "y", 0, chip.rows - 1, file);
    chip.gateway.x = number(json["gateway"], "x", 0, chip.columns - 1, file);
  }
  return chip;
}

std::filesystem::path chip_folder() {
  if (const char* folder = std::getenv("EDDY_CHIPS"); folder != nullptr && *folder != '\0') return folder;
  return shipped_files(Shipped::chips);
}

std::vector<Chip> shipped_chips() {
  std::vector<Chip> chips;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(chip_folder(), error)) {
    if (entry.path().extension() == ".json") chips.push_back(read_chip(entry.path()));
  }
  std::ranges::sort(chips, {}, [](const Chip& c) { return std::pair(c.tiles() * c.ram_words(), c.name); });
  return chips;
}

Chip find_chip(const std::string& name_or_file) {
  std::vector<std::string> names;
  for (const Chip& chip : shipped_chips()) {
    if (chip.name == name_or_file) return chip;
    names.push_back(chip.name);
  }
  if (std::filesystem::is_regular_file(name_or_file)) return read_chip(name_or_file);
  if (names.empty()) throw FileError(fmt::format("{} holds no chip: set EDDY_CHIPS", chip_folder().string()));
  throw FileError(fmt::format("there is no chip \"{}\": give one of {}, or the path of a chip's JSON file",
                              name_or_file, fmt::join(names, ", ")));
}

}  // namespace eddy
