// SPDX-License-Identifier: Apache-2.0
#include "compile/place.hpp"

#include <algorithm>
#include <numeric>

namespace eddy::mapping {
namespace {

constexpr int Passes = 20;
constexpr int Starts = 4;

class Placement {
 public:
  Placement(const Chip& chip, const std::vector<int>& cluster, const Traffic& traffic, double dense_share)
      : chip_(chip),
        tiles_(static_cast<std::size_t>(chip.tiles())),
        between_(tiles_, std::vector<double>(tiles_)),
        gateway_(tiles_) {
    std::array<double, Mixes> all{1e-9, 1e-9};
    for (const Edge& e : traffic.edges) {
      for (std::size_t m = 0; m < Mixes; ++m) all[m] += e.events[m];
    }
    for (const Edge& e : traffic.edges) {
      const double weight =
          (1 - dense_share) * e.events[Typical] / all[Typical] + dense_share * e.events[Dense] / all[Dense];
      if (e.from == Gateway || e.to == Gateway) {
        gateway_[of(cluster, e.from == Gateway ? e.to : e.from)] += weight;
      } else {
        const std::size_t a = of(cluster, e.from), b = of(cluster, e.to);
        between_[a][b] += weight;
        between_[b][a] += weight;
      }
    }
  }

  /// Exchanges pairs of clusters until nothing gains. Returns the sum of weight x hops.
  double improve(std::vector<int>& tile) const {
    bool gained = true;
    for (int pass = 0; pass < Passes && gained; ++pass) {
      gained = false;
      for (std::size_t a = 0; a < tiles_; ++a) {
        for (std::size_t b = a + 1; b < tiles_; ++b) {
          const double before = cost(tile, a) + cost(tile, b);
          std::swap(tile[a], tile[b]);
          if (cost(tile, a) + cost(tile, b) < before - 1e-12)
            gained = true;
          else
            std::swap(tile[a], tile[b]);
        }
      }
    }
    double all = 0;
    for (std::size_t a = 0; a < tiles_; ++a) all += cost(tile, a);
    return all;
  }

 private:
  static std::size_t of(const std::vector<int>& cluster, int population) {
    return static_cast<std::size_t>(cluster[static_cast<std::size_t>(population)]);
  }
  [[nodiscard]] double cost(const std::vector<int>& tile, std::size_t a) const {
    const TileAt here = chip_.at(tile[a]);
    double sum = gateway_[a] * chip_.distance(here, chip_.gateway);
    for (std::size_t b = 0; b < tiles_; ++b) {
      if (between_[a][b] > 0 && b != a) sum += between_[a][b] * chip_.distance(here, chip_.at(tile[b]));
    }
    return sum;
  }

  const Chip& chip_;
  std::size_t tiles_;
  std::vector<std::vector<double>> between_;  // clusters, both directions together
  std::vector<double> gateway_;
};

}  // namespace

std::vector<int> place(const Chip& chip, const std::vector<int>& cluster, const Traffic& traffic, double dense_share,
                       std::mt19937_64& random) {
  const Placement placement(chip, cluster, traffic, dense_share);
  std::vector<int> best(static_cast<std::size_t>(chip.tiles()));
  std::iota(best.begin(), best.end(), 0);
  std::vector<int> tile = best;
  double best_cost = placement.improve(best);
  for (int start = 1; start < Starts; ++start) {
    std::ranges::shuffle(tile, random);
    std::vector<int> next = tile;
    const double cost = placement.improve(next);
    if (cost < best_cost) best_cost = cost, best = next;
  }
  return best;
}

}  // namespace eddy::mapping
