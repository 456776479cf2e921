// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "eddy/report.hpp"
#include "eddy_pkg.hpp"

namespace eddy {
namespace {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}
std::string grouped(std::int64_t value) { return grouped(static_cast<std::uint64_t>(value)); }

std::string skipped(std::int64_t done, std::int64_t dense) {
  if (dense == 0) return "";
  return fmt::format("{:.1f} %", 100 * (1 - static_cast<double>(done) / static_cast<double>(dense)));
}

std::string row(const std::string& name, const std::string& mode, const std::string& events, const std::string& done,
                const std::string& dense, const std::string& share, int width) {
  return fmt::format("{:<{}}  {:<8}  {:>13}  {:>15}  {:>15}  {:>9}\n", name, width, mode, events, done, dense, share);
}

}  // namespace

std::string layer_table(const RunResult& result) {
  std::size_t longest = 5;
  for (const LayerResult& layer : result.layers) longest = std::max(longest, layer.name.size());
  const int width = static_cast<int>(longest);
  std::string text = row("layer", "sends", "events", "MACs done", "of dense", "skipped", width);
  LayerCounts all;
  for (const LayerResult& layer : result.layers) {
    const LayerCounts& c = layer.counts;
    text += row(layer.name, layer.mode == Mode::temporal ? "changes" : "values", grouped(c.events_out),
                c.macs_dense == 0 ? "" : grouped(c.macs_done), c.macs_dense == 0 ? "" : grouped(c.macs_dense),
                skipped(c.macs_done, c.macs_dense), width);
    all.events_out += c.events_out;
    all.macs_done += c.macs_done;
    all.macs_dense += c.macs_dense;
  }
  return text + row("all", "", grouped(all.events_out), grouped(all.macs_done), grouped(all.macs_dense),
                    skipped(all.macs_done, all.macs_dense), width);
}

std::string note_lines(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) text += fmt::format("Note       {}\n", note);
  return text;
}

std::string cycle_lines(const RunResult& result) {
  const auto cycles = result.frame_cycles();
  if (cycles.empty()) return {};
  return fmt::format(
      "Cycles a frame: p50 {}, p95 {}, max {} (the first frame took {}); {} in all, {:.1f} s, {:.0f} cycles a second\n",
      grouped(percentile(cycles, 0.5)), grouped(percentile(cycles, 0.95)), grouped(percentile(cycles, 1)),
      grouped(cycles.front()), grouped(result.cycles), result.seconds,
      result.seconds > 0 ? static_cast<double>(result.cycles) / result.seconds : 0.0);
}

std::string verdict(const Prepared& prepared, const RunResult& result) {
  if (result.mismatch) return "MISMATCH: " + to_text(*result.mismatch, prepared.frames.first);
  if (result.failure) {
    return fmt::format("FAILED after {} frames: {} events equal to the golden model until then", result.frames,
                       grouped(result.events_checked));
  }
  const char* what = result.traced ? "events" : "results (the device does not show its populations)";
  if (result.interrupted) {
    return fmt::format(
        "INTERRUPTED after {} frames: {} {} equal to the golden model until then. The rest: --frames {}:{}",
        result.frames, grouped(result.events_checked), what, prepared.frames.first + result.skipped + result.frames,
        prepared.frames.last < 0 ? std::string() : std::to_string(prepared.frames.last));
  }
  return fmt::format("MATCH: {} {} equal to the golden model", grouped(result.events_checked), what);
}

std::uint64_t cut_numbers(const RunResult& result) {
  std::uint64_t sum = 0;
  for (const TileCounters& tile : result.counters) sum += tile.values[static_cast<std::size_t>(pkg::counter_e::CntCut)];
  return sum;
}

std::string fp16_line(const Network& network, const RunResult& result) {
  int layers = 0;
  for (int l = 0; l < static_cast<int>(network.layers.size()); ++l) layers += sends_fp16(network, l) ? 1 : 0;
  if (layers == 0 || result.counters.empty()) return {};
  const std::uint64_t cut = cut_numbers(result);
  return fmt::format("FP16: sent by {} of {} layers; {}\n", layers, network.layers.size(),
                     cut == 0 ? std::string("no bit of a product or a difference was cut")
                              : grouped(cut) + " products or differences lost bits");
}

std::vector<std::string> counter_errors(const RunResult& result) {
  std::vector<std::string> errors;
  if (!result.match()) return errors;
  for (const LayerResult& layer : result.layers) {
    const auto products = static_cast<std::int64_t>(layer.mac_words * pkg::Lanes);
    if (products >= layer.counts.macs_done) continue;
    errors.push_back(fmt::format("layer {}: the device counted {} products, the golden model did {}", layer.name,
                                 grouped(products), grouped(layer.counts.macs_done)));
  }
  if (const std::uint64_t cut = cut_numbers(result); cut > 0)
    errors.push_back(fmt::format(
        "{} FP16 products or differences lost bits, which the compiler should have kept from it", grouped(cut)));
  return errors;
}

}  // namespace eddy
