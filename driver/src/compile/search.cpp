// SPDX-License-Identifier: Apache-2.0
#include "compile/search.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "compile/balance.hpp"
#include "compile/cut.hpp"
#include "compile/memory.hpp"
#include "compile/place.hpp"
#include "compile/traffic.hpp"

namespace eddy::mapping {
namespace {

/// Splits that are tried of one dimension.
constexpr int Steps[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 64, 96, 128, 192, 256};
constexpr int NarrowestColumns = 2;               // of a slice, where a layer has more
constexpr int MostPerTile = 4;                    // populations, in the mean
constexpr double Hot = 0.01;                      // temperature at the start, in units of cost
constexpr double BandShares[] = {0.5, 0.8, 0.2};  // of the balance by band: one search for each ...
constexpr double JudgedShare = 0.5;               // ... and what their results are compared by
constexpr double RowPenalty = 10;                 // a source with too many axons on a row
constexpr int TilesForAll = 16;                   // larger chips get fewer iterations, each takes longer

/// A layer's splits that the search may choose.
struct Choices {
  std::vector<int> rows, columns, channels;
};

std::vector<int> steps_up_to(int most) {
  std::vector<int> result;
  for (const int n : Steps) {
    if (n <= most) result.push_back(n);
  }
  return result;
}

struct Evaluation {
  std::vector<Slice> slices;  // tiles are clusters
  Traffic traffic;
  double cost = 0;
  bool fits = false;
};

class Search {
 public:
  Search(const Network& network, const NetworkTraits& traits, const LoadMaps& maps, const Chip& chip,
         const CompileOptions& options)
      : network_(network), traits_(traits), maps_(maps), chip_(chip), options_(options), random_(options.seed) {
    const int queue = std::min(options.queue_words, std::max(MinQueueWords, chip.ram_words() / 8));
    capacity_ = capacity(chip, queue);
    shares();
  }

  std::vector<Candidate> run() {
    for (const bool rows : {false, true}) {
      if (!options_.splits.empty()) {
        for (const double share : BandShares) keep(options_.splits, share);
      } else {
        choices(rows);
        for (const double share : BandShares) anneal(share);
      }
      if (!found_.empty()) break;
    }
    std::vector<Candidate> result;
    for (auto& [cost, candidate] : found_) result.push_back(std::move(candidate));
    return result;
  }

 private:
  std::size_t layers() const { return network_.layers.size(); }

  /// Work of each layer, as a share of all; and what makes up a tile's mean load, by mix.
  void shares() {
    share_.assign(layers(), 0.0);
    for (std::size_t l = 1; l < layers(); ++l) {
      const PopulationPlan whole = plan_population(network_, traits_, whole_layer(l));
      for (const Mix mix : {Typical, Dense}) {
        const double cycles = maps_.load(whole, mix).cycles;
        all_[mix] += cycles;
        if (mix == Typical) share_[l] = cycles;
      }
    }
    for (double& s : share_) s /= std::max(all_[Typical], 1e-9);
  }

  Slice whole_layer(std::size_t l) const {
    const Shape& out = network_.layers[l].out;
    return {.layer = static_cast<int>(l), .rows = out.h, .cols = out.w, .channels = out.c};
  }

  /// Columns and channels are cut as far as they go; rows only where a slice would still be too large, or where nothing
  /// else helps.
  void choices(bool rows_everywhere) {
    choices_.assign(layers(), {{1}, {1}, {1}});
    for (std::size_t l = 1; l < layers(); ++l) {
      const SplitLimits most = split_limits(network_.layers[l]);
      const int columns = most.columns > NarrowestColumns ? most.columns / NarrowestColumns : 1;
      choices_[l].columns = steps_up_to(columns);
      choices_[l].channels = steps_up_to(most.channels);
      Slice smallest = whole_layer(l);
      smallest.cols = (smallest.cols + columns - 1) / columns;
      smallest.channels = std::min(smallest.channels, 4);
      const Needs needs = plan_population(network_, traits_, smallest).needs;
      const bool too_large = needs.ram() > capacity_[RamWords] || needs.marks > capacity_[MarkWordsUsed];
      if (rows_everywhere || too_large) choices_[l].rows = steps_up_to(most.rows);
    }
  }

  /// Splits near the layer's share of the work, columns before channels before rows.
  std::vector<Split> start() {
    std::vector<Split> splits(layers());
    for (std::size_t l = 1; l < layers(); ++l) {
      const double want = std::max(1.0, std::ceil(share_[l] * chip_.tiles()));
      double best = 1e9;
      for (const int r : choices_[l].rows) {
        for (const int x : choices_[l].columns) {
          for (const int k : choices_[l].channels) {
            if (double(r) * x * k > chip_.tiles()) continue;
            const Split split{r, x, k};
            const double miss =
                std::abs(double(r) * x * k - want) + 0.1 * (k - 1) + 0.3 * (r - 1) + (slice_fits(l, split) ? 0 : 1e3);
            if (miss < best) best = miss, splits[l] = split;
          }
        }
      }
    }
    return splits;
  }

  bool slice_fits(std::size_t l, const Split& split) {
    const auto [place, fresh] = slice_fits_.try_emplace({l, split.rows, split.columns, split.channels}, false);
    if (fresh) {
      Slice s = whole_layer(l);
      s.rows = (s.rows + split.rows - 1) / split.rows;
      s.cols = (s.cols + split.columns - 1) / split.columns;
      s.channels = std::min(s.channels, ((s.channels + 3) / 4 + split.channels - 1) / split.channels * 4);
      const Needs n = plan_population(network_, traits_, s).needs;
      place->second =
          n.ram() <= capacity_[RamWords] && n.marks <= capacity_[MarkWordsUsed] && n.params <= capacity_[ParamWords];
    }
    return place->second;
  }

  /// `refine`: as a candidate, with exchanges, at a cost that compares.
  Evaluation evaluate(const std::vector<Split>& splits, double band_share, bool refine) {
    Evaluation e;
    e.slices = cut_layers(network_, maps_, splits, options_.dense_share);
    std::vector<PopulationPlan> populations;
    for (const Slice& s : e.slices) populations.push_back(plan_population(network_, traits_, s));
    e.traffic = traffic(network_, maps_, populations);
    std::vector<Item> items(populations.size());
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = item(populations[i]);
    double input = 0;
    for (const Edge& edge : e.traffic.edges) {
      double& sent = edge.from == Gateway ? input : items[static_cast<std::size_t>(edge.from)].sent;
      for (const Mix mix : {Typical, Dense}) sent += weight(mix) * edge.events[mix];
      if (edge.from != Gateway) ++items[static_cast<std::size_t>(edge.from)].use[OutAxons];
      if (edge.to != Gateway) ++items[static_cast<std::size_t>(edge.to)].use[InAxons];
    }
    const Balance b = balance(items, input, chip_.tiles(), capacity_, band_share, refine);
    for (std::size_t i = 0; i < items.size(); ++i) e.slices[i].tile = b.tile[i];
    e.cost = (refine && b.fits ? cost_of(items, input, b.tile, chip_.tiles(), JudgedShare) : b.cost) +
             (e.traffic.rows_fit ? 0 : RowPenalty);
    e.fits = b.fits && e.traffic.rows_fit;
    return e;
  }

  [[nodiscard]] double weight(Mix mix) const {
    return (mix == Dense ? options_.dense_share : 1 - options_.dense_share) * chip_.tiles() / std::max(all_[mix], 1e-9);
  }

  Item item(const PopulationPlan& p) {
    Item item;
    for (const Mix mix : {Typical, Dense}) {
      const Load load = maps_.load(p, mix);
      item.load += weight(mix) * load.cycles;
      for (std::size_t b = 0; b < Bands; ++b) item.bands[b] += weight(mix) * load.bands[b];
    }
    item.use[RamWords] = p.needs.ram();
    item.use[ParamWords] = p.needs.params;
    item.use[MarkWordsUsed] = p.needs.marks;
    item.use[PortEntries] = p.needs.ports;
    item.use[Populations] = 1;
    return item;
  }

  int step(const std::vector<int>& choices, int now) {
    const auto at = std::ranges::find(choices, now) - choices.begin();
    const auto by = (random_() % 2 == 0 ? 1 : -1) * static_cast<std::ptrdiff_t>(1 + random_() % 2);
    return choices[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at + by, 0, std::ssize(choices) - 1))];
  }

  std::vector<Split> neighbour(const std::vector<Split>& splits) {
    std::vector<Split> next = splits;
    for (std::uint64_t n = 1 + random_() % 2; n > 0 && layers() > 1; --n) {
      const std::size_t l = 1 + random_() % (layers() - 1);
      switch (random_() % 3) {
        case 0:
          next[l].rows = step(choices_[l].rows, next[l].rows);
          break;
        case 1:
          next[l].columns = step(choices_[l].columns, next[l].columns);
          break;
        default:
          next[l].channels = step(choices_[l].channels, next[l].channels);
          break;
      }
      if (next[l].rows * next[l].columns * next[l].channels > chip_.tiles()) next[l] = splits[l];
    }
    return next;
  }

  void anneal(double band_share) {
    std::vector<Split> now = start(), best = now;
    double now_cost = evaluate(now, band_share, false).cost, best_cost = now_cost;
    const int iterations =
        static_cast<int>(std::int64_t{options_.iterations} * TilesForAll / std::max(TilesForAll, chip_.tiles()));
    for (int i = 0; i < iterations; ++i) {
      const auto next = neighbour(now);
      if (next == now) continue;
      int populations = 0;
      for (std::size_t l = 1; l < layers(); ++l) populations += next[l].rows * next[l].columns * next[l].channels;
      if (populations > std::max(MostPerTile * chip_.tiles(), static_cast<int>(layers()))) continue;
      const double cost = evaluate(next, band_share, false).cost;
      const double temperature = Hot * (1 - double(i) / iterations) + 1e-6;
      if (cost > now_cost &&
          std::exp((now_cost - cost) / temperature) < std::uniform_real_distribution<>(0, 1)(random_))
        continue;
      now = next;
      now_cost = cost;
      if (cost < best_cost) best_cost = cost, best = next;
    }
    keep(best, band_share);
  }

  std::vector<int> by_chance() {
    std::vector<int> tile(static_cast<std::size_t>(chip_.tiles()));
    std::iota(tile.begin(), tile.end(), 0);
    std::ranges::shuffle(tile, random_);
    return tile;
  }

  /// Makes a candidate of splits, with exchanges and placement, if it fits.
  void keep(const std::vector<Split>& splits, double band_share) {
    Evaluation e = evaluate(splits, band_share, true);
    if (!e.fits) return;
    std::vector<int> cluster;
    for (const Slice& s : e.slices) cluster.push_back(s.tile);
    const auto tile =
        options_.random_placement ? by_chance() : place(chip_, cluster, e.traffic, options_.dense_share, random_);
    for (Slice& s : e.slices) s.tile = tile[static_cast<std::size_t>(s.tile)];
    std::ranges::stable_sort(e.slices, {}, &Slice::tile);
    found_.emplace(e.cost, Candidate{{std::move(e.slices), splits}, e.cost});
  }

  const Network& network_;
  const NetworkTraits& traits_;
  const LoadMaps& maps_;
  const Chip& chip_;
  const CompileOptions& options_;
  std::mt19937_64 random_;
  Use capacity_{};
  std::vector<double> share_;
  std::array<double, Mixes> all_{};
  std::vector<Choices> choices_;
  std::map<std::tuple<std::size_t, int, int, int>, bool> slice_fits_;
  std::multimap<double, Candidate> found_;
};

}  // namespace

std::vector<Candidate> search(const Network& network, const NetworkTraits& traits, const LoadMaps& maps,
                              const Chip& chip, const CompileOptions& options) {
  return Search(network, traits, maps, chip, options).run();
}

}  // namespace eddy::mapping
