// SPDX-License-Identifier: Apache-2.0
/// What the compiler makes and a device loads: memory contents, tables, registers and presets of every tile and of the
/// gateway. It stands for itself: a device needs neither the network nor the model file. docs/image.md describes it and
/// its file.
///
/// To load: fill the RAM of each listed tile with zeros, write the runs, the table entries and the registers in the
/// order given, read one word back from each tile (the fence), and set RegControl to run. Tiles that are not listed
/// hold nothing.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eddy/chip.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// Consecutive RAM words, `lanes` values of 32 bits each, lane 0 first.
struct RamRun {
  std::uint32_t word = 0;  // word address of the first
  std::vector<std::uint32_t> data;
  friend bool operator==(const RamRun&, const RamRun&) = default;
};

/// One entry of a table: `table` is a pkg::table_e, `words` the packed entry, low word first, all of its words.
struct TableEntry {
  std::uint8_t table = 0;
  std::uint16_t index = 0;
  std::vector<std::uint32_t> words;
  friend bool operator==(const TableEntry&, const TableEntry&) = default;
};

/// `reg` is a pkg::reg_e. RegControl is not among them: to run is the device's decision.
struct RegisterValue {
  std::uint8_t reg = 0;
  std::uint32_t value = 0;
  friend bool operator==(const RegisterValue&, const RegisterValue&) = default;
};

/// Bytes of a tile's RAM by what they hold.
struct MemoryUse {
  std::int64_t accumulators = 0, references = 0, weights = 0, queue = 0;
  [[nodiscard]] std::int64_t total() const { return accumulators + references + weights + queue; }
  friend bool operator==(const MemoryUse&, const MemoryUse&) = default;
};

struct TileImage {
  TileAt tile;
  std::vector<RamRun> ram;  // ascending; all other words are zero
  std::vector<TableEntry> tables;
  std::vector<RegisterValue> registers;
  MemoryUse memory;
  double expected_load = 0;  // MAC cycles a frame, as the compiler expects them from the calibration
  friend bool operator==(const TileImage&, const TileImage&) = default;
};

/// One in-axon of the gateway: how the host reads its records.
/// A record's position is y << (xbits + cbits) | x << cbits | c, in coordinates of the layer.
struct Drain {
  int population = 0;  // index into Image::populations
  int layer = 0;
  int xbits = 0, cbits = 0;
  friend bool operator==(const Drain&, const Drain&) = default;
};

/// The gateway: frame input and results. Its tables are those of a tile, with the frame input as population 0.
struct GatewayImage {
  TileAt tile;
  bool pixels = true;                                // u8 pixels through `table`; else int16 activations as they are
  Shape input;                                       // frames are [h][w][c]
  int xbits = 0, cbits = 0;                          // position of its events
  bool send_delta = true;                            // temporal input; else the non-zero activations of each frame
  std::vector<std::array<std::int16_t, 256>> table;  // [c] activation of a pixel value
  std::vector<int> theta;                            // [c] grey levels (pixels) or integer steps
  std::vector<TableEntry> tables;  // TabOutAxon, TabSent, TabCredit of the frame input; TabInSource (whom to credit),
                                   // TabArrival of the results
  std::vector<Drain> drains;       // by in-axon
  int out_axons = 0;
  friend bool operator==(const GatewayImage&, const GatewayImage&) = default;
};

/// A slice of a layer and the tile that computes it; (tile, pop) names it in traces. Coordinates are those of the
/// layer's output.
struct PopulationInfo {
  TileAt tile;
  int pop = 0;    // index in the tile
  int layer = 0;  // index into Network::layers and Image::layers
  int y0 = 0, x0 = 0, c0 = 0;
  int rows = 0, cols = 0, channels = 0;
  double expected_load = 0;  // MAC cycles a frame
  friend bool operator==(const PopulationInfo&, const PopulationInfo&) = default;
};

/// What the host needs to know of a layer.
struct LayerInfo {
  std::string name;
  Shape out;
  bool temporal = true;  // its events are differences; else the non-zero activations of the frame
  double scale = 1.0;    // real value of integer 1
  friend bool operator==(const LayerInfo&, const LayerInfo&) = default;
};

struct OutputInfo {
  std::string name;  // as the model names it
  int layer = 0;
  Shape shape;
  friend bool operator==(const OutputInfo&, const OutputInfo&) = default;
};

struct Image {
  std::string network;                              // name
  std::string network_digest;                       // of everything in the network that decides a result
  std::string chip;                                 // name
  int rows = 0, columns = 0, banks = 0, lanes = 4;  // the chip that it was made for
  std::uint64_t seed = 0;
  std::vector<TileImage> tiles;  // row by row; tiles without populations are left out
  GatewayImage gateway;
  std::vector<PopulationInfo> populations;  // by tile, then by index in the tile
  std::vector<LayerInfo> layers;            // as in the network; layer 0 is the input
  std::vector<OutputInfo> outputs;
  friend bool operator==(const Image&, const Image&) = default;
};

/// Writes and reads the file (protobuf, with a hash of its content). Both throw FileError; reading names what is wrong:
/// not an image, cut off or damaged, of another version.
void write_image(const Image& image, const std::filesystem::path& file);
Image read_image(const std::filesystem::path& file);

/// The same to and from bytes. `name` stands in messages.
std::string serialise(const Image& image);
Image parse_image(const std::string& bytes, const std::string& name);

/// Hash of the image's content, 16 hexadecimal digits.
std::string digest(const Image& image);

}  // namespace eddy
