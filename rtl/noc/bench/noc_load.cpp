// SPDX-License-Identifier: Apache-2.0
// The network on chip alone: latency against load, saturation and fairness, of square tori and patterns of traffic.
//
//   noc_load [SIDE [CYCLES [PATTERN]]]      8, 4000 measured cycles a load, all patterns; JSON to stdout
//
// Single-flit packets from core to core, born at each core with the probability `load` a cycle, into a queue without
// end. Latency is counted from birth to arrival: waiting at the source is part of it. As Dally and Towles measure it
// (Principles and Practices of Interconnection Networks, chapter 23): warm up, mark the packets of a window, run until
// they have arrived. Saturation is the highest load at which the mean latency stays below three times that without
// load.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "torus.hpp"

namespace eddy::test {
namespace {

using Random = std::mt19937;
using Json = nlohmann::ordered_json;

/// Where a packet from tile `from` goes, on a torus of `side` x `side` tiles.
struct Pattern {
  std::string name;
  std::function<std::size_t(std::size_t from, std::size_t side, Random&)> target;
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all{
      {"uniform", [](std::size_t, std::size_t side, Random& random) { return random() % (side * side); }},
      {"transpose", [](std::size_t from, std::size_t side, Random&) { return from % side * side + from / side; }},
      {"tornado", [](std::size_t from, std::size_t side,
                     Random&) { return from / side * side + (from % side + (side + 1) / 2 - 1) % side; }},
      {"neighbour",
       [](std::size_t from, std::size_t side, Random&) { return from / side * side + (from % side + 1) % side; }},
      {"hot_spot",  // a tenth goes to one core, the rest anywhere
       [](std::size_t, std::size_t side, Random& random) {
         return random() % 10 == 0 ? side / 2 * (side + 1) : random() % (side * side);
       }},
  };
  return all;
}

struct Point {
  double load = 0;      // offered, flits a core and cycle
  double accepted = 0;  // arrived in the window
  double latency = 0;   // mean, cycles
  std::uint64_t worst_of_99 = 0;
  double fairness = 0;   // the core that got least into the network, over the mean
  bool arrived = false;  // all that were born in the window
};

/// One torus under one load.
class Run {
 public:
  Run(std::size_t side, const Pattern& pattern, double load, std::uint64_t cycles)
      : torus_(side, side),
        pattern_(pattern),
        waiting_(torus_.tiles()),
        sent_(torus_.tiles()),
        from_(cycles / 2),
        to_(cycles / 2 + cycles) {
    point_.load = load;
    torus_.on_arrival = [this](End, std::uint64_t flit) { arrive(pkg::flit_t::from_u64(flit).body); };
  }

  Point measure() {
    const std::uint64_t limit = to_ + (to_ - from_);
    while (torus_.cycle() < to_) step();
    while (latencies_.size() < born_ && torus_.cycle() < limit) step();
    const auto window = static_cast<double>(to_ - from_);
    const auto tiles = static_cast<double>(torus_.tiles());
    point_.arrived = latencies_.size() == born_;
    point_.accepted = static_cast<double>(arrivals_) / window / tiles;
    std::ranges::sort(latencies_);
    if (!latencies_.empty()) {
      double sum = 0;
      for (const std::uint64_t latency : latencies_) sum += static_cast<double>(latency);
      point_.latency = sum / static_cast<double>(latencies_.size());
      point_.worst_of_99 = latencies_[latencies_.size() * 99 / 100];
    }
    double sent = 0;
    for (const std::uint64_t count : sent_) sent += static_cast<double>(count);
    point_.fairness = static_cast<double>(*std::ranges::min_element(sent_)) * tiles / sent;
    return point_;
  }

 private:
  [[nodiscard]] bool in_window(std::uint64_t cycle) const { return cycle >= from_ && cycle < to_; }

  void step() {
    const std::uint64_t now = torus_.cycle();
    for (std::size_t tile = 0; tile < torus_.tiles(); ++tile) {
      if (birth_(random_) < point_.load) {
        const pkg::dest_t to = torus_.dest(2 * pattern_.target(tile, torus_.columns(), random_));
        waiting_[tile].push_back(pkg::flit_t{.kind = pkg::kind_e::KindEvent, .dest = to, .body = now}.to_u64());
        if (in_window(now)) ++born_;
      }
      if (torus_.offering(2 * tile) || waiting_[tile].empty()) continue;
      torus_.offer(2 * tile, waiting_[tile].front());
      waiting_[tile].pop_front();
      if (in_window(now)) ++sent_[tile];
    }
    torus_.step();
  }

  void arrive(std::uint64_t birth) {
    if (in_window(torus_.cycle())) ++arrivals_;
    if (in_window(birth)) latencies_.push_back(torus_.cycle() - birth);
  }

  Torus torus_;
  const Pattern& pattern_;
  Random random_{1};
  std::uniform_real_distribution<> birth_;
  std::vector<std::deque<std::uint64_t>> waiting_;  // by tile: flits that the network has not been offered yet
  std::vector<std::uint64_t> sent_;                 // by tile, in the window
  std::uint64_t from_, to_;                         // the window
  std::uint64_t born_ = 0, arrivals_ = 0;
  std::vector<std::uint64_t> latencies_;
  Point point_;
};

Json to_json(const Point& p) {
  return {{"load", p.load}, {"accepted", p.accepted}, {"latency", p.latency}, {"latency_p99", p.worst_of_99}};
}

/// The curve up to saturation, and what the network carries when every core always has something to send.
Json measure(std::size_t side, const Pattern& pattern, std::uint64_t cycles) {
  const auto at = [&](double load) { return Run(side, pattern, load, cycles).measure(); };
  const Point idle = at(0.01);
  const auto carries = [&](const Point& p) { return p.arrived && p.latency < 3 * idle.latency; };
  Json curve = {to_json(idle)};
  int low = 1;  // hundredths of a flit a core and cycle
  int high = 100;
  for (int load = 5; load < high; load += load < 20 ? 5 : 10) {
    const Point p = at(load / 100.0);
    if (carries(p)) {
      curve.push_back(to_json(p));
      low = load;
    } else {
      high = load;
    }
  }
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (carries(at(middle / 100.0)) ? low : high) = middle;
  }
  const Point full = at(1);
  return {{"zero_load_latency", idle.latency},
          {"saturation", low / 100.0},
          {"throughput_full", full.accepted},
          {"fairness_full", full.fairness},
          {"curve", curve}};
}

}  // namespace
}  // namespace eddy::test

int main(int argc, char** argv) {
  using eddy::test::Pattern;
  using eddy::test::patterns;
  const int side = argc > 1 ? std::atoi(argv[1]) : 8;
  const int cycles = argc > 2 ? std::atoi(argv[2]) : 4000;
  const std::string only = argc > 3 ? argv[3] : "";
  const bool known = only.empty() || std::ranges::find(patterns(), only, &Pattern::name) != patterns().end();
  if (side < 2 || side > 16 || cycles < 100 || !known || argc > 4) {
    std::fputs("usage: noc_load [SIDE 2..16 [CYCLES 100.. [PATTERN]]], patterns:", stderr);
    for (const Pattern& pattern : patterns()) std::fprintf(stderr, " %s", pattern.name.c_str());
    std::fputs("\n", stderr);
    return 2;
  }
  nlohmann::ordered_json result;
  for (const Pattern& pattern : patterns()) {
    if (!only.empty() && pattern.name != only) continue;
    std::fprintf(stderr, "%dx%d %s\n", side, side, pattern.name.c_str());
    result[pattern.name] =
        eddy::test::measure(static_cast<std::size_t>(side), pattern, static_cast<std::uint64_t>(cycles));
  }
  std::puts(result.dump(2).c_str());
}
