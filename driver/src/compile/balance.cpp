// SPDX-License-Identifier: Apache-2.0
#include "compile/balance.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

constexpr double SendCost = 1.2;          // an event sent, in MAC cycles
constexpr double TrafficCost = 0.02;      // so little that balance decides first
constexpr double PopulationCost = 0.004;  // tokens and credits of each population
constexpr double OverflowCost = 5.0;      // a population that has no place
constexpr int RefinePasses = 3;

struct Tile {
  double load = 0, sent = 0;
  std::array<double, Bands> bands{};
  Use use{};
};

class Balancer {
 public:
  Balancer(const std::vector<Item>& items, double input, int tiles, const Use& capacity, double band_share)
      : items_(items),
        input_(input),
        tiles_(static_cast<std::size_t>(tiles)),
        capacity_(capacity),
        band_share_(band_share),
        tile_(items.size()) {}

  double cost_of(const std::vector<int>& tile) {
    for (std::size_t i = 0; i < items_.size(); ++i) add(tiles_[static_cast<std::size_t>(tile[i])], items_[i], 1);
    return cost(0);
  }

  Balance run(bool refine) {
    // Largest load first balances best; where a population then finds no room, the largest need goes first.
    int homeless = place_all([&](std::size_t i) { return items_[i].load; });
    if (homeless > 0) homeless = place_all([&](std::size_t i) { return need(items_[i]); });
    if (refine && homeless == 0) {
      for (int pass = 0; pass < RefinePasses && (exchange() | move()); ++pass) {
      }
    }
    return {{tile_.begin(), tile_.end()}, cost(homeless), homeless == 0};
  }

 private:
  /// What is minimised: the sum of squares punishes the fullest.
  [[nodiscard]] double score(const Tile& t) const {
    double bands = 0;
    for (const double b : t.bands) bands += b * b;
    return (1 - band_share_) * t.load * t.load + band_share_ * Bands * bands;
  }

  static void add(Tile& t, const Item& item, int sign) {
    t.load += sign * item.load;
    t.sent += sign * item.sent;
    for (std::size_t b = 0; b < Bands; ++b) t.bands[b] += sign * item.bands[b];
    for (std::size_t r = 0; r < Resources; ++r) t.use[r] += sign * item.use[r];
  }

  [[nodiscard]] bool fits(const Tile& t, const Item& in, const Item* out = nullptr) const {
    for (std::size_t r = 0; r < Resources; ++r) {
      if (t.use[r] + in.use[r] - (out != nullptr ? out->use[r] : 0) > capacity_[r]) return false;
    }
    return true;
  }

  /// Largest share of any resource of a tile.
  [[nodiscard]] double need(const Item& item) const {
    double most = 0;
    for (std::size_t r = 0; r < Resources; ++r) most = std::max(most, double(item.use[r]) / capacity_[r]);
    return most;
  }

  /// Places all items, those with the largest key first. Returns how many found no room.
  template <typename Key>
  int place_all(Key key) {
    std::ranges::fill(tiles_, Tile{});
    std::vector<std::size_t> order(items_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater{}, key);
    return static_cast<int>(std::ranges::count_if(order, [&](std::size_t i) { return !place(i); }));
  }

  bool place(std::size_t i) {
    double best = std::numeric_limits<double>::max();
    std::size_t where = tiles_.size();
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      if (!fits(tiles_[t], items_[i])) continue;
      Tile with = tiles_[t];
      add(with, items_[i], 1);
      const double worse = score(with) - score(tiles_[t]);
      if (worse < best) best = worse, where = t;
    }
    const bool found = where < tiles_.size();
    if (!found) {
      where = static_cast<std::size_t>(
          std::ranges::min_element(tiles_, {}, [](const Tile& t) { return t.use[RamWords]; }) - tiles_.begin());
    }
    add(tiles_[where], items_[i], 1);
    tile_[i] = static_cast<int>(where);
    return found;
  }

  /// Changes two tiles if that gains.
  template <typename Change>
  bool improve(std::size_t a, std::size_t b, Change change) {
    Tile new_a = tiles_[a], new_b = tiles_[b];
    change(new_a, new_b);
    if (score(new_a) + score(new_b) > score(tiles_[a]) + score(tiles_[b]) - 1e-9) return false;
    tiles_[a] = new_a;
    tiles_[b] = new_b;
    return true;
  }

  bool exchange() {
    bool gained = false;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      for (std::size_t j = i + 1; j < items_.size(); ++j) {
        const auto a = static_cast<std::size_t>(tile_[i]), b = static_cast<std::size_t>(tile_[j]);
        if (a == b || !fits(tiles_[a], items_[j], &items_[i]) || !fits(tiles_[b], items_[i], &items_[j])) continue;
        const bool better = improve(a, b, [&](Tile& ta, Tile& tb) {
          add(ta, items_[i], -1), add(ta, items_[j], 1);
          add(tb, items_[j], -1), add(tb, items_[i], 1);
        });
        if (better) std::swap(tile_[i], tile_[j]), gained = true;
      }
    }
    return gained;
  }

  bool move() {
    bool gained = false;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      for (std::size_t b = 0; b < tiles_.size(); ++b) {
        const auto a = static_cast<std::size_t>(tile_[i]);
        if (a == b || !fits(tiles_[b], items_[i])) continue;
        const bool better = improve(a, b, [&](Tile& ta, Tile& tb) { add(ta, items_[i], -1), add(tb, items_[i], 1); });
        if (better) tile_[i] = static_cast<int>(b), gained = true;
      }
    }
    return gained;
  }

  [[nodiscard]] double cost(int homeless) const {
    double load = input_, sent = 0, all_sent = 0, bands = 0;
    for (const Tile& t : tiles_) {
      load = std::max(load, t.load);
      sent = std::max(sent, t.sent);
      all_sent += t.sent;
    }
    for (std::size_t b = 0; b < Bands; ++b) {
      const auto fullest = std::ranges::max_element(tiles_, {}, [&](const Tile& t) { return t.bands[b]; });
      bands += std::max(fullest->bands[b], input_ / Bands);
    }
    const auto tiles = static_cast<double>(tiles_.size());
    return band_share_ * bands + (1 - band_share_) * std::max(load, SendCost * sent) + OverflowCost * homeless +
           TrafficCost * all_sent / tiles + PopulationCost * static_cast<double>(items_.size()) / tiles;
  }

  const std::vector<Item>& items_;
  double input_;
  std::vector<Tile> tiles_;
  Use capacity_;
  double band_share_;
  std::vector<int> tile_;
};

}  // namespace

Use capacity(const Chip& chip, int queue_words) {
  Use use{};
  use[RamWords] = chip.ram_words() - queue_words;
  use[ParamWords] = static_cast<int>(pkg::MaxParams);
  use[MarkWordsUsed] = static_cast<int>(pkg::MarkWords);
  use[PortEntries] = static_cast<int>(pkg::MaxPorts);
  use[Populations] = static_cast<int>(pkg::MaxPops);
  use[InAxons] = use[OutAxons] = static_cast<int>(pkg::MaxAxons);
  return use;
}

Balance balance(const std::vector<Item>& items, double input, int tiles, const Use& capacity, double band_share,
                bool refine) {
  return Balancer(items, input, tiles, capacity, band_share).run(refine);
}

double cost_of(const std::vector<Item>& items, double input, const std::vector<int>& tile, int tiles,
               double band_share) {
  return Balancer(items, input, tiles, {}, band_share).cost_of(tile);
}

}  // namespace eddy::mapping
