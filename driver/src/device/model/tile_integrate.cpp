// SPDX-License-Identifier: Apache-2.0
// Integrate: an event, times the weights of what it reaches, into the accumulators.
#include <algorithm>
#include <cstdint>
#include <span>

#include "device/model/tile.hpp"

namespace eddy::model {
namespace {

/// Adds weight * value to each lane of `words` words.
void multiply_add(Word* __restrict acc, const Weights::Run* __restrict weights, std::size_t words, int value) {
  for (std::size_t w = 0; w < words; ++w) {
    for (std::size_t l = 0; l < pkg::Lanes; ++l) acc[w][l] += static_cast<std::uint32_t>(weights[w][l] * value);
  }
}

/// Adds weight * mantissa * 2^shift to each lane. What lies below the accumulators' last place is cut; then true.
bool multiply_add_fp16(Word& acc, const Weights::WideRun& weight, int mantissa, int shift) {
  bool cut = false;
  for (std::size_t l = 0; l < pkg::Lanes; ++l) {
    const std::int64_t product = weight[l] * mantissa;
    const std::int64_t value =
        shift >= 0 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(product) << std::min(shift, 63))
                   : product >> std::min(-shift, 63);
    cut = cut || (shift < 0 &&
                  product != static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << std::min(-shift, 63)));
    acc[l] += static_cast<std::uint32_t>(value);
  }
  return cut;
}

/// Where a hit's first accumulator word and its first run of weights lie, from those of the first output and tap.
struct Offset {
  std::uint32_t acc, run;
};

Offset offset(const pkg::port_t& port, const Reach::Hit& row, const Reach::Hit& column) {
  return {static_cast<std::uint32_t>(row.out * port.acc_row + column.out * port.acc_words),
          static_cast<std::uint32_t>(row.tap) * port.w_y + static_cast<std::uint32_t>(column.tap) * port.w_x};
}

/// A cycle a word. A bank reads or writes, not both: words that follow each other in one bank of their pair take two
/// (docs/core-integrate.md, "not granted"), which is how those of a depthwise event lie, a pixel apart.
std::uint64_t cycles_of(const pkg::port_t& port, std::size_t rows, std::size_t columns) {
  const std::uint64_t words = rows * columns * port.words;
  if (words <= 1 || port.words > 1 || port.acc_words % 2 == 1) return words;
  const bool rows_take_turns = port.flip != (port.acc_row % 2 == 1);
  if (!rows_take_turns) return 2 * words;
  return rows % 2 == 1 ? words + columns : words;  // the next event begins in the bank where this one ends
}

}  // namespace

std::uint64_t Tile::integrate(const Message& event) {
  const pkg::in_axon_t& axon = in_axons_[event.axon];
  PortState& state = ports_[axon.port];
  const pkg::port_t& port = state.port;
  const int c = static_cast<int>(event.pos & ((1U << axon.cbits) - 1));
  const int x = static_cast<int>(event.pos >> axon.cbits & ((1U << axon.xbits) - 1));
  const int y = static_cast<int>(std::uint64_t{event.pos} >> (axon.cbits + axon.xbits));  // 46 in a broken image
  const int channel = c - port.c0;
  const int row_of_weights = port.c_lane ? channel % int{pkg::Lanes} : channel;
  const int word0 = port.word0 + (port.depthwise ? channel >> port.dw_shift : 0);
  const auto run0 = static_cast<std::uint32_t>(row_of_weights) * port.w_c;
  const Reach& rows = state.y.at(y);
  const Reach& columns = state.x.at(x);
  count(pkg::counter_e::CntEventsIn);
  PopulationCounters& counters = population_counters_[port.pop];
  ++counters.events_in;
  const std::uint64_t words = rows.hits.size() * columns.hits.size() * port.words;
  if (words == 0) return 0;
  count(pkg::counter_e::CntMacWords, words);
  counters.mac_words += words;
  if (port.fp16 || state.weights.fp16())
    add_fp16(state, rows, columns, run0, word0, event.value);
  else
    add_whole(state, rows, columns, run0, word0, event.value);
  for (const int row : rows.windows) {
    for (const Reach::Marks& marks : columns.marks)
      marks_[port.mark_base + row * port.mark_row + marks.word] |= marks.bits;
  }
  return cycles_of(port, rows.hits.size(), columns.hits.size());
}

void Tile::add_whole(PortState& state, const Reach& y, const Reach& x, std::uint32_t run0, int word0, int value) {
  const pkg::port_t port = state.port;  // a copy: no store to an accumulator can change it
  // Columns whose accumulators lie side by side, and their weights too, are one.
  const bool one = x.adjoining && port.w_x == port.words && port.acc_words == port.words;
  const std::size_t words = one ? x.hits.size() * port.words : port.words;
  const std::span<const Reach::Hit> rows = y.hits, columns = std::span(x.hits).first(one ? 1 : x.hits.size());
  // From the first hit to the last, accumulators and weights rise: each are one stretch.
  const Offset first = offset(port, rows.front(), columns.front()), last = offset(port, rows.back(), columns.back());
  const auto base = static_cast<std::uint32_t>(port.acc_base + word0) + first.acc;
  Word* const acc = ram_.at(base, last.acc - first.acc + words).data();
  const Weights::Run* const runs = state.weights.runs(ram_, run0 + first.run, last.run - first.run + words).data();
  for (const Reach::Hit& row : rows) {
    for (const Reach::Hit& column : columns) {
      const Offset hit = offset(port, row, column);
      const Weights::Run* const weights = runs + (hit.run - first.run);
      if (!port.flip || row.out % 2 == 0) {
        multiply_add(acc + (hit.acc - first.acc), weights, words, value);
        continue;
      }
      for (std::uint32_t w = 0; w < words; ++w)
        multiply_add(&ram_.accumulator(base + hit.acc - first.acc + w, true, row.out), weights + w, 1, value);
    }
  }
}

void Tile::add_fp16(PortState& state, const Reach& y, const Reach& x, std::uint32_t run0, int word0, int value) {
  const pkg::port_t& port = state.port;
  const Fp16Parts number = port.fp16 ? fp16_parts(static_cast<std::uint16_t>(value)) : Fp16Parts{value, 0};
  const int shift = port.point + number.exponent - state.weights.point();
  const auto base = static_cast<std::uint32_t>(port.acc_base + word0);
  for (const Reach::Hit& row : y.hits) {
    for (const Reach::Hit& column : x.hits) {
      const Offset hit = offset(port, row, column);
      const auto weights = state.weights.wide_runs(ram_, run0 + hit.run, port.words);
      for (std::uint32_t w = 0; w < port.words; ++w) {
        if (multiply_add_fp16(ram_.accumulator(base + hit.acc + w, port.flip, row.out), weights[w], number.mantissa,
                              shift))
          count(pkg::counter_e::CntCut);
      }
    }
  }
}

}  // namespace eddy::model
