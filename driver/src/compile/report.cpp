// SPDX-License-Identifier: Apache-2.0
#include "compile/report.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compile/traffic.hpp"
#include "compile/weight_bytes.hpp"
#include "compile/words.hpp"

namespace eddy {
namespace mapping {
namespace {

void expect_loads(const LoadMaps& maps, const Plan& plan, Image& image) {
  for (const PopulationPlan& p : plan.populations) {
    const double cycles = maps.load(p, Typical).cycles;
    const Slice& s = p.slice;
    for (PopulationInfo& info : image.populations) {
      if (info.layer == s.layer && info.y0 == s.y0 && info.x0 == s.x0 && info.c0 == s.c0) info.expected_load = cycles;
    }
  }
  for (TileImage& tile : image.tiles) {
    for (const PopulationInfo& info : image.populations) {
      if (info.tile == tile.tile) tile.expected_load += info.expected_load;
    }
  }
}

}  // namespace

CompileReport make_report(const Network& network, const Chip& chip, const LoadMaps& maps, const Plan& plan,
                          const Partition& partition, Image& image) {
  expect_loads(maps, plan, image);
  CompileReport report;
  report.network = network.name;
  report.chip = chip.name;
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    LayerReport& r = report.layers.emplace_back();
    r.name = network.layers[l].name;
    if (l < partition.splits.size()) r.split = partition.splits[l];
    std::set<int> tiles;
    for (const PopulationPlan& p : plan.populations) {
      if (p.slice.layer != static_cast<int>(l)) continue;
      tiles.insert(p.slice.tile);
      ++r.populations;
      r.memory.accumulators += p.needs.accumulators * WordBytes;
      r.memory.references += p.needs.references * WordBytes;
      r.memory.weights += p.needs.weights * WordBytes;
      r.expected_load += maps.load(p, Typical).cycles;
    }
    r.tiles = static_cast<int>(tiles.size());
  }
  for (const TileImage& t : image.tiles) {
    report.memory.accumulators += t.memory.accumulators;
    report.memory.references += t.memory.references;
    report.memory.weights += t.memory.weights;
    report.memory.queue += t.memory.queue;
    report.largest_load = std::max(report.largest_load, t.expected_load);
    report.mean_load += t.expected_load / chip.tiles();
  }
  report.weight_bytes = weight_bytes(image);
  report.ram_bytes = std::int64_t{chip.ram_bytes()} * chip.tiles();
  report.tiles_used = static_cast<int>(image.tiles.size());

  double copies = 0, hops = 0, events = 0;
  for (const Edge& e : traffic(network, maps, plan.populations).edges) {
    const auto place = [&](int p) {
      return p == Gateway ? chip.gateway : chip.at(plan.populations[static_cast<std::size_t>(p)].slice.tile);
    };
    copies += e.events[Typical];
    hops += e.events[Typical] * chip.distance(place(e.from), place(e.to));
  }
  for (int l = 0; l < static_cast<int>(network.layers.size()); ++l) {
    const Shape& out = network.layers[static_cast<std::size_t>(l)].out;
    events += maps.events(l, Typical, 0, out.h, 0, out.w);
  }
  report.hops = copies > 0 ? hops / copies : 0;
  report.fan_out = events > 0 ? copies / events : 0;
  return report;
}

}  // namespace mapping

std::string to_text(const CompileReport& r) {
  constexpr double Kilo = 1024;
  std::string text = fmt::format("{} on {}: {} tiles, {:.0f} of {:.0f} KB\n", r.network, r.chip, r.tiles_used,
                                 static_cast<double>(r.memory.total()) / Kilo, static_cast<double>(r.ram_bytes) / Kilo);
  text += fmt::format("{:<24} {:>5} {:>12} {:>10} {:>10} {:>10} {:>12}\n", "layer", "tiles", "rows x col x ch",
                      "acc KB", "ref KB", "weights KB", "cycles/frame");
  for (const LayerReport& l : r.layers) {
    text +=
        fmt::format("{:<24} {:>5} {:>15} {:>10.1f} {:>10.1f} {:>10.1f} {:>12.0f}\n", l.name, l.tiles,
                    fmt::format("{}x{}x{}", l.split.rows, l.split.columns, l.split.channels),
                    static_cast<double>(l.memory.accumulators) / Kilo, static_cast<double>(l.memory.references) / Kilo,
                    static_cast<double>(l.memory.weights) / Kilo, l.expected_load);
  }
  std::string formats;
  for (const auto& [format, bytes] : r.weight_bytes)
    formats +=
        fmt::format("{}{} {:.1f} KB", formats.empty() ? "" : ", ", name_of(format), static_cast<double>(bytes) / Kilo);
  text += fmt::format("weights in all tiles, copies counted: {}\n", formats);
  text += fmt::format(
      "expected busy cycles a frame: mean {:.0f}, largest tile {:.0f} (balance {:.2f}); "
      "an event has {:.2f} copies and {:.2f} hops\n",
      r.mean_load, r.largest_load, r.mean_load > 0 ? r.largest_load / r.mean_load : 1.0, r.fan_out, r.hops);
  return text;
}

}  // namespace eddy
