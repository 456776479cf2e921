// SPDX-License-Identifier: Apache-2.0
#include "compile/encode_tile.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compile/encode_axon.hpp"
#include "compile/encode_population.hpp"
#include "compile/encode_port.hpp"
#include "compile/fp16_numbers.hpp"
#include "compile/limits.hpp"
#include "compile/memory.hpp"
#include "compile/table_entry.hpp"
#include "compile/weights.hpp"
#include "compile/words.hpp"
#include "eddy/error.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

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

/// Tables of codes, one behind the other, each once.
class CodeTables {
 public:
  /// Its first entry.
  int add(const std::vector<std::uint16_t>& table) {
    if (table.empty()) return 0;
    const auto [place, fresh] = known_.try_emplace(table, static_cast<int>(entries_.size()));
    if (fresh) entries_.insert(entries_.end(), table.begin(), table.end());
    return place->second;
  }
  [[nodiscard]] const std::vector<std::uint16_t>& entries() const { return entries_; }

 private:
  std::vector<std::uint16_t> entries_;
  std::map<std::vector<std::uint16_t>, int> known_;
};

class TileEncoder {
 public:
  TileEncoder(const NumberedPlan& plan, int tile, int queue_words)
      : plan_(plan), tile_(tile), tables_(plan.tables[at(tile)]) {
    request_.queue_words = queue_words;
  }

  TileImage run() {
    request_memory();
    const auto map = allocate(plan_.chip, request_);
    if (!map) throw FitError(no_room());
    image_.tile = plan_.chip.at(tile_);
    encode_populations(*map);
    encode_codes();
    write_weights(*map);
    write_registers(*map);
    image_.memory = memory_use(*map);
    return std::move(image_);
  }

 private:
  void request_memory() {
    for (const int p : tables_.populations) {
      const PopulationPlan& population = plan_.population(p);
      const Slice& s = population.slice;
      request_.accumulators.push_back(population.needs.accumulators);
      request_.references.push_back(population.needs.references);
      std::vector<int>& blocks = blocks_of_.emplace_back();
      for (const PortPlan& port : population.ports) {
        blocks.push_back(blocks_.add(pack_weights(plan_.network, plan_.layer_of(p), port.part, s.c0, s.channels)));
      }
      const Curve& curve = plan_.layer_of(p).curve;
      curves_.push_back(curve.empty() ? std::nullopt : std::optional(blocks_.add(pack_curve(curve))));
    }
    for (const auto& block : blocks_.data) {
      request_.weights.push_back(static_cast<int>(block.size() / pkg::Lanes));
    }
  }

  [[nodiscard]] std::string no_room() const {
    std::int64_t words = MinQueueWords;
    for (const auto* part : {&request_.accumulators, &request_.references, &request_.weights}) {
      for (const int n : *part) words += n;
    }
    return fmt::format("{} needs {} KB of RAM, has {} KB", tile_name(plan_, tile_), (words * WordBytes + 1023) / 1024,
                       plan_.chip.ram_bytes() / 1024);
  }

  void encode_populations(const MemoryMap& map) {
    PopulationPlace place;
    for (std::size_t m = 0; m < tables_.populations.size(); ++m) {
      const int p = tables_.populations[m];
      const Needs& needs = plan_.population(p).needs;
      place.accumulators = map.accumulators[m];
      place.references = map.references[m];
      place.weights.clear();
      for (const int block : blocks_of_[m]) place.weights.push_back(map.weights[at(block)]);
      place.codes.clear();
      for (const PortPlan& port : plan_.population(p).ports) {
        const Layer& layer = plan_.layer_of(p);
        place.codes.push_back(codes_.add(code_table(plan_.network, layer, layer.ports[at(port.part.port)])));
        check_limit(plan_, tile_, "values for codes of weights", static_cast<int>(codes_.entries().size()),
                    pkg::MaxCodes);
      }
      place.curve = curves_[m] ? map.weights[at(*curves_[m])] : 0;
      encode_population(plan_, p, place, image_.tables);
      encode_ports(plan_, p, place, image_.tables);
      encode_axons(p, place.ports);
      place.ports += needs.ports;
      place.params += needs.params;
      place.marks += needs.marks;
    }
  }

  void encode_axons(int p, int first_port) {
    const PopulationNumbers& n = plan_.population_numbers[at(p)];
    for (int i = n.in_first; i < n.in_first + n.in_count; ++i) {
      encode_in_axon(plan_, tables_.in_axons[at(i)], i, first_port, image_.tables);
    }
    for (int i = n.out_first; i < n.out_first + n.out_count; ++i) {
      encode_out_axon(plan_, tables_.out_axons[at(i)], i, n.index, image_.tables);
    }
  }

  void encode_codes() {
    for (std::size_t i = 0; i < codes_.entries().size(); ++i) {
      image_.tables.push_back(
          {static_cast<std::uint8_t>(pkg::table_e::TabCode), u16(static_cast<int>(i)), {codes_.entries()[i]}});
    }
  }

  void write_weights(const MemoryMap& map) {
    for (std::size_t b = 0; b < blocks_.data.size(); ++b) {
      image_.ram.push_back({static_cast<std::uint32_t>(map.weights[b]), std::move(blocks_.data[b])});
    }
    std::ranges::sort(image_.ram, {}, &RamRun::word);
  }

  void write_registers(const MemoryMap& map) {
    const auto set = [&](pkg::reg_e reg, int value) {
      image_.registers.push_back({static_cast<std::uint8_t>(reg), static_cast<std::uint32_t>(value)});
    };
    set(pkg::reg_e::RegQueueBase, map.queue);
    set(pkg::reg_e::RegQueueWords, map.queue_words);
    set(pkg::reg_e::RegInAxons, static_cast<int>(tables_.in_axons.size()));
    set(pkg::reg_e::RegOutAxons, static_cast<int>(tables_.out_axons.size()));
    set(pkg::reg_e::RegPops, static_cast<int>(tables_.populations.size()));
    set(pkg::reg_e::RegErrorDest, static_cast<int>(destination(plan_, Gateway).to_u64()));
  }

  [[nodiscard]] MemoryUse memory_use(const MemoryMap& map) const {
    const auto bytes = [](const std::vector<int>& parts) {
      return std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) * WordBytes;
    };
    return {.accumulators = bytes(request_.accumulators),
            .references = bytes(request_.references),
            .weights = bytes(request_.weights),
            .queue = map.queue_words * WordBytes};
  }

  const NumberedPlan& plan_;
  const int tile_;
  const TileTables& tables_;
  MemoryRequest request_;
  Blocks blocks_;
  CodeTables codes_;
  std::vector<std::vector<int>> blocks_of_;  // by population in the tile, by port
  std::vector<std::optional<int>> curves_;   // blocks, by population in the tile
  TileImage image_;
};

}  // namespace

TileImage encode_tile(const NumberedPlan& plan, int tile, int queue_words) {
  return TileEncoder(plan, tile, queue_words).run();
}

}  // namespace eddy::mapping
