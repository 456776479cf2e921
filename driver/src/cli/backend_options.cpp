// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "eddy/error.hpp"

namespace eddy::cli {
namespace {

std::pair<int, int> tile_of(const std::string& text, const Chip& chip) {
  int y = -1, x = -1, end = 0;
  if (std::sscanf(text.c_str(), "%d,%d%n", &y, &x, &end) != 2 || static_cast<std::size_t>(end) != text.size() ||
      y < 0 || y >= chip.rows || x < 0 || x >= chip.columns) {
    throw UsageError(
        fmt::format("tile \"{}\": expected Y,X below {},{} on chip {}", text, chip.rows, chip.columns, chip.name));
  }
  return {y, x};
}

/// drop-event:Y,X:N
sim::Fault fault_of(const std::string& text, const Chip& chip) {
  static const std::map<std::string, sim::FaultKind> kinds{{"drop-event", sim::FaultKind::drop_event},
                                                           {"double-event", sim::FaultKind::double_event},
                                                           {"drop-token", sim::FaultKind::drop_token},
                                                           {"drop-credit", sim::FaultKind::drop_credit}};
  const auto first = text.find(':'), second = text.rfind(':');
  const auto kind = kinds.find(text.substr(0, first));
  unsigned long long n = 0;
  int end = 0;
  if (kind == kinds.end() || first == second || std::sscanf(text.c_str() + second, ":%llu%n", &n, &end) != 1 ||
      second + static_cast<std::size_t>(end) != text.size())
    throw UsageError(fmt::format(
        "fault \"{}\": expected KIND:Y,X:N, with KIND one of drop-event, double-event, drop-token, drop-credit", text));
  const auto [y, x] = tile_of(text.substr(first + 1, second - first - 1), chip);
  if (n < 1 || text[second + 1] == '-') throw UsageError(fmt::format("fault \"{}\": N counts from 1", text));
  return {kind->second, y, x, n};
}

}  // namespace

void BackendOptions::add_to(CLI::App& verb) {
  verb.add_option("--backend", uri,
                  "sim: (the RTL), model: (untimed), perf: (the model with time), tcp://HOST:PORT, unix://PATH")
      ->capture_default_str()
      ->group("Device");
  verb.add_option("--threads", threads_, "of the simulator; one for 8 tiles where there are processors unless given")
      ->check(CLI::Range(1, 64))
      ->group("Device");
  const char* group = "Simulator (results do not depend on these)";
  verb.add_option("--wave", waves_.file, "write waves (FST)")->group(group);
  verb.add_option("--wave-from", waves_.from, "first cycle in the waves")->group(group);
  verb.add_option("--wave-to", waves_.to, "last cycle in the waves")->group(group);
  verb.add_option("--wave-tiles", wave_tiles_, "tiles in the waves: Y,X ...; all where none is named")->group(group);
  verb.add_option("--trace", trace_, "write all events as text, one a line")->group(group);
  verb.add_option("--stall", stall_, "share of cycles, by chance, in which memory and gateway stand still")
      ->check(CLI::Range(0.0, 0.95))
      ->group(group);
  verb.add_option("--fault", faults_,
                  "break the chip: drop-event:Y,X:N, the N-th event that leaves tile Y,X; also "
                  "double-event, drop-token, drop-credit")
      ->group(group);
}

int BackendOptions::threads(const Chip& chip) const {
  constexpr int tiles_a_thread = 8;  // fewer are seldom busy at once
  const int processors = static_cast<int>(std::thread::hardware_concurrency()) / jobs;
  return threads_.value_or(std::max(1, std::min(processors, chip.tiles() / tiles_a_thread)));
}

DeviceOptions BackendOptions::get(const Chip& chip, std::uint64_t seed) const {
  const bool of_simulator = !waves_.file.empty() || !trace_.empty() || stall_ > 0 || !faults_.empty();
  if (of_simulator && uri != "sim:")
    throw UsageError(fmt::format("--wave, --trace, --stall and --fault need the simulator: backend {} has none", uri));
  if (jobs > 1 && uri != "sim:" && uri != "model:" && uri != "perf:")
    throw UsageError(
        fmt::format("--jobs: backend {} is one device, there can be several of sim:, model: and perf:", uri));
  if (jobs > 1 && (!waves_.file.empty() || !trace_.empty() || !faults_.empty()))
    throw UsageError("--wave, --trace and --fault look at one chip: not with --jobs");
  DeviceOptions options{chip, {}};
  options.sim.seed = seed;
  options.sim.threads = threads(chip);
  options.sim.waves = waves_;
  if (waves_.from > waves_.to) throw UsageError("--wave-from lies behind --wave-to");
  if (!waves_.file.empty() && !std::ofstream(waves_.file)) throw FileError(waves_.file + ": cannot be written");
  for (const std::string& tile : wave_tiles_) options.sim.waves.tiles.push_back(tile_of(tile, chip));
  for (const std::string& fault : faults_) options.sim.faults.push_back(fault_of(fault, chip));
  options.sim.event_file = trace_;
  options.sim.memory.stall = stall_;
  options.sim.io_stall = stall_;
  return options;
}

}  // namespace eddy::cli
