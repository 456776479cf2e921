// SPDX-License-Identifier: Apache-2.0
#include "sweep_world.hpp"

#include <algorithm>
#include <cstdlib>

namespace eddy::test {
namespace {

constexpr int kLanes = static_cast<int>(pkg::Lanes);

/// floor(n / d), held to [0, most].
int clipped_quotient(int n, int d, int most) { return n < 0 ? 0 : std::min(n / d, most); }

int bits_for(int values) {
  int bits = 0;
  while ((1 << bits) < values) ++bits;
  return bits;
}

/// The arithmetic of one neuron; 64 bits hold every step.
int requantise(std::int32_t acc, const pkg::param_t& param, int lo, int hi) {
  const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) + static_cast<std::uint32_t>(param.bias));
  const std::int64_t product = std::int64_t{sum} * param.mul;
  const std::int64_t scaled = (product + (std::int64_t{1} << (param.shift - 1))) >> param.shift;
  return static_cast<int>(std::clamp<std::int64_t>(scaled, lo, hi));
}

/// On the straight line between the nodes on both sides of z; the nodes have `shift` bits behind the point.
int interpolate(const std::vector<int>& nodes, int shift, int z) {
  const int width = 65536 / static_cast<int>(pkg::CurveSegments);
  const int place = z + 32768, rest = place % width;
  const std::int64_t from = nodes[static_cast<std::size_t>(place / width)];
  const std::int64_t to = nodes[static_cast<std::size_t>(place / width) + 1];
  const std::int64_t unit = std::int64_t{width} << shift;
  const std::int64_t rounded = from * (width - rest) + to * rest + unit / 2;
  return static_cast<int>(rounded >= 0 ? rounded / unit : -((-rounded + unit - 1) / unit));
}

/// Steps from one to the next and differences of activations fit 16 bits.
std::vector<int> random_nodes(Rng& rng) {
  std::vector<int> nodes;
  for (unsigned i = 0; i <= pkg::CurveSegments; ++i) nodes.push_back(pick(rng, -16383, 16383));
  return nodes;
}

struct Pool {
  int size, stride, pad;
};

Pool random_pool(Rng& rng) {
  if (chance(rng, 40)) return {1, 1, 0};
  const int size = pick(rng, 1, 5);
  return {size, pick(rng, 1, 5), pick(rng, 0, size - 1)};
}

/// Rows (or columns) before the pool, such that every window has a part inside.
int rows_before(const Pool& pool, int rows, Rng& rng) {
  if (pool.size == 1 && pool.stride == 1) return rows;
  const int last_start = (rows - 1) * pool.stride - pool.pad;
  return std::max(1, last_start + pick(rng, 1, pool.size + 1));
}

pkg::param_t random_param(Rng& rng) {
  pkg::param_t param;
  const int kind = pick(rng, 0, 9);
  param.bias = chance(rng, 50) ? 0 : pick(rng, -2000, 2000);
  param.mul = static_cast<std::uint16_t>(pick(rng, 0x8000, 0xffff));
  param.shift = static_cast<std::uint8_t>(pick(rng, 15, 20));
  if (kind == 0) param = {.bias = 0, .mul = 0, .shift = 1, .theta = 0};  // a padded lane
  if (kind == 1) {                                                       // wraps, extremes
    param.bias = static_cast<std::int32_t>(rng());
    param.shift = static_cast<std::uint8_t>(pick(rng, 1, 47));
  }
  param.theta = static_cast<std::uint16_t>(chance(rng, 50) ? 0 : chance(rng, 5) ? 0x3fff : pick(rng, 0, 300));
  return param;
}

}  // namespace

int Population::acc_word(int y, int x, int channel) const {
  const int address = table.acc_base + y * table.acc_row + x * table.words + channel / kLanes;
  return (address ^ (table.flip && y % 2 ? 1 : 0)) & 0x3fff;
}

int Population::ref_word(int y, int x, int channel) const {
  return table.ref_base + (y * table.cols + x) * pairs() + channel / (2 * kLanes);
}

int token_row(const pkg::out_axon_t& axon, int y) {
  return clipped_quotient(axon.a * y + axon.b_token, axon.d, axon.rows);
}

int credit_row(const pkg::out_axon_t& axon, int y) {
  if (y == axon.y1) return axon.rows - 1;
  return clipped_quotient(axon.a * y + axon.b_credit, axon.d, axon.rows - 1);
}

World::World(Rng& rng) {
  const int count = pick(rng, 1, 5);
  int mark_words = 0;
  int param_words = 0;
  for (int p = 0; p < count; ++p) {
    Population pop;
    pop.index = p;
    pkg::pop_t& t = pop.table;
    const Pool pool_y = random_pool(rng);
    const Pool pool_x = chance(rng, 50) ? pool_y : random_pool(rng);
    const int rows = pick(rng, 1, 7);
    const int cols = chance(rng, 20) ? pick(rng, 33, 70) : pick(rng, 1, 12);
    t.words = static_cast<std::uint8_t>(cols > 32 ? 1 : pick(rng, 1, 5));
    t.rows = static_cast<std::uint16_t>(rows);
    t.cols = static_cast<std::uint16_t>(cols);
    t.acc_rows = static_cast<std::uint16_t>(rows_before(pool_y, rows, rng));
    t.acc_cols = static_cast<std::uint16_t>(rows_before(pool_x, cols, rng));
    t.acc_row = static_cast<std::uint16_t>(t.words * t.acc_cols);
    t.flip = t.words % 2 == 1 && t.acc_cols % 2 == 0;
    t.pool_y = {static_cast<std::uint8_t>(pool_y.stride), static_cast<std::uint8_t>(pool_y.size),
                static_cast<std::int8_t>(pool_y.pad)};
    t.pool_x = {static_cast<std::uint8_t>(pool_x.stride), static_cast<std::uint8_t>(pool_x.size),
                static_cast<std::int8_t>(pool_x.pad)};
    t.y0 = static_cast<std::uint16_t>(pick(rng, 0, 20));
    t.x0 = static_cast<std::uint16_t>(pick(rng, 0, 20));
    t.c0 = static_cast<std::uint16_t>(pick(rng, 0, 40));
    t.keep_acc = chance(rng, 50);
    t.send_delta = chance(rng, 50);
    t.visit_all = chance(rng, 15);
    const int reach = pick(rng, 0, 1) ? 127 : 8191;
    t.hi = static_cast<std::int16_t>(reach);
    t.lo = static_cast<std::int16_t>(chance(rng, 50) ? 0 : -reach);
    t.curve = chance(rng, 40);
    if (t.curve) {
      t.hi = 32767;
      t.lo = -32768;
      // Now and then the table of the population before.
      const bool shared = p > 0 && pops.back().table.curve && chance(rng, 30);
      t.curve_shift = shared ? pops.back().table.curve_shift : static_cast<std::uint8_t>(pick(rng, 0, 7));
      pop.nodes = shared ? pops.back().nodes : random_nodes(rng);
      t.curve_base = shared ? pops.back().table.curve_base : static_cast<std::uint16_t>(words_used);
      if (!shared) words_used += static_cast<int>(pkg::CurveWords);
    }
    t.xbits = static_cast<std::uint8_t>(bits_for(t.x0 + cols));
    t.cbits = static_cast<std::uint8_t>(bits_for(t.c0 + pop.channels()));

    // Memory: one after the other, so that references share banks with accumulators now and then.
    const int acc_words = t.acc_row * t.acc_rows + 1;
    const int ref_words = t.send_delta ? rows * cols * pop.pairs() : 0;
    if (words_used + acc_words + ref_words > 16000) break;
    t.acc_base = static_cast<std::uint16_t>(words_used);
    words_used += acc_words + acc_words % 2;
    t.ref_base = static_cast<std::uint16_t>(words_used);
    words_used += ref_words + ref_words % 2;
    t.mark_base = static_cast<std::uint16_t>(mark_words);
    t.mark_row = static_cast<std::uint8_t>((cols + 31) / 32);
    mark_words += rows * t.mark_row;
    t.param_base = static_cast<std::uint8_t>(param_words);
    param_words += t.words;
    for (int w = 0; w < t.words; ++w) {
      pkg::param_word_t word;
      for (pkg::param_t& param : word.item) param = random_param(rng);
      pop.params.push_back(word);
    }

    // The first in-axon has no idle rows: a test can hold the population back with it.
    t.in_first = static_cast<std::uint16_t>(sources.size());
    t.in_count = static_cast<std::uint16_t>(pick(rng, 1, 3));
    for (int i = 0; i < t.in_count; ++i) {
      pkg::in_source_t source;
      source.dest = pkg::dest_t::from_u64(rng() & 0x1ff);
      source.axon = static_cast<std::uint16_t>(sources.size());
      source.idle = static_cast<std::uint16_t>(i > 0 && chance(rng, 50) ? pick(rng, 0, rows) : 0);
      sources.push_back(source);
      source_pop.push_back(p);
    }

    t.out_first = static_cast<std::uint16_t>(out_axons.size());
    t.out_count = static_cast<std::uint16_t>(pick(rng, 1, 5));
    for (int i = 0; i < t.out_count; ++i) {
      pkg::out_axon_t axon;
      axon.pop = static_cast<std::uint8_t>(p);
      axon.dest = pkg::dest_t::from_u64(rng() & 0x1ff);
      axon.axon = static_cast<std::uint16_t>(out_axons.size());
      const bool whole = chance(rng, 40);
      const auto range = [&](int first, int size) {
        const int a = whole ? first : pick(rng, first, first + size - 1);
        return std::pair{a, whole ? first + size - 1 : pick(rng, a, first + size - 1)};
      };
      const auto [y0, y1] = range(t.y0, rows);
      const auto [x0, x1] = range(t.x0, cols);
      const auto [c0, c1] = range(t.c0, pop.channels());
      axon.y0 = static_cast<std::uint16_t>(y0);
      axon.y1 = static_cast<std::uint16_t>(y1);
      axon.x0 = static_cast<std::uint16_t>(x0);
      axon.x1 = static_cast<std::uint16_t>(x1);
      axon.c0 = static_cast<std::uint16_t>(c0);
      axon.c1 = static_cast<std::uint16_t>(c1);
      const int step = chance(rng, 30) ? (chance(rng, 50) ? 1 : 3) : 0;
      axon.y_mask = static_cast<std::uint8_t>(step);
      axon.x_mask = static_cast<std::uint8_t>(step);
      axon.a = static_cast<std::uint8_t>(pick(rng, 1, 4));
      axon.d = static_cast<std::uint8_t>(pick(rng, 1, 4));
      axon.b_token = static_cast<std::int16_t>(pick(rng, -2, 2) - axon.a * axon.y0);
      axon.b_credit = static_cast<std::int16_t>(pick(rng, -2, 4) - axon.a * axon.y0);
      // The receiver has the rows that the axon's last one touches, and perhaps more.
      const int touched = clipped_quotient(axon.a * axon.y1 + axon.b_credit, axon.d, 4094) + 1;
      axon.rows = static_cast<std::uint16_t>(touched + (chance(rng, 50) ? pick(rng, 1, 3) : 0));
      out_axons.push_back(axon);
    }
    pop.acc.assign(static_cast<std::size_t>(t.acc_rows * t.acc_cols * pop.channels()), 0);
    pop.reference.assign(static_cast<std::size_t>(rows * cols * pop.pairs() * 2 * kLanes), 0);
    pops.push_back(pop);
  }
}

World World::silent(int rows, int cols, int words, bool visit_all) {
  World world;
  Population pop;
  pkg::pop_t& t = pop.table;
  t.rows = t.acc_rows = static_cast<std::uint16_t>(rows);
  t.cols = t.acc_cols = static_cast<std::uint16_t>(cols);
  t.words = static_cast<std::uint8_t>(words);
  t.acc_row = static_cast<std::uint16_t>(words * cols);
  t.pool_y = t.pool_x = {.stride = 1, .size = 1, .pad = 0};
  t.ref_base = static_cast<std::uint16_t>(t.acc_row * rows);
  t.mark_row = static_cast<std::uint8_t>((cols + 31) / 32);
  t.hi = 1;
  t.keep_acc = t.send_delta = true;
  t.visit_all = visit_all;
  t.xbits = static_cast<std::uint8_t>(bits_for(cols));
  t.cbits = static_cast<std::uint8_t>(bits_for(words * kLanes));
  t.in_count = t.out_count = 1;
  world.words_used = t.ref_base + rows * cols * pop.pairs();
  pkg::param_word_t silent;
  silent.item.fill({.bias = 0, .mul = 0, .shift = 1, .theta = 0});
  pop.params.assign(static_cast<std::size_t>(words), silent);
  pop.acc.assign(static_cast<std::size_t>(rows * cols * pop.channels()), 0);
  pop.reference.assign(static_cast<std::size_t>(rows * cols * pop.pairs() * 2 * kLanes), 0);
  world.sources.push_back({});
  world.source_pop.push_back(0);
  world.out_axons.push_back({.y1 = static_cast<std::uint16_t>(rows - 1),
                             .x1 = static_cast<std::uint16_t>(cols - 1),
                             .c1 = static_cast<std::uint16_t>(words * kLanes - 1),
                             .a = 1,
                             .d = 1,
                             .rows = static_cast<std::uint16_t>(rows)});
  world.pops.push_back(pop);
  return world;
}

void World::clear() {
  for (Population& pop : pops) {
    for (int& node : pop.nodes) node = -node;
    std::fill(pop.acc.begin(), pop.acc.end(), 0);
    std::fill(pop.reference.begin(), pop.reference.end(), 0);
  }
}

FrameGolden World::frame(int index, bool parity, int percent, Rng& rng) {
  Population& pop = pops[static_cast<std::size_t>(index)];
  const pkg::pop_t& t = pop.table;
  FrameGolden golden;
  golden.parity = parity;

  // Input: touched accumulators mark every window that they lie in. Some marks are set for nothing.
  std::vector<bool> marked(static_cast<std::size_t>(t.rows * t.cols), false);
  const auto mark = [&](int y, int x) {
    const auto at = static_cast<std::size_t>(y * t.cols + x);
    if (!marked[at]) golden.marks.push_back({y, x});
    marked[at] = true;
  };
  for (int ay = 0; ay < t.acc_rows; ++ay) {
    if (chance(rng, 100 - percent)) continue;
    for (int ax = 0; ax < t.acc_cols; ++ax) {
      if (chance(rng, 100 - percent)) continue;
      bool covered = false;
      for (int y = 0; y < t.rows; ++y) {
        for (int x = 0; x < t.cols; ++x) {
          const int dy = ay - (y * t.pool_y.stride - t.pool_y.pad);
          const int dx = ax - (x * t.pool_x.stride - t.pool_x.pad);
          if (dy < 0 || dy >= t.pool_y.size || dx < 0 || dx >= t.pool_x.size) continue;
          mark(y, x);
          covered = true;
        }
      }
      if (!covered) continue;
      for (int c = 0; c < pop.channels(); ++c) {
        if (!chance(rng, 60)) continue;
        const std::int32_t value = chance(rng, 2) ? static_cast<std::int32_t>(rng()) : pick(rng, -3000, 3000);
        golden.touches.push_back({ay, ax, c, value});
        std::int32_t& acc = pop.acc[pop.acc_at(ay, ax, c)];
        acc = static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) + static_cast<std::uint32_t>(value));
      }
    }
  }
  if (percent > 0 && chance(rng, 30)) mark(pick(rng, 0, t.rows - 1), pick(rng, 0, t.cols - 1));

  // Output.
  for (int y = 0; y < t.rows; ++y) {
    golden.events.emplace_back();
    golden.clean.push_back(!t.visit_all);
    for (int x = 0; x < t.cols; ++x) {
      if (!t.visit_all && !marked[static_cast<std::size_t>(y * t.cols + x)]) continue;
      golden.clean.back() = false;
      ++golden.pixels;
      golden.words += t.words;
      for (int word = 0; word < t.words; ++word) {
        Group group{t.y0 + y, t.x0 + x, t.c0 + word * kLanes, 0, {}};
        for (int lane = 0; lane < kLanes; ++lane) {
          const int channel = word * kLanes + lane;
          const pkg::param_t& param = pop.params[static_cast<std::size_t>(word)].item[static_cast<std::size_t>(lane)];
          int a = -0x8000;
          for (int ky = 0; ky < t.pool_y.size; ++ky) {
            for (int kx = 0; kx < t.pool_x.size; ++kx) {
              const int ay = y * t.pool_y.stride - t.pool_y.pad + ky;
              const int ax = x * t.pool_x.stride - t.pool_x.pad + kx;
              if (ay < 0 || ay >= t.acc_rows || ax < 0 || ax >= t.acc_cols) continue;
              const int z = requantise(pop.acc[pop.acc_at(ay, ax, channel)], param, t.lo, t.hi);
              a = std::max(a, t.curve ? interpolate(pop.nodes, t.curve_shift, z) : z);
            }
          }
          std::int16_t& reference = pop.reference[pop.ref_at(y, x, channel)];
          const int sent = t.send_delta ? a - reference : a;
          if (sent == 0 || std::abs(sent) < param.theta) continue;
          if (t.send_delta) reference = static_cast<std::int16_t>(reference + sent);
          group.fire |= 1U << lane;
          group.value[static_cast<std::size_t>(lane)] = sent;
          for (int i = t.out_first; i < t.out_first + t.out_count; ++i) {
            const pkg::out_axon_t& axon = out_axons[static_cast<std::size_t>(i)];
            const int c = t.c0 + channel;
            if (group.y < axon.y0 || group.y > axon.y1 || ((group.y - axon.y0) & axon.y_mask) != 0) continue;
            if (group.x < axon.x0 || group.x > axon.x1 || ((group.x - axon.x0) & axon.x_mask) != 0) continue;
            if (c < axon.c0 || c > axon.c1) continue;
            const std::uint32_t pos = static_cast<std::uint32_t>(((group.y << t.xbits | group.x) << t.cbits) | c);
            golden.events.back().push_back({i, group.y, pos, sent});
          }
        }
        if (group.fire) golden.groups.push_back(group);
      }
    }
  }
  if (!t.keep_acc) std::fill(pop.acc.begin(), pop.acc.end(), 0);
  golden.acc = pop.acc;
  golden.reference = pop.reference;
  return golden;
}

}  // namespace eddy::test
