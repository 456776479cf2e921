// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/image.hpp"
#include "image.pb.h"

namespace eddy {
namespace {

constexpr std::uint32_t Magic = 0x59444445;  // "EDDY"
constexpr std::uint32_t Version = 1;
constexpr int PixelValues = 256;

/// FNV-1a of 64 bits.
std::uint64_t hash_of(const std::string& bytes) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return h;
}

std::uint32_t u(int v) { return static_cast<std::uint32_t>(v); }
int i(std::uint32_t v) { return static_cast<int>(v); }

// ---------------------------------------------------------------- to the file
void put(TileAt from, proto::Tile& to) {
  to.set_y(u(from.y));
  to.set_x(u(from.x));
}

void put(const Shape& from, proto::Shape& to) {
  to.set_c(u(from.c));
  to.set_h(u(from.h));
  to.set_w(u(from.w));
}

void put(const TableEntry& from, proto::TableEntry& to) {
  to.set_table(from.table);
  to.set_index(from.index);
  to.mutable_words()->Assign(from.words.begin(), from.words.end());
}

void put(const TileImage& from, proto::TileImage& to) {
  put(from.tile, *to.mutable_tile());
  for (const RamRun& run : from.ram) {
    auto& r = *to.add_ram();
    r.set_word(run.word);
    r.mutable_data()->Assign(run.data.begin(), run.data.end());
  }
  for (const TableEntry& e : from.tables) put(e, *to.add_tables());
  for (const RegisterValue& v : from.registers) {
    auto& r = *to.add_registers();
    r.set_reg(v.reg);
    r.set_value(v.value);
  }
  auto& m = *to.mutable_memory();
  m.set_accumulators(from.memory.accumulators);
  m.set_references(from.memory.references);
  m.set_weights(from.memory.weights);
  m.set_queue(from.memory.queue);
  to.set_expected_load(from.expected_load);
}

void put(const GatewayImage& from, proto::Gateway& to) {
  put(from.tile, *to.mutable_tile());
  to.set_pixels(from.pixels);
  put(from.input, *to.mutable_input());
  to.set_xbits(u(from.xbits));
  to.set_cbits(u(from.cbits));
  to.set_send_delta(from.send_delta);
  for (const auto& table : from.table) {
    auto& t = *to.add_table();
    t.mutable_activation()->Assign(table.begin(), table.end());
  }
  to.mutable_theta()->Assign(from.theta.begin(), from.theta.end());
  for (const TableEntry& e : from.tables) put(e, *to.add_tables());
  for (const Drain& d : from.drains) {
    auto& r = *to.add_drains();
    r.set_population(u(d.population));
    r.set_layer(u(d.layer));
    r.set_xbits(u(d.xbits));
    r.set_cbits(u(d.cbits));
  }
  to.set_out_axons(u(from.out_axons));
}

void put(const PopulationInfo& from, proto::Population& to) {
  put(from.tile, *to.mutable_tile());
  to.set_pop(u(from.pop));
  to.set_layer(u(from.layer));
  to.set_y0(u(from.y0));
  to.set_x0(u(from.x0));
  to.set_c0(u(from.c0));
  to.set_rows(u(from.rows));
  to.set_cols(u(from.cols));
  to.set_channels(u(from.channels));
  to.set_expected_load(from.expected_load);
}

std::string content_of(const Image& image) {
  proto::Image to;
  to.set_network(image.network);
  to.set_network_digest(image.network_digest);
  to.set_chip(image.chip);
  to.set_rows(u(image.rows));
  to.set_columns(u(image.columns));
  to.set_banks(u(image.banks));
  to.set_lanes(u(image.lanes));
  to.set_seed(image.seed);
  for (const TileImage& t : image.tiles) put(t, *to.add_tiles());
  put(image.gateway, *to.mutable_gateway());
  for (const PopulationInfo& p : image.populations) put(p, *to.add_populations());
  for (const LayerInfo& l : image.layers) {
    auto& r = *to.add_layers();
    r.set_name(l.name);
    put(l.out, *r.mutable_out());
    r.set_temporal(l.temporal);
    r.set_scale(l.scale);
  }
  for (const OutputInfo& o : image.outputs) {
    auto& r = *to.add_outputs();
    r.set_name(o.name);
    r.set_layer(u(o.layer));
    put(o.shape, *r.mutable_shape());
  }
  return to.SerializeAsString();
}

// ---------------------------------------------------------------- from the file
TileAt get(const proto::Tile& from) { return {i(from.y()), i(from.x())}; }
Shape get(const proto::Shape& from) { return {i(from.c()), i(from.h()), i(from.w())}; }

TableEntry get(const proto::TableEntry& from) {
  return {static_cast<std::uint8_t>(from.table()),
          static_cast<std::uint16_t>(from.index()),
          {from.words().begin(), from.words().end()}};
}

TileImage get(const proto::TileImage& from) {
  TileImage to;
  to.tile = get(from.tile());
  for (const auto& run : from.ram()) to.ram.push_back({run.word(), {run.data().begin(), run.data().end()}});
  for (const auto& e : from.tables()) to.tables.push_back(get(e));
  for (const auto& r : from.registers()) to.registers.push_back({static_cast<std::uint8_t>(r.reg()), r.value()});
  const auto& m = from.memory();
  to.memory = {m.accumulators(), m.references(), m.weights(), m.queue()};
  to.expected_load = from.expected_load();
  return to;
}

GatewayImage get(const proto::Gateway& from, const std::string& name) {
  GatewayImage to;
  to.tile = get(from.tile());
  to.pixels = from.pixels();
  to.input = get(from.input());
  to.xbits = i(from.xbits());
  to.cbits = i(from.cbits());
  to.send_delta = from.send_delta();
  for (const auto& table : from.table()) {
    if (table.activation_size() != PixelValues) throw FileError(fmt::format("{}: a pixel table is not whole", name));
    auto& t = to.table.emplace_back();
    std::ranges::transform(table.activation(), t.begin(), [](std::int32_t v) { return static_cast<std::int16_t>(v); });
  }
  to.theta.assign(from.theta().begin(), from.theta().end());
  for (const auto& e : from.tables()) to.tables.push_back(get(e));
  for (const auto& d : from.drains())
    to.drains.push_back({i(d.population()), i(d.layer()), i(d.xbits()), i(d.cbits())});
  to.out_axons = i(from.out_axons());
  return to;
}

Image image_of(const proto::Image& from, const std::string& name) {
  Image image;
  image.network = from.network();
  image.network_digest = from.network_digest();
  image.chip = from.chip();
  image.rows = i(from.rows());
  image.columns = i(from.columns());
  image.banks = i(from.banks());
  image.lanes = i(from.lanes());
  image.seed = from.seed();
  for (const auto& t : from.tiles()) image.tiles.push_back(get(t));
  image.gateway = get(from.gateway(), name);
  for (const auto& p : from.populations()) {
    image.populations.push_back({get(p.tile()), i(p.pop()), i(p.layer()), i(p.y0()), i(p.x0()), i(p.c0()), i(p.rows()),
                                 i(p.cols()), i(p.channels()), p.expected_load()});
  }
  for (const auto& l : from.layers()) image.layers.push_back({l.name(), get(l.out()), l.temporal(), l.scale()});
  for (const auto& o : from.outputs()) image.outputs.push_back({o.name(), i(o.layer()), get(o.shape())});
  return image;
}

}  // namespace

std::string image_file_of(const std::string& content) {
  proto::ImageFile file;
  file.set_magic(Magic);
  file.set_version(Version);
  file.set_content(content);
  file.set_hash(hash_of(content));
  return file.SerializeAsString();
}

std::string serialise(const Image& image) { return image_file_of(content_of(image)); }

Image parse_image(const std::string& bytes, const std::string& name) {
  proto::ImageFile file;
  const bool whole = file.ParseFromString(bytes);
  if (file.magic() != Magic) throw FileError(fmt::format("{} is not an eddy image: compile the model first", name));
  if (file.version() != Version) {
    throw FileError(fmt::format("{} is an image of version {}, this program reads version {}: compile the model again",
                                name, file.version(), Version));
  }
  proto::Image content;
  if (!whole || hash_of(file.content()) != file.hash() || !content.ParseFromString(file.content())) {
    throw FileError(fmt::format("{} is damaged or cut off: compile the model again", name));
  }
  return image_of(content, name);
}

void write_image(const Image& image, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string bytes = serialise(image);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw FileError(fmt::format("cannot write image {}", file.string()));
}

Image read_image(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw FileError(fmt::format("cannot read image {}", file.string()));
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return parse_image(bytes.str(), file.string());
}

std::string digest(const Image& image) { return fmt::format("{:016x}", hash_of(content_of(image))); }

}  // namespace eddy
