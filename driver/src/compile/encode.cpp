// SPDX-License-Identifier: Apache-2.0
#include "compile/encode.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "compile/arith.hpp"
#include "compile/memory.hpp"
#include "eddy/error.hpp"
#include "eddy/quantise.hpp"
#include "eddy_host_pkg.hpp"
#include "eddy_pkg.hpp"
#include "index.hpp"

namespace eddy::mapping {
namespace {

constexpr int Lanes = static_cast<int>(pkg::Lanes);
constexpr std::uint16_t MaxTheta = (1U << 14) - 1;
constexpr std::int64_t WordBytes = pkg::WordBits / 8;

/// Checked narrowing: a value that its field cannot hold is a fault of the compiler, found here and not on the chip.
template <typename T>
T narrow(int value) {
  const auto result = static_cast<T>(value);
  if (static_cast<int>(result) != value) throw std::logic_error(fmt::format("value {} does not fit its field", value));
  return result;
}
std::uint8_t u8(int v) { return narrow<std::uint8_t>(v); }
std::uint16_t u16(int v) { return narrow<std::uint16_t>(v); }
std::int16_t i16(int v) { return narrow<std::int16_t>(v); }

template <typename T>
TableEntry entry(pkg::table_e table, int index, const T& value) {
  const auto words = value.pack();
  return {static_cast<std::uint8_t>(table), u16(index), {words.begin(), words.end()}};
}

TableEntry zero(pkg::table_e table, int index) { return entry(table, index, pkg::axon_state_t{}); }

pkg::dest_t destination(TileAt tile, bool io) { return {.tile = {.y = u8(tile.y), .x = u8(tile.x)}, .io = io}; }

int x_bits(const Shape& s) { return bits_for(s.w); }
int c_bits(const Shape& s) { return bits_for(s.c); }

pkg::axis_t packed(const PortAxis& a) {
  const int g = std::gcd(a.stride, a.dilation);
  return {.up = u8(a.up),
          .stride = u8(a.stride),
          .dilation = u8(a.dilation),
          .offset = i16(a.offset),
          .taps = u16(a.taps),
          .size = u16(a.size),
          .tap_step = u8(a.stride / g),
          .out_step = u8(a.dilation / g)};
}

pkg::pool_axis_t packed_pool(const AxisSlice& s) {
  return {.stride = u8(s.pool.stride), .size = u8(s.pool.size), .pad = narrow<std::int8_t>(s.pad)};
}

pkg::weight_e packed(WeightFormat format) {
  switch (format) {
    case WeightFormat::int16:
      return pkg::weight_e::WeightInt16;
    case WeightFormat::int4:
      return pkg::weight_e::WeightInt4;
    case WeightFormat::int2:
      return pkg::weight_e::WeightInt2;
    case WeightFormat::int8:
      break;
  }
  return pkg::weight_e::WeightInt8;
}

/// Activation of the bias alone, as the chip computes it.
std::int64_t resting(const Requant& r, int lo, int hi) {
  const std::int64_t a = (std::int64_t{r.bias} * r.mul + (std::int64_t{1} << (r.shift - 1))) >> r.shift;
  return std::clamp<std::int64_t>(a, lo, hi);
}

/// Must every pixel be swept in every frame? docs/contract.md and rule 13 of the frame protocol.
bool visits_all(const Layer& layer) {
  const bool temporal = layer.mode == Mode::temporal;
  if (layer.keep_acc || temporal) return layer.keep_acc != temporal;
  return std::ranges::any_of(layer.channels, [&](const Requant& r) {
    const std::int64_t a = resting(r, layer.lo, layer.hi);
    return a != 0 && std::abs(a) >= r.theta;
  });
}

/// Axons of the plan as a tile sees them.
struct Ends {
  std::vector<int> in, out;  // index into Plan::axons
};

class Encoder {
 public:
  Encoder(const Network& network, const Chip& chip, const Plan& plan, const CompileOptions& options)
      : network_(network), chip_(chip), plan_(plan), options_(options) {}

  Image run() {
    check_input();
    check_positions();
    number_axons();
    Image image;
    image.network = network_.name;
    image.network_digest = digest(network_);
    image.chip = chip_.name;
    image.rows = chip_.rows;
    image.columns = chip_.columns;
    image.banks = chip_.banks;
    image.lanes = chip_.lanes;
    image.seed = options_.seed;
    image.outputs = network_.outputs;
    for (const Layer& layer : network_.layers) {
      image.layers.push_back({layer.name, layer.out, layer.mode == Mode::temporal, layer.scale});
    }
    for (int tile = 0; tile < chip_.tiles(); ++tile) {
      if (!by_tile_[at(tile)].empty()) image.tiles.push_back(encode_tile(tile, image));
    }
    image.gateway = encode_gateway();
    return image;
  }

 private:
  const PopulationPlan& population(int p) const { return plan_.populations[at(p)]; }
  const Layer& layer_of(int p) const { return network_.layers[at(population(p).slice.layer)]; }
  std::string name(int p) const {
    const Slice& s = population(p).slice;
    return fmt::format("layer {} [{}+{}, {}+{}, {}+{}]", layer_of(p).name, s.y0, s.rows, s.x0, s.cols, s.c0,
                       s.channels);
  }
  std::string tile_name(int tile) const {
    return tile == gateway_ ? std::string("the gateway")
                            : fmt::format("tile ({}, {})", chip_.at(tile).y, chip_.at(tile).x);
  }

  void limit(int tile, const char* what, int need, std::uint32_t have) const {
    if (need <= static_cast<int>(have)) return;
    throw FitError(fmt::format("{} needs {} {}, has {}", tile_name(tile), need, what, have));
  }

  void check_input() const {
    const int channels = network_.layers.front().out.c;
    if (!network_.input.pixels || channels <= static_cast<int>(host_pkg::PixelChans)) return;
    throw FitError(fmt::format(
        "the frame input takes pixels of up to {} channels, network {} has {}: give its input as int16 activations",
        host_pkg::PixelChans, network_.name, channels));
  }

  void check_positions() const {
    for (const Layer& layer : network_.layers) {
      const int bits = bits_for(layer.out.h) + x_bits(layer.out) + c_bits(layer.out);
      if (bits > static_cast<int>(pkg::PosBits) || x_bits(layer.out) > 15 || layer.out.h >= 1 << pkg::CoordBits ||
          layer.out.w >= 1 << pkg::CoordBits) {
        throw FitError(fmt::format("layer {} of {} x {} x {} has positions of {} bits; events carry {}", layer.name,
                                   layer.out.c, layer.out.h, layer.out.w, bits, pkg::PosBits));
      }
    }
  }

  /// Indices of populations in their tiles, and of axons in the tables at both of their ends. A population's axons are
  /// neighbours.
  void number_axons() {
    gateway_ = chip_.tiles();
    by_tile_.resize(at(gateway_ + 1));
    in_first_.resize(plan_.populations.size());
    in_count_ = out_first_ = out_count_ = pop_index_ = in_first_;
    in_index_.resize(plan_.axons.size());
    out_index_ = in_index_;
    in_axons_.resize(at(gateway_ + 1));
    out_axons_ = in_axons_;

    std::vector<Ends> ends(plan_.populations.size());
    for (int a = 0; a < static_cast<int>(plan_.axons.size()); ++a) {
      const AxonPlan& axon = plan_.axons[at(a)];
      if (axon.from == Gateway) {
        add(out_axons_[at(gateway_)], out_index_, a);
      } else {
        ends[at(axon.from)].out.push_back(a);
      }
      if (axon.to == Gateway) {
        add(in_axons_[at(gateway_)], in_index_, a);
      } else {
        ends[at(axon.to)].in.push_back(a);
      }
    }
    for (int p = 0; p < static_cast<int>(plan_.populations.size()); ++p) {
      const int tile = population(p).slice.tile;
      pop_index_[at(p)] = static_cast<int>(by_tile_[at(tile)].size());
      by_tile_[at(tile)].push_back(p);
      in_first_[at(p)] = static_cast<int>(in_axons_[at(tile)].size());
      in_count_[at(p)] = static_cast<int>(ends[at(p)].in.size());
      for (const int a : ends[at(p)].in) add(in_axons_[at(tile)], in_index_, a);
      out_first_[at(p)] = static_cast<int>(out_axons_[at(tile)].size());
      out_count_[at(p)] = static_cast<int>(ends[at(p)].out.size());
      for (const int a : ends[at(p)].out) add(out_axons_[at(tile)], out_index_, a);
      check_row_axons(tile, name(p), ends[at(p)].out);
    }
    check_row_axons(gateway_, "the frame input", out_axons_[at(gateway_)]);
    for (int tile = 0; tile <= gateway_; ++tile) {
      limit(tile, "in-axons", static_cast<int>(in_axons_[at(tile)].size()), pkg::MaxAxons);
      limit(tile, "out-axons", static_cast<int>(out_axons_[at(tile)].size()), pkg::MaxAxons);
      limit(tile, "populations", static_cast<int>(by_tile_[at(tile)].size()), pkg::MaxPops);
    }
  }

  static void add(std::vector<int>& table, std::vector<int>& index, int axon) {
    index[at(axon)] = static_cast<int>(table.size());
    table.push_back(axon);
  }

  void check_row_axons(int tile, const std::string& what, const std::vector<int>& axons) const {
    if (axons.size() <= pkg::RowAxons) return;
    std::vector<const AxonPlan*> all;
    for (const int a : axons) all.push_back(&plan_.axons[at(a)]);
    const int most = most_in_a_row(all);
    if (most > static_cast<int>(pkg::RowAxons)) {
      throw FitError(fmt::format(
          "{} on {} sends one row to {} axons, at most {} are possible: cut its consumers into fewer columns "
          "and channels",
          what, tile_name(tile), most, pkg::RowAxons));
    }
  }

  // ---------------------------------------------------------------- one tile
  /// Weight blocks of a tile, stored once where populations share them: slices of a layer with the same channels do.
  struct Blocks {
    std::vector<std::vector<std::uint32_t>> data;
    std::map<std::vector<std::uint32_t>, int> known;
    int add(std::vector<std::uint32_t> words) {
      const auto [place, fresh] = known.try_emplace(words, static_cast<int>(data.size()));
      if (fresh) data.push_back(std::move(words));
      return place->second;
    }
  };

  TileImage encode_tile(int tile, Image& image) const {
    const auto& members = by_tile_[at(tile)];
    TileImage t;
    t.tile = chip_.at(tile);

    MemoryRequest request;
    request.queue_words = options_.queue_words;
    Blocks blocks;
    std::vector<std::vector<int>> block_of(members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
      const PopulationPlan& p = population(members[m]);
      request.accumulators.push_back(p.needs.accumulators);
      request.references.push_back(p.needs.references);
      for (const PortPlan& port : p.ports) {
        block_of[m].push_back(blocks.add(pack_weights(layer_of(members[m]), port.part, p.slice.c0, p.slice.channels)));
      }
    }
    for (const auto& block : blocks.data) request.weights.push_back(static_cast<int>(block.size()) / Lanes);
    const auto map = allocate(chip_, request);
    if (!map) throw FitError(no_room(tile, request));

    int ports = 0, params = 0, marks = 0;
    for (std::size_t m = 0; m < members.size(); ++m) {
      const int p = members[m];
      const PopulationPlan& plan = population(p);
      const int acc = map->accumulators[m];
      encode_population(t, p, static_cast<int>(m), acc, map->references[m], params, marks);
      for (std::size_t i = 0; i < plan.ports.size(); ++i) {
        const int index = ports + static_cast<int>(i);
        limit(tile, "ports", index + 1, pkg::MaxPorts);
        t.tables.push_back(
            entry(pkg::table_e::TabPort, index,
                  packed_port(p, static_cast<int>(m), plan.ports[i], map->weights[at(block_of[m][i])], acc, marks)));
      }
      encode_axons(t, p, static_cast<int>(m), ports);
      ports += plan.needs.ports;
      params += plan.needs.params;
      marks += plan.needs.marks;
      const Slice& s = plan.slice;
      image.populations.push_back(
          {t.tile, static_cast<int>(m), s.layer, s.y0, s.x0, s.c0, s.rows, s.cols, s.channels, 0});
      t.memory.accumulators += plan.needs.accumulators * WordBytes;
      t.memory.references += plan.needs.references * WordBytes;
    }
    for (const int words : request.weights) t.memory.weights += words * WordBytes;
    t.memory.queue = map->queue_words * WordBytes;
    write_weights(t, blocks, map->weights);
    write_registers(t, tile, *map);
    return t;
  }

  std::string no_room(int tile, const MemoryRequest& request) const {
    std::int64_t words = MinQueueWords;
    for (const auto* part : {&request.accumulators, &request.references, &request.weights}) {
      for (const int n : *part) words += n;
    }
    return fmt::format("{} needs {} KB of RAM, has {} KB", tile_name(tile), (words * WordBytes + 1023) / 1024,
                       chip_.ram_bytes() / 1024);
  }

  void encode_population(TileImage& t, int p, int index, int acc_base, int ref_base, int params, int marks) const {
    const PopulationPlan& plan = population(p);
    const Layer& layer = layer_of(p);
    const Slice& s = plan.slice;
    const int tile = s.tile;
    limit(tile, "words of channel parameters", params + plan.needs.params, pkg::MaxParams);
    limit(tile, "mark words", marks + plan.needs.marks, pkg::MarkWords);
    t.tables.push_back(entry(pkg::table_e::TabPop, index,
                             pkg::pop_t{.y0 = u16(s.y0),
                                        .x0 = u16(s.x0),
                                        .c0 = u16(s.c0),
                                        .rows = u16(s.rows),
                                        .cols = u16(s.cols),
                                        .words = u8(plan.words),
                                        .acc_base = u16(acc_base),
                                        .acc_row = u16(plan.acc_row),
                                        .acc_rows = u16(plan.y.accs),
                                        .acc_cols = u16(plan.x.accs),
                                        .flip = plan.flip,
                                        .ref_base = u16(ref_base),
                                        .param_base = u8(params),
                                        .mark_base = u16(marks),
                                        .mark_row = u8(plan.mark_row),
                                        .lo = i16(layer.lo),
                                        .hi = i16(layer.hi),
                                        .pool_y = packed_pool(plan.y),
                                        .pool_x = packed_pool(plan.x),
                                        .keep_acc = layer.keep_acc,
                                        .send_delta = layer.mode == Mode::temporal,
                                        .visit_all = visits_all(layer),
                                        .xbits = u8(x_bits(layer.out)),
                                        .cbits = u8(c_bits(layer.out)),
                                        .in_first = u16(in_first_[at(p)]),
                                        .in_count = u16(in_count_[at(p)]),
                                        .out_first = u16(out_first_[at(p)] % static_cast<int>(pkg::MaxAxons)),
                                        .out_count = u16(out_count_[at(p)])}));
    for (int w = 0; w < plan.words; ++w) {
      pkg::param_word_t word;
      for (int lane = 0; lane < Lanes; ++lane) {
        const int c = w * Lanes + lane;
        pkg::param_t& param = word.item[at(lane)];
        // A padded lane never fires, even where the layer's range leaves 0 out.
        param = {.bias = 0, .mul = 0, .shift = 1, .theta = MaxTheta};
        if (c >= s.channels) continue;
        const Requant& r = layer.channels[at(s.c0 + c)];
        param = {.bias = r.bias, .mul = r.mul, .shift = u8(r.shift), .theta = u16(r.theta)};
      }
      t.tables.push_back(entry(pkg::table_e::TabParam, params + w, word));
    }
    // In the first frame every pixel is swept once.
    for (int y = 0; y < s.rows; ++y) {
      for (int w = 0; w < plan.mark_row; ++w) {
        const int columns = std::min(s.cols - w * static_cast<int>(pkg::MarkBits), static_cast<int>(pkg::MarkBits));
        const std::uint32_t bits = columns == 32 ? ~0U : (1U << columns) - 1;
        t.tables.push_back(
            {static_cast<std::uint8_t>(pkg::table_e::TabMark), u16(marks + y * plan.mark_row + w), {bits}});
      }
    }
  }

  pkg::port_t packed_port(int p, int index, const PortPlan& port, int w_base, int acc_base, int marks) const {
    const PopulationPlan& plan = population(p);
    const PortPart& part = port.part;
    return {.pop = u8(index),
            .y = packed(port.y),
            .x = packed(port.x),
            .c0 = u16(part.c_first),
            .depthwise = part.depthwise,
            .dw_shift = u8(part.dw_shift),
            .c_lane = part.c_lane,
            .format = packed(layer_of(p).ports[at(part.port)].format),
            .w_base = u16(w_base),
            .w_c = static_cast<std::uint32_t>(part.w_c),
            .w_y = static_cast<std::uint32_t>(part.w_y),
            .w_x = static_cast<std::uint32_t>(part.w_x),
            .acc_base = u16(acc_base),
            .acc_row = u16(plan.acc_row),
            .acc_words = u8(plan.words),
            .word0 = u8(part.word0),
            .words = u8(part.words),
            .flip = plan.flip,
            .mark_base = u16(marks),
            .mark_row = u8(plan.mark_row),
            .pool_y = packed_pool(plan.y),
            .pool_x = packed_pool(plan.x),
            .out_rows = u16(plan.slice.rows),
            .out_cols = u16(plan.slice.cols)};
  }

  /// Tables of a population's axons, with all states at their start.
  void encode_axons(TileImage& t, int p, int index, int ports) const {
    const int tile = population(p).slice.tile;
    for (int i = in_first_[at(p)]; i < in_first_[at(p)] + in_count_[at(p)]; ++i) {
      const AxonPlan& axon = plan_.axons[at(in_axons_[at(tile)][at(i)])];
      const Shape& source = network_.layers[at(axon.layer)].out;
      t.tables.push_back(entry(
          pkg::table_e::TabInAxon, i,
          pkg::in_axon_t{.port = u8(ports + axon.port), .xbits = u8(x_bits(source)), .cbits = u8(c_bits(source))}));
      t.tables.push_back(entry(pkg::table_e::TabInSource, i, in_source(in_axons_[at(tile)][at(i)], axon.rule.idle)));
      t.tables.push_back(zero(pkg::table_e::TabArrival, i));
      t.tables.push_back(zero(pkg::table_e::TabProgress, i));
    }
    for (int i = out_first_[at(p)]; i < out_first_[at(p)] + out_count_[at(p)]; ++i) {
      encode_out_axon(t.tables, i, out_axons_[at(tile)][at(i)], index);
    }
  }

  pkg::in_source_t in_source(int axon, int idle) const {
    const int from = plan_.axons[at(axon)].from;
    return {.dest = from == Gateway ? destination(chip_.gateway, true)
                                    : destination(chip_.at(population(from).slice.tile), false),
            .axon = u16(out_index_[at(axon)]),
            .idle = u16(idle)};
  }

  void encode_out_axon(std::vector<TableEntry>& tables, int index, int a, int pop) const {
    const AxonPlan& axon = plan_.axons[at(a)];
    tables.push_back(
        entry(pkg::table_e::TabOutAxon, index,
              pkg::out_axon_t{.pop = u8(pop),
                              .dest = axon.to == Gateway ? destination(chip_.gateway, true)
                                                         : destination(chip_.at(population(axon.to).slice.tile), false),
                              .axon = u16(in_index_[at(a)]),
                              .y0 = u16(axon.y.first),
                              .y1 = u16(axon.y.last),
                              .x0 = u16(axon.x.first),
                              .x1 = u16(axon.x.last),
                              .c0 = u16(axon.c_first),
                              .c1 = u16(axon.c_last),
                              .y_mask = u8(axon.y.mask),
                              .x_mask = u8(axon.x.mask),
                              .a = u8(axon.rule.a),
                              .b_token = i16(axon.rule.b_token),
                              .b_credit = i16(axon.rule.b_credit),
                              .d = u8(axon.rule.d),
                              .rows = u16(axon.rule.rows)}));
    tables.push_back(zero(pkg::table_e::TabSent, index));
    // The gateway credits the first frame too, when it has a buffer for it; tiles have room from the start.
    tables.push_back(entry(pkg::table_e::TabCredit, index, pkg::axon_state_t{.parity = axon.to == Gateway}));
  }

  static void write_weights(TileImage& t, const Blocks& blocks, const std::vector<int>& places) {
    for (std::size_t b = 0; b < blocks.data.size(); ++b) {
      t.ram.push_back({static_cast<std::uint32_t>(places[b]), blocks.data[b]});
    }
    std::ranges::sort(t.ram, {}, &RamRun::word);
  }

  void write_registers(TileImage& t, int tile, const MemoryMap& map) const {
    const auto set = [&](pkg::reg_e reg, int value) {
      t.registers.push_back({static_cast<std::uint8_t>(reg), static_cast<std::uint32_t>(value)});
    };
    set(pkg::reg_e::RegQueueBase, map.queue);
    set(pkg::reg_e::RegQueueWords, map.queue_words);
    set(pkg::reg_e::RegInAxons, static_cast<int>(in_axons_[at(tile)].size()));
    set(pkg::reg_e::RegOutAxons, static_cast<int>(out_axons_[at(tile)].size()));
    set(pkg::reg_e::RegPops, static_cast<int>(by_tile_[at(tile)].size()));
    set(pkg::reg_e::RegErrorDest, static_cast<int>(destination(chip_.gateway, true).to_u64()));
  }

  // ---------------------------------------------------------------- gateway
  GatewayImage encode_gateway() const {
    const Layer& in = network_.layers.front();
    GatewayImage g;
    g.tile = chip_.gateway;
    g.pixels = network_.input.pixels;
    g.input = in.out;
    g.xbits = x_bits(in.out);
    g.cbits = c_bits(in.out);
    g.send_delta = in.mode == Mode::temporal;
    g.table = network_.input.table;
    g.theta = network_.input.theta;
    const auto& out = out_axons_[at(gateway_)];
    g.out_axons = static_cast<int>(out.size());
    for (std::size_t i = 0; i < out.size(); ++i) encode_out_axon(g.tables, static_cast<int>(i), out[i], 0);
    const auto& in_axons = in_axons_[at(gateway_)];
    for (std::size_t i = 0; i < in_axons.size(); ++i) {
      const AxonPlan& axon = plan_.axons[at(in_axons[i])];
      // The gateway credits whole frames: `idle` holds the number of rows that it credits (rtl/host/eddy_host_pkg.sv).
      g.tables.push_back(entry(pkg::table_e::TabInSource, static_cast<int>(i), in_source(in_axons[i], axon.rule.rows)));
      g.tables.push_back(zero(pkg::table_e::TabArrival, static_cast<int>(i)));
      const Shape& shape = layer_of(axon.from).out;
      g.drains.push_back({position(axon.from), axon.layer, x_bits(shape), c_bits(shape)});
    }
    return g;
  }

  /// Index of a population in Image::populations, which is ordered by tile.
  int position(int p) const {
    int before = 0;
    for (int tile = 0; tile < population(p).slice.tile; ++tile) before += static_cast<int>(by_tile_[at(tile)].size());
    return before + pop_index_[at(p)];
  }

  const Network& network_;
  const Chip& chip_;
  const Plan& plan_;
  const CompileOptions& options_;
  int gateway_ = 0;                                                           // where a tile's index is asked for
  std::vector<std::vector<int>> by_tile_;                                     // populations
  std::vector<std::vector<int>> in_axons_, out_axons_;                        // by tile: index into Plan::axons
  std::vector<int> in_first_, in_count_, out_first_, out_count_, pop_index_;  // by population
  std::vector<int> in_index_, out_index_;                                     // by axon
};

}  // namespace

Image encode_plan(const Network& network, const Chip& chip, const Plan& plan, const CompileOptions& options) {
  return Encoder(network, chip, plan, options).run();
}

}  // namespace eddy::mapping
