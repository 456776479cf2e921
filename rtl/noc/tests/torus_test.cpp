// SPDX-License-Identifier: Apache-2.0
// Laws of the network on chip, on whole tori.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "rtl_test.hpp"
#include "torus.hpp"
#include "traffic.hpp"

namespace eddy::test {
namespace {

struct Size {
  std::size_t columns;
  std::size_t rows;
};

std::string name_of(const testing::TestParamInfo<Size>& info) {
  return std::to_string(info.param.columns) + "x" + std::to_string(info.param.rows);
}

class TorusOf : public testing::TestWithParam<Size> {
 protected:
  Torus torus{GetParam().columns, GetParam().rows};
  Traffic traffic{torus};
  std::mt19937 rng = make_rng();

  End anywhere() { return rng() % torus.ends(); }
};

TEST_P(TorusOf, DeliversEveryFlitOnceInOrderUnderRandomStalls) {
  for (const double load : {0.05, 0.5}) {
    for (const double ready : {1.0, 0.3}) {
      torus.sink_ready = [&, ready](End) { return chance(rng, ready); };
      run(torus, traffic, rng, 200, load, [&](End) { return anywhere(); });
      ASSERT_NO_FATAL_FAILURE(traffic.drain());
    }
  }
}

TEST_P(TorusOf, DoesNotLockUpUnderFullLoad) {
  const std::size_t columns = torus.columns();
  const std::size_t rows = torus.rows();
  const auto shifted = [&](End end, std::size_t dx, std::size_t dy) {
    const pkg::tile_id_t tile = torus.dest(end).tile;
    return 2 * ((tile.y + dy) % rows * columns + (tile.x + dx) % columns) + end % 2;
  };
  const End hot = anywhere();
  // Half-way round, in both senses: every ring full of flits that cross the dateline.
  const std::vector<std::function<End(End)>> patterns{
      [&](End) { return anywhere(); },
      [&](End end) { return shifted(end, columns / 2, rows / 2); },
      [&](End end) { return shifted(end, (columns + 1) / 2, (rows + 1) / 2); },
      [&](End end) { return shifted(end, columns - 1, rows - 1); },
      [&](End end) { return chance(rng, 0.5) ? hot : shifted(end, columns / 2, 0); },
  };
  for (const auto& pattern : patterns) {
    // Sinks that stand still for long fill the network to the last place; then they go on.
    for (const double ready : {0.0, 0.2, 1.0}) {
      torus.sink_ready = [&, ready](End) { return chance(rng, ready); };
      run(torus, traffic, rng, 100, 1.0, pattern);
    }
    ASSERT_NO_FATAL_FAILURE(traffic.drain());
  }
}

TEST_P(TorusOf, TakesOneCycleAHopWhenFree) {
  std::uint64_t arrived = 0;
  torus.on_arrival = [&](End, std::uint64_t) { arrived = torus.cycle(); };
  for (End from = 0; from < torus.ends(); from += from % 2 ? 1 + torus.ends() / 16 : 1) {
    for (End to = 0; to < torus.ends(); ++to) {
      const pkg::flit_t flit{.kind = pkg::kind_e::KindEvent, .dest = torus.dest(to), .body = 0};
      const std::uint64_t start = torus.cycle();
      torus.offer(from, flit.to_u64());
      arrived = 0;
      while (arrived == 0 && torus.cycle() < start + 40) torus.step();
      ASSERT_EQ(arrived - start, torus.distance(from, to) + 1) << "from end " << from << " to end " << to;
    }
  }
}

/// Watches every hop: the ways that flits take, and which channel waits for which.
class Paths {
 public:
  explicit Paths(Torus& torus)
      : torus_(torus), follows_(torus.tiles() * kLinks * 2), ways_(torus.ends() * torus.ends()) {
    torus_.on_hop = [this](const Hop& hop) { watch(hop); };
  }

  /// Channels that wait for each other in a circle could lock up.
  [[nodiscard]] bool dependencies_have_a_circle() const {
    std::vector<int> waiting(follows_.size());
    for (const auto& next : follows_) {
      for (const std::size_t channel : next) ++waiting[channel];
    }
    std::vector<std::size_t> free;
    for (std::size_t channel = 0; channel < waiting.size(); ++channel) {
      if (waiting[channel] == 0) free.push_back(channel);
    }
    for (std::size_t i = 0; i < free.size(); ++i) {
      for (const std::size_t channel : follows_[free[i]]) {
        if (--waiting[channel] == 0) free.push_back(channel);
      }
    }
    return free.size() != follows_.size();
  }

  void check_ways() const {
    for (End from = 0; from < torus_.ends(); ++from) {
      for (End to = 0; to < torus_.ends(); ++to) {
        const auto& way = ways_[from * torus_.ends() + to];
        ASSERT_EQ(way.size(), torus_.distance(from, to)) << "from end " << from << " to end " << to;
        ASSERT_TRUE(std::ranges::is_partitioned(way, is_x)) << "y before x from end " << from << " to end " << to;
      }
    }
  }

  /// Wrap links that were used, by direction.
  [[nodiscard]] std::size_t wraps(Port port) const { return wraps_[port]; }

  /// A flit has arrived: its way must be the one that all flits of its pair took.
  void arrive(std::uint64_t flit) {
    const auto found = under_way_.find(flit);
    const std::vector<std::size_t> way = found == under_way_.end() ? std::vector<std::size_t>{} : found->second;
    if (found != under_way_.end()) under_way_.erase(found);
    auto& known = ways_[Traffic::source_of(flit) * torus_.ends() + torus_.end_of(pkg::flit_t::from_u64(flit).dest)];
    if (known.empty()) known = way;
    ASSERT_EQ(known, way) << "two ways for one pair";
  }

 private:
  static bool is_x(std::size_t channel) {
    const std::size_t port = channel / 2 % kLinks;
    return port == kEast || port == kWest;
  }

  void watch(const Hop& hop) {
    const std::size_t channel = (hop.tile * kLinks + hop.port) * 2 + hop.vc;
    auto& way = under_way_[hop.flit];
    if (!way.empty()) {
      auto& next = follows_[way.back()];
      if (std::ranges::find(next, channel) == next.end()) next.push_back(channel);
    }
    way.push_back(channel);

    const pkg::tile_id_t at = torus_.dest(2 * hop.tile).tile;
    const std::size_t right = torus_.columns() - 1;
    const std::size_t bottom = torus_.rows() - 1;
    const std::array<bool, kLinks> wraps{at.y == 0, at.x == right, at.y == bottom, at.x == 0};
    if (wraps[hop.port]) ++wraps_[hop.port];
  }

  Torus& torus_;
  std::vector<std::vector<std::size_t>> follows_;
  std::vector<std::vector<std::size_t>> ways_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> under_way_;
  std::array<std::size_t, kLinks> wraps_{};
};

TEST_P(TorusOf, GoesTheShortestWayOnChannelsThatCannotLockUp) {
  Paths paths(torus);
  const auto check_arrival = torus.on_arrival;
  torus.on_arrival = [&](End end, std::uint64_t flit) {
    check_arrival(end, flit);
    paths.arrive(flit);
  };
  // Every pair, twice, each end in an order of its own: under load, so that ways which depended on load would show.
  std::vector<std::vector<End>> targets(torus.ends());
  for (auto& list : targets) {
    for (End to = 0; to < torus.ends(); ++to) list.insert(list.end(), 2, to);
    std::ranges::shuffle(list, rng);
  }
  bool left = true;
  while (left) {
    left = false;
    for (End end = 0; end < torus.ends(); ++end) {
      if (!torus.offering(end) && !targets[end].empty()) {
        traffic.send(end, targets[end].back());
        targets[end].pop_back();
      }
      left = left || !targets[end].empty();
    }
    torus.step();
    ASSERT_LT(torus.cycle(), 100000U);
  }
  ASSERT_NO_FATAL_FAILURE(traffic.drain());
  ASSERT_NO_FATAL_FAILURE(paths.check_ways());
  EXPECT_FALSE(paths.dependencies_have_a_circle());
  EXPECT_EQ(torus.columns() > 1, paths.wraps(kEast) > 0);
  EXPECT_EQ(torus.columns() > 1, paths.wraps(kWest) > 0);
  EXPECT_EQ(torus.rows() > 1, paths.wraps(kSouth) > 0);
  EXPECT_EQ(torus.rows() > 1, paths.wraps(kNorth) > 0);
}

TEST_P(TorusOf, RunsTheSameWhenQuietRoutersAreLeftOut) {
  Torus whole(torus.columns(), torus.rows());
  whole.skip_quiet = false;
  Traffic whole_traffic(whole);
  for (auto [t, f] : {std::pair{&torus, &traffic}, std::pair{&whole, &whole_traffic}}) {
    std::mt19937 same = make_rng();
    t->sink_ready = [&](End) { return chance(same, 0.5); };
    run(*t, *f, same, 500, 0.02, [&](End) { return same() % t->ends(); });
    ASSERT_NO_FATAL_FAILURE(f->drain());
  }
  EXPECT_EQ(torus.cycle(), whole.cycle());
  EXPECT_EQ(traffic.hash(), whole_traffic.hash());
  EXPECT_EQ(whole.evaluated(), whole.cycle() * whole.tiles());
  EXPECT_LT(torus.evaluated(), whole.evaluated());
}

INSTANTIATE_TEST_SUITE_P(Sizes, TorusOf,
                         testing::Values(Size{1, 1}, Size{2, 1}, Size{1, 2}, Size{2, 2}, Size{3, 3}, Size{4, 4},
                                         Size{5, 3}, Size{8, 8}, Size{16, 1}, Size{2, 16}, Size{13, 7}, Size{16, 16}),
                         name_of);

}  // namespace
}  // namespace eddy::test
