// SPDX-License-Identifier: Apache-2.0
/// Laws of the compiler's plans, checked by brute force on random networks that are cut by chance.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include <fmt/format.h>

#include "compile/cut.hpp"
#include "compile/load.hpp"
#include "compile/memory.hpp"
#include "compile/plan.hpp"
#include "eddy/compile.hpp"
#include "random_network.hpp"

namespace eddy::mapping {
namespace {

using testing::describe;
using testing::random_network;
using testing::RandomNetworkOptions;

constexpr int Lanes = 4;
constexpr std::uint64_t Seeds = 60;

struct Case {
  Network network;
  std::vector<Slice> slices;
  Plan plan;
};

Case random_case(std::uint64_t seed) {
  RandomNetworkOptions options;
  options.max_side = 9;
  options.max_channels = 11;
  options.transposed = seed % 2 == 0;
  Case c{.network = random_network(seed, options), .slices = {}, .plan = {}};
  std::mt19937_64 random(seed);
  std::vector<Split> splits(c.network.layers.size());
  for (std::size_t l = 1; l < splits.size(); ++l) {
    const SplitLimits most = split_limits(c.network.layers[l]);
    const auto pick = [&](int limit) { return std::uniform_int_distribution<int>(1, std::min(limit, 3))(random); };
    splits[l] = {pick(most.rows), pick(most.columns), pick(most.channels)};
  }
  c.slices = cut_by_chance(c.network, splits, 16, random);
  c.plan = make_plan(c.network, NetworkTraits(c.network), c.slices);
  return c;
}

TEST(Plan, PutsEveryNeuronIntoExactlyOnePopulation) {
  for (std::uint64_t seed = 1; seed <= Seeds; ++seed) {
    const Case c = random_case(seed);
    SCOPED_TRACE(describe(c.network));
    for (std::size_t l = 1; l < c.network.layers.size(); ++l) {
      const Shape& out = c.network.layers[l].out;
      std::vector<int> owners(static_cast<std::size_t>(out.count()));
      for (const Slice& s : c.slices) {
        if (s.layer != static_cast<int>(l)) continue;
        EXPECT_EQ(s.c0 % Lanes, 0);
        for (int y = s.y0; y < s.y0 + s.rows; ++y)
          for (int x = s.x0; x < s.x0 + s.cols; ++x)
            for (int k = s.c0; k < s.c0 + s.channels; ++k)
              ++owners.at(static_cast<std::size_t>((y * out.w + x) * out.c + k));
      }
      EXPECT_TRUE(std::ranges::all_of(owners, [](int n) { return n == 1; }));
    }
  }
}

/// One product: from a source neuron into an accumulator of the layer.
using Product = std::tuple<int, int, int, int, int, int, int>;  // source y, x, c; accumulator y, x, k; weight

/// Products that axons and ports carry into a population, read from the packed weights. Zeros are left out.
std::vector<Product> carried(const Case& c, int to, int source_layer) {
  const PopulationPlan& p = c.plan.populations[static_cast<std::size_t>(to)];
  const Layer& layer = c.network.layers[static_cast<std::size_t>(p.slice.layer)];
  std::vector<Product> products;
  for (const AxonPlan& axon : c.plan.axons) {
    if (axon.to != to || axon.layer != source_layer || axon.clock) continue;
    const PortPlan& port = p.ports[static_cast<std::size_t>(axon.port)];
    const PortPart& part = port.part;
    const auto data = pack_weights(c.network, layer, part, p.slice.c0, p.slice.channels);
    const int width = 32 / runs_per_word(layer.ports[static_cast<std::size_t>(part.port)].format);
    const auto weight = [&](int run, int lane) {
      const int bit = (run * Lanes + lane) * width;
      return static_cast<std::int32_t>(data.at(static_cast<std::size_t>(bit / 32)) << (32 - width - bit % 32)) >>
             (32 - width);
    };
    // The formulas of docs/contract.md, by trial of all outputs and taps.
    for (int y = axon.y.first; y <= axon.y.last; y += axon.y.mask + 1)
      for (int x = axon.x.first; x <= axon.x.last; x += axon.x.mask + 1)
        for (int ch = axon.c_first; ch <= axon.c_last; ++ch)
          for (int oy = 0; oy < port.y.size; ++oy)
            for (int ky = 0; ky < port.y.taps; ++ky) {
              if (oy * port.y.stride != y * port.y.up + port.y.offset + ky * port.y.dilation) continue;
              for (int ox = 0; ox < port.x.size; ++ox)
                for (int kx = 0; kx < port.x.taps; ++kx) {
                  if (ox * port.x.stride != x * port.x.up + port.x.offset + kx * port.x.dilation) continue;
                  const int index = part.c_lane ? (ch - part.c_first) % Lanes : ch - part.c_first;
                  const int word0 = part.word0 + (part.depthwise ? (ch - part.c_first) >> part.dw_shift : 0);
                  for (int w = 0; w < (part.depthwise ? 1 : part.words); ++w)
                    for (int lane = 0; lane < Lanes; ++lane) {
                      const int value = weight(index * part.w_c + ky * part.w_y + kx * part.w_x + w, lane);
                      if (value == 0) continue;
                      products.emplace_back(y, x, ch, p.y.acc0 + oy, p.x.acc0 + ox,
                                            p.slice.c0 + (word0 + w) * Lanes + lane, value);
                    }
                }
            }
  }
  std::ranges::sort(products);
  return products;
}

/// The definition of a port's geometry, as driver/include/eddy/network.hpp has it.
bool meets(const Axis& axis, int i, int o, int k) {
  if (axis.transposed) return o == i * axis.up - axis.pad + k * axis.dilation;
  return i == o * axis.stride - axis.pad + k * axis.dilation;
}

/// Products of the dense network into the accumulators of a population.
std::vector<Product> wanted(const Case& c, int to, int source_layer) {
  const PopulationPlan& p = c.plan.populations[static_cast<std::size_t>(to)];
  const Layer& layer = c.network.layers[static_cast<std::size_t>(p.slice.layer)];
  const Shape& source = c.network.layers[static_cast<std::size_t>(source_layer)].out;
  std::vector<Product> products;
  for (const Port& port : layer.ports) {
    if (port.source != source_layer) continue;
    for (int y = 0; y < source.h; ++y)
      for (int oy = p.y.acc0; oy < p.y.acc0 + p.y.accs; ++oy)
        for (int ky = 0; ky < port.y.taps; ++ky) {
          if (!meets(port.y, y, oy, ky)) continue;
          for (int x = 0; x < source.w; ++x)
            for (int ox = p.x.acc0; ox < p.x.acc0 + p.x.accs; ++ox)
              for (int kx = 0; kx < port.x.taps; ++kx) {
                if (!meets(port.x, x, ox, kx)) continue;
                for (int k = std::max(port.k_first, p.slice.c0);
                     k < std::min(port.k_first + port.k_count, p.slice.c0 + p.slice.channels); ++k)
                  for (int ch = 0; ch < port.c_count; ++ch) {
                    if (port.depthwise && (k - port.k_first) / (port.k_count / port.c_count) != ch) continue;
                    const int value = port.weight(k - port.k_first, ch, ky, kx);
                    if (value != 0) products.emplace_back(y, x, port.c_first + ch, oy, ox, k, value);
                  }
              }
        }
  }
  std::ranges::sort(products);
  return products;
}

TEST(Plan, CarriesEveryProductExactlyOnce) {
  for (std::uint64_t seed = 1; seed <= Seeds; ++seed) {
    const Case c = random_case(seed);
    SCOPED_TRACE(describe(c.network));
    for (int p = 0; p < static_cast<int>(c.plan.populations.size()); ++p) {
      for (int source = 0; source < c.plan.populations[static_cast<std::size_t>(p)].slice.layer; ++source) {
        ASSERT_TRUE(carried(c, p, source) == wanted(c, p, source)) << "population " << p << " from layer " << source;
      }
    }
  }
}

/// Does source row `i` meet an accumulator in the window of receiver row `r`?
bool needs_row(const PopulationPlan& p, const PortAxis& axis, int i, int r) {
  const int first = r * p.y.pool.stride - p.y.pad;
  for (int o = std::max(0, first); o < std::min(p.y.accs, first + p.y.pool.size); ++o) {
    for (int k = 0; k < axis.taps; ++k) {
      if (o * axis.stride == i * axis.up + axis.offset + k * axis.dilation) return true;
    }
  }
  return false;
}

TEST(Plan, EnablesARowExactlyWhenItsLastSourceRowHasPassed) {
  int axons = 0;
  for (std::uint64_t seed = 1; seed <= 2 * Seeds; ++seed) {
    const Case c = random_case(seed);
    SCOPED_TRACE(describe(c.network));
    for (const AxonPlan& axon : c.plan.axons) {
      if (axon.to == Gateway || axon.clock) continue;
      ++axons;
      const PopulationPlan& p = c.plan.populations[static_cast<std::size_t>(axon.to)];
      const PortAxis& axis = p.ports[static_cast<std::size_t>(axon.port)].y;
      const RowRule& rule = axon.rule;
      // Last source row that row r needs, and those before it; the first row that needs any.
      std::vector<int> last(static_cast<std::size_t>(p.slice.rows), -1);
      int idle = p.slice.rows;
      for (int r = 0; r < p.slice.rows; ++r) {
        int& need = last[static_cast<std::size_t>(r)];
        if (r > 0) need = last[static_cast<std::size_t>(r - 1)];
        for (int i = axon.y.first; i <= axon.y.last; i += axon.y.mask + 1) {
          if (!needs_row(p, axis, i, r)) continue;
          need = std::max(need, i);
          idle = std::min(idle, r);
        }
      }
      EXPECT_EQ(rule.idle, idle);
      EXPECT_EQ(rule.rows, p.slice.rows);
      // Kernels with holes leave sources that rows do not need: there the rule may be late, never early.
      const bool exact = axis.dilation == 1 && axis.taps >= axis.up;
      for (int i = axon.y.first; i < axon.y.last; ++i) {
        const int enabled = static_cast<int>(std::ranges::count_if(last, [&](int need) { return need <= i; }));
        const int said = std::max(rule.enabled(i), rule.idle);
        EXPECT_LE(said, enabled) << "row " << i;
        if (exact) {
          EXPECT_EQ(said, enabled) << "row " << i;
        }
        for (int r = rule.touched(i) + 1; r < p.slice.rows; ++r)
          EXPECT_FALSE(needs_row(p, axis, i, r)) << "credit of row " << i;
      }
    }
  }
  EXPECT_GT(axons, 1000);
}

TEST(Plan, PutsNeighboursIntoDifferentBanksOfAPair) {
  int odd = 0, depthwise = 0;
  for (std::uint64_t seed = 1; seed <= Seeds; ++seed) {
    const Case c = random_case(seed);
    for (const PopulationPlan& p : c.plan.populations) {
      EXPECT_EQ(p.acc_row, p.words * p.x.accs);
      if (p.words % 2 == 0) {
        // The words of a pixel alternate; where an event takes one of each pixel, rows do.
        const Layer& layer = c.network.layers[static_cast<std::size_t>(p.slice.layer)];
        EXPECT_EQ(p.flip, std::ranges::all_of(layer.ports, &Port::depthwise));
        depthwise += p.flip ? 1 : 0;
        continue;
      }
      ++odd;
      EXPECT_EQ((p.acc_row + (p.flip ? 1 : 0)) % 2, 1);  // the pixels of a row do, and those of a column
    }
  }
  EXPECT_GT(odd, 100);
  EXPECT_GT(depthwise, 10);
}

TEST(Plan, CountsFitIntoTokens) {
  // 64 x 64 x 40 neurons into one: one token would have to count 163,840 events.
  Network network;
  network.name = "dense";
  Layer input;
  input.name = "input";
  input.acc = input.out = {40, 64, 64};
  network.layers.push_back(input);
  Layer dense;
  dense.name = "dense";
  dense.acc = dense.out = {4, 1, 1};
  Port port;
  port.c_count = 40;
  port.k_count = 4;
  port.y.taps = port.x.taps = 64;
  port.weights.assign(std::size_t{4} * 40 * 64 * 64, 1);
  dense.ports.push_back(port);
  dense.channels.resize(4);
  network.layers.push_back(dense);
  network.outputs.push_back({"out", 1, {4}, {}});
  const Plan plan = make_plan(network, NetworkTraits(network), {{1, 0, 0, 0, 1, 1, 4, 0}});
  std::int64_t events = 0;
  int in = 0;
  for (const AxonPlan& axon : plan.axons) {
    if (axon.to != 0) continue;
    ++in;
    EXPECT_LE(largest_count(axon), 65535);
    events += std::int64_t{axon.y.count()} * axon.x.count() * (axon.c_last - axon.c_first + 1);
  }
  EXPECT_GE(in, 3);
  EXPECT_EQ(events, 40 * 64 * 64);
}

TEST(Memory, KeepsPartsApart) {
  Chip chip;
  chip.banks = 4;
  std::mt19937_64 random(7);
  int fitted = 0;
  for (int trial = 0; trial < 500; ++trial) {
    MemoryRequest request;
    request.queue_words = 128;
    const auto pick = [&](int most) { return static_cast<int>(random() % static_cast<std::uint64_t>(most)); };
    for (int i = 0; i < 3; ++i) {
      request.accumulators.push_back(2 * pick(400));
      request.references.push_back(pick(300));
      request.weights.push_back(1 + pick(500));
    }
    const auto map = allocate(chip, request);
    if (!map) continue;
    ++fitted;
    std::vector<int> owners(4096);
    for (int i = 0; i < 3; ++i) {
      const auto n = static_cast<std::size_t>(i);
      EXPECT_EQ(map->accumulators[n] % 2, 0);
      for (int a = map->accumulators[n]; a < map->accumulators[n] + request.accumulators[n]; ++a) {
        ++owners.at(static_cast<std::size_t>(a));
      }
      for (int a = 0; a < request.references[n]; ++a) ++owners.at(static_cast<std::size_t>(map->references[n] + a));
      for (int a = 0; a < request.weights[n]; ++a) ++owners.at(static_cast<std::size_t>(map->weights[n] + a));
    }
    EXPECT_EQ(map->queue % map->queue_words, 0);
    for (int a = 0; a < map->queue_words; ++a) ++owners.at(static_cast<std::size_t>(map->queue + a));
    EXPECT_TRUE(std::ranges::all_of(owners, [](int n) { return n <= 1; }));
  }
  EXPECT_GT(fitted, 100);
}

TEST(Memory, GivesEachKindPairsOfBanksOfItsOwnWhereThereIsRoom) {
  Chip chip;
  chip.banks = 16;
  MemoryRequest request;
  request.accumulators = {3000, 2200};
  request.references = {700, 900};
  request.weights = {500, 800, 100};
  const auto map = allocate(chip, request);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->queue_words, 512);
  std::map<int, char> kinds;  // by pair of banks
  const auto note = [&](int first, int words, char kind) {
    for (int pair = first / 2048; pair <= (first + words - 1) / 2048; ++pair) {
      EXPECT_EQ(kinds.try_emplace(pair, kind).first->second, kind) << "pair " << pair;
    }
  };
  for (std::size_t i = 0; i < 2; ++i) {
    note(map->accumulators[i], request.accumulators[i], 'a');
    note(map->references[i], request.references[i], 'r');
  }
  for (std::size_t i = 0; i < 3; ++i) note(map->weights[i], request.weights[i], 'w');
  note(map->queue, map->queue_words, 'q');
}

}  // namespace
}  // namespace eddy::mapping
