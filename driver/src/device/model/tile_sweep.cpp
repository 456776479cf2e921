// SPDX-License-Identifier: Apache-2.0
// Sweep: the marked pixels of a row, from accumulators to events.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "device/model/tile.hpp"
#include "index.hpp"

namespace eddy::model {
namespace {

constexpr int LaneCount = static_cast<int>(pkg::Lanes);
constexpr int MarkBits = static_cast<int>(pkg::MarkBits);

/// The formula of docs/contract.md. A product has 48 bits: doubles hold it and the sum, and floor is the shift.
Lanes<std::int32_t> requantise(const Word& acc, const LaneParams& params, const pkg::pop_t& pop) {
  const double lo = pop.lo, hi = pop.hi;
  Lanes<std::int32_t> z;
  for (std::size_t l = 0; l < pkg::Lanes; ++l) {
    const auto sum = static_cast<std::int32_t>(acc[l] + params.bias[l]);
    const double scaled = std::floor((sum * params.mul[l] + params.half[l]) * params.scale[l]);
    z[l] = static_cast<std::int32_t>(std::min(std::max(scaled, lo), hi));
  }
  return z;
}

/// From the table in RAM, segment by segment. The image may hold anything: what leaves 16 bits is cut, as in the RTL.
std::int32_t curve(Ram& ram, const pkg::pop_t& pop, std::int32_t z) {
  constexpr int RestBits = 10;
  const auto offset = static_cast<unsigned>(z + 0x8000);
  const unsigned index = offset >> RestBits;
  const auto rest = static_cast<std::int32_t>(offset & ((1U << RestBits) - 1));
  const auto segment = pkg::segment_t::from_u64(ram.at(pop.curve_base + index / pkg::Lanes)[index % pkg::Lanes]);
  const std::int32_t sum = (std::int32_t{segment.base} << RestBits) + segment.step * rest;
  const int shift = RestBits + pop.curve_shift;
  return static_cast<std::int16_t>((sum + (1 << (shift - 1))) >> shift);
}

/// References of Lanes neurons, from lane `first` of a word of them.
Lanes<std::int32_t> get_references(const Word& word, int first) {
  Lanes<std::int16_t> references;
  std::memcpy(references.data(), word.data() + first / 2, sizeof references);
  Lanes<std::int32_t> result;
  for (std::size_t l = 0; l < pkg::Lanes; ++l) result[l] = references[l];
  return result;
}

Lanes<std::int64_t> minus(const Lanes<std::int32_t>& a, const Lanes<std::int32_t>& b) {
  Lanes<std::int64_t> result;
  for (std::size_t l = 0; l < pkg::Lanes; ++l) result[l] = std::int64_t{a[l]} - b[l];
  return result;
}

/// Does any lane's difference reach its threshold?
bool reaches(const Lanes<std::int64_t>& difference, const Lanes<std::int32_t>& theta) {
  bool any = false;
  for (std::size_t l = 0; l < pkg::Lanes; ++l) any |= std::abs(difference[l]) >= theta[l];
  return any;
}

void set_reference(Word& word, int lane, std::int32_t value) {
  const int shift = lane % 2 * 16;
  word[at(lane / 2)] = (word[at(lane / 2)] & ~(0xffffU << shift)) | (static_cast<std::uint32_t>(value) & 0xffffU)
                                                                        << shift;
}

}  // namespace

void Tile::sweep(Fabric& fabric, int index, const std::function<void(const Firing&)>& trace) {
  PopulationState& p = pops_[index];
  outputs_.open({p.pop.y0 + p.row, p.parity(), p.pop.xbits, p.pop.cbits, p.pop.out_first, p.pop.out_count});
  const int row_of_marks = p.pop.mark_base + p.row * p.pop.mark_row;
  fabric.did(Work::open, p.pop.out_count);
  fabric.did(Work::look, p.pop.mark_row);
  for (int x0 = 0; x0 < p.pop.cols; x0 += MarkBits) {
    const int columns = std::min(MarkBits, p.pop.cols - x0);
    std::uint32_t visit = p.pop.visit_all ? ~0U : marks_[row_of_marks + x0 / MarkBits];
    for (visit &= ~0U >> (MarkBits - columns); visit != 0; visit &= visit - 1)
      sweep_pixel(fabric, index, x0 + std::countr_zero(visit), trace);
  }
  for (int w = 0; w < p.pop.mark_row; ++w) marks_[row_of_marks + w] = 0;
  fabric.did(Work::drain, 0);
  while (++p.row < p.pop.rows && may_sweep(p) && is_clean(p)) {
    outputs_.extend(p.pop.y0 + p.row);
    fabric.did(Work::look, p.pop.mark_row);
  }
  outputs_.close(fabric);
  clear_swept(p);
  give_credits(fabric, p);
  if (p.row == p.pop.rows) end_frame(p);
}

void Tile::sweep_pixel(Fabric& fabric, int index, int x, const std::function<void(const Firing&)>& trace) {
  const PopulationState& p = pops_[index];
  const pkg::pop_t& pop = p.pop;
  const int y0 = std::max(0, p.row * pop.pool_y.stride - pop.pool_y.pad);
  const int y1 = std::min(int{pop.acc_rows}, p.row * pop.pool_y.stride - pop.pool_y.pad + pop.pool_y.size);
  const int x0 = std::max(0, x * pop.pool_x.stride - pop.pool_x.pad);
  const int x1 = std::min(int{pop.acc_cols}, x * pop.pool_x.stride - pop.pool_x.pad + pop.pool_x.size);
  const int pairs = (pop.words + 1) / 2;
  fabric.did(Work::pixel, pairs * (y1 - y0) * (x1 - x0));
  count(pkg::counter_e::CntPixelsSwept);
  count(pkg::counter_e::CntNeuronsSwept, at(pop.words * LaneCount));
  population_counters_[index].neurons_swept += at(pop.words * LaneCount);
  for (int w = 0; w < pop.words; ++w) {
    const LaneParams& params = params_[pop.param_base + w];
    Lanes<std::int32_t> best;
    best.fill(INT32_MIN);
    for (int ay = y0; ay < y1; ++ay) {
      for (int ax = x0; ax < x1; ++ax) {
        const auto a = static_cast<std::uint32_t>(pop.acc_base + ay * pop.acc_row + ax * pop.words + w);
        auto z = requantise(ram_.accumulator(a, pop.flip, ay), params, pop);
        if (pop.curve) std::ranges::transform(z, z.begin(), [&](std::int32_t v) { return curve(ram_, pop, v); });
        for (std::size_t l = 0; l < pkg::Lanes; ++l) best[l] = std::max(best[l], z[l]);
      }
    }
    Word* reference = pop.send_delta ? &ram_.at(at(pop.ref_base + (p.row * pop.cols + x) * pairs + w / 2)) : nullptr;
    const int half = w % 2 * LaneCount;  // of the word of references
    const Lanes<std::int32_t> known = reference != nullptr ? get_references(*reference, half) : Lanes<std::int32_t>{};
    const Lanes<std::int64_t> difference = minus(best, known);
    if (!reaches(difference, params.theta)) continue;
    for (int l = 0; l < LaneCount; ++l) {
      if (difference[at(l)] == 0 || std::abs(difference[at(l)]) < params.theta[at(l)]) continue;
      if (reference != nullptr) set_reference(*reference, half + l, best[at(l)]);
      count(pkg::counter_e::CntFired);
      const auto value = static_cast<std::int16_t>(difference[at(l)]);
      const int c = pop.c0 + w * LaneCount + l;
      if (trace) trace({p.frame, place_, index, pop.y0 + p.row, pop.x0 + x, c, value, 0});
      outputs_.event(fabric, pop.x0 + x, c, value);
    }
  }
}

}  // namespace eddy::model
