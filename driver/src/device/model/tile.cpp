// SPDX-License-Identifier: Apache-2.0
#include "device/model/tile.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "index.hpp"

namespace eddy::model {
namespace {

constexpr int LaneCount = static_cast<int>(pkg::Lanes);
constexpr int MarkBits = static_cast<int>(pkg::MarkBits);

LaneParams by_lane(const pkg::param_word_t& word) {
  LaneParams params;
  for (std::size_t l = 0; l < pkg::Lanes; ++l) {
    const pkg::param_t& param = word.item[l];
    params.bias[l] = static_cast<std::uint32_t>(param.bias);
    params.mul[l] = param.mul;
    params.half[l] = param.shift == 0 ? 0 : std::ldexp(1.0, param.shift - 1);
    params.scale[l] = std::ldexp(1.0, -int{param.shift});
    params.theta[l] = param.theta;
  }
  return params;
}

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

std::string name_of(TileAt tile) { return fmt::format("tile ({}, {})", tile.y, tile.x); }

Tile::Tile(const TileImage& image, int ram_words)
    : place_(image.tile),
      ram_(ram_words, image.ram),
      in_axons_(unpack_table<pkg::in_axon_t>(image.tables, pkg::table_e::TabInAxon)),
      in_sources_(unpack_table<pkg::in_source_t>(image.tables, pkg::table_e::TabInSource)),
      marks_(unpack_table<std::uint32_t>(image.tables, pkg::table_e::TabMark)),
      progress_(unpack_table<pkg::axon_state_t>(image.tables, pkg::table_e::TabProgress)),
      arrivals_(image.tables, in_axons_.size()),
      outputs_(image.tables),
      counters_(pkg::NumCounters) {
  for (const auto& word : unpack_table<pkg::param_word_t>(image.tables, pkg::table_e::TabParam))
    params_.push_back(by_lane(word));
  for (const auto& pop : unpack_table<pkg::pop_t>(image.tables, pkg::table_e::TabPop)) pops_.push_back({pop});
  const auto codes = unpack_table<std::uint32_t>(image.tables, pkg::table_e::TabCode);
  for (const auto& port : unpack_table<pkg::port_t>(image.tables, pkg::table_e::TabPort)) {
    if (port.pop >= pops_.size()) throw FileError("image: a port of a population that is not there");
    ports_.push_back({port, AxisReach(port.y, port.pool_y, port.out_rows),
                      AxisReach(port.x, port.pool_x, port.out_cols), Weights(port, codes)});
  }
  population_counters_.resize(pops_.size());
}

void Tile::fail(pkg::err_e code, int axon) const {
  throw RunError(fmt::format("model: {} reports {} on axon {}", name_of(place_), to_string(code), axon));
}

void Tile::receive(const Message& message) {
  if (message.kind == Kind::credit) {
    if (const auto code = outputs_.credit(message.axon, message.token); code != pkg::err_e::ErrNone)
      fail(code, message.axon);
    changed_ = true;
    return;
  }
  if (const auto code = arrivals_.take(message); code != pkg::err_e::ErrNone) fail(code, message.axon);
  queue_.push_back(message);
}

void Tile::step(Fabric& fabric, const std::function<void(const Firing&)>& trace, int entries) {
  for (; entries > 0 && !queue_.empty(); --entries) {
    const Message& message = queue_.front();
    if (message.kind == Kind::event)
      integrate(message);
    else
      progress(message);
    queue_.pop_front();
  }
  if (!changed_) return;
  for (std::size_t i = 0; i < pops_.size(); ++i) {
    const std::size_t index = (turn_ + i) % pops_.size();
    const PopulationState& p = pops_[index];
    if (!has_input(p) || !outputs_.may_send(p.pop.out_first, p.pop.out_count, p.pop.y0 + p.row, p.parity())) continue;
    turn_ = index + 1;
    sweep(fabric, static_cast<int>(index), trace);
    return;
  }
  changed_ = false;
}

void Tile::integrate(const Message& event) {
  const pkg::in_axon_t& axon = in_axons_[event.axon];
  PortState& state = ports_[axon.port];
  const pkg::port_t& port = state.port;
  const int c = static_cast<int>(event.pos & ((1U << axon.cbits) - 1));
  const int x = static_cast<int>(event.pos >> axon.cbits & ((1U << axon.xbits) - 1));
  const int y = static_cast<int>(std::uint64_t{event.pos} >> (axon.cbits + axon.xbits));  // 46 in a broken image
  const int channel = c - port.c0;
  const int row_of_weights = port.c_lane ? channel % LaneCount : channel;
  const int word0 = port.word0 + (port.depthwise ? channel >> port.dw_shift : 0);
  const auto run0 = static_cast<std::uint32_t>(row_of_weights) * port.w_c;
  const Reach& rows = state.y.at(y);
  const Reach& columns = state.x.at(x);
  count(pkg::counter_e::CntEventsIn);
  PopulationCounters& counters = population_counters_[port.pop];
  ++counters.events_in;
  const std::uint64_t words = rows.hits.size() * columns.hits.size() * port.words;
  if (words == 0) return;
  count(pkg::counter_e::CntMacWords, words);
  counters.mac_words += words;
  if (port.fp16 || is_fp16(port.format))
    add_fp16(state, rows, columns, run0, word0, event.value);
  else
    add_whole(state, rows, columns, run0, word0, event.value);
  for (const int row : rows.windows) {
    for (const Reach::Marks& marks : columns.marks)
      marks_[port.mark_base + row * port.mark_row + marks.word] |= marks.bits;
  }
}

void Tile::add_whole(PortState& state, const Reach& y, const Reach& x, std::uint32_t run0, int word0, int value) {
  const pkg::port_t port = state.port;  // a copy: no store to an accumulator can change it
  // Columns whose accumulators lie side by side, and their weights too, are one.
  const bool one = x.adjoining && port.w_x == port.words && port.acc_words == port.words;
  const std::size_t words = one ? x.hits.size() * port.words : port.words;
  const std::span<const Reach::Hit> rows = y.hits, columns = std::span(x.hits).first(one ? 1 : x.hits.size());
  const auto acc_at = [&](const Reach::Hit& row, const Reach::Hit& column) {
    return static_cast<std::uint32_t>(row.out * port.acc_row + column.out * port.acc_words);
  };
  const auto run_at = [&](const Reach::Hit& row, const Reach::Hit& column) {
    return static_cast<std::uint32_t>(row.tap) * port.w_y + static_cast<std::uint32_t>(column.tap) * port.w_x;
  };
  // From the first hit to the last, accumulators and weights rise: each are one stretch.
  const std::uint32_t acc0 = acc_at(rows.front(), columns.front()), first_run = run_at(rows.front(), columns.front());
  const auto first = static_cast<std::uint32_t>(port.acc_base + word0) + acc0;
  Word* const acc = ram_.at(first, acc_at(rows.back(), columns.back()) - acc0 + words).data();
  const Weights::Run* const runs =
      state.weights.runs(ram_, run0 + first_run, run_at(rows.back(), columns.back()) - first_run + words).data();
  for (const Reach::Hit& row : rows) {
    for (const Reach::Hit& column : columns) {
      const std::uint32_t a = acc_at(row, column) - acc0;
      const Weights::Run* const weights = runs + (run_at(row, column) - first_run);
      if (!port.flip || row.out % 2 == 0) {
        multiply_add(acc + a, weights, words, value);
        continue;
      }
      for (std::uint32_t w = 0; w < words; ++w)
        multiply_add(&ram_.accumulator(first + a + w, true, row.out), weights + w, 1, value);
    }
  }
}

void Tile::add_fp16(PortState& state, const Reach& y, const Reach& x, std::uint32_t run0, int word0, int value) {
  const pkg::port_t& port = state.port;
  const Fp16Parts number = port.fp16 ? fp16_parts(static_cast<std::uint16_t>(value)) : Fp16Parts{value, 0};
  const int shift = port.point + number.exponent - state.weights.point();
  for (const Reach::Hit& row : y.hits) {
    for (const Reach::Hit& column : x.hits) {
      const auto a =
          static_cast<std::uint32_t>(port.acc_base + row.out * port.acc_row + column.out * port.acc_words + word0);
      const auto run =
          run0 + static_cast<std::uint32_t>(row.tap) * port.w_y + static_cast<std::uint32_t>(column.tap) * port.w_x;
      const auto weights = state.weights.wide_runs(ram_, run, port.words);
      for (std::uint32_t w = 0; w < port.words; ++w) {
        if (multiply_add_fp16(ram_.accumulator(a + w, port.flip, row.out), weights[w], number.mantissa, shift))
          count(pkg::counter_e::CntCut);
      }
    }
  }
}

void Tile::progress(const Message& message) {
  auto& state = progress_[message.axon];
  state.row = message.token.last ? pkg::coord_t{0} : message.token.row;
  state.parity = state.parity != message.token.last;
  changed_ = true;
}

bool Tile::has_input(const PopulationState& p) const {
  for (int i = p.pop.in_first; i < p.pop.in_first + p.pop.in_count; ++i) {
    const auto& state = progress_[i];
    if (state.parity == p.parity() && p.row >= std::max(state.row, in_sources_[i].idle)) return false;
  }
  return true;
}

void Tile::sweep(Fabric& fabric, int index, const std::function<void(const Firing&)>& trace) {
  PopulationState& p = pops_[index];
  outputs_.open({p.pop.y0 + p.row, p.parity(), p.pop.xbits, p.pop.cbits, p.pop.out_first, p.pop.out_count});
  const int row_of_marks = p.pop.mark_base + p.row * p.pop.mark_row;
  for (int x0 = 0; x0 < p.pop.cols; x0 += MarkBits) {
    const int columns = std::min(MarkBits, p.pop.cols - x0);
    std::uint32_t visit = p.pop.visit_all ? ~0U : marks_[row_of_marks + x0 / MarkBits];
    for (visit &= ~0U >> (MarkBits - columns); visit != 0; visit &= visit - 1)
      sweep_pixel(fabric, index, x0 + std::countr_zero(visit), trace);
  }
  for (int w = 0; w < p.pop.mark_row; ++w) marks_[row_of_marks + w] = 0;
  outputs_.close(fabric);
  if (++p.row == p.pop.rows) end_frame(fabric, p);
}

void Tile::sweep_pixel(Fabric& fabric, int index, int x, const std::function<void(const Firing&)>& trace) {
  const PopulationState& p = pops_[index];
  const pkg::pop_t& pop = p.pop;
  const int y0 = std::max(0, p.row * pop.pool_y.stride - pop.pool_y.pad);
  const int y1 = std::min(int{pop.acc_rows}, p.row * pop.pool_y.stride - pop.pool_y.pad + pop.pool_y.size);
  const int x0 = std::max(0, x * pop.pool_x.stride - pop.pool_x.pad);
  const int x1 = std::min(int{pop.acc_cols}, x * pop.pool_x.stride - pop.pool_x.pad + pop.pool_x.size);
  const int pairs = (pop.words + 1) / 2;
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

void Tile::end_frame(Fabric& fabric, PopulationState& p) {
  if (!p.pop.keep_acc) {
    for (int y = 0; y < p.pop.acc_rows; ++y) {
      for (int i = 0; i < p.pop.acc_cols * p.pop.words; ++i) {
        ram_.accumulator(static_cast<std::uint32_t>(p.pop.acc_base + y * p.pop.acc_row + i), p.pop.flip, y).fill(0);
      }
    }
  }
  for (int i = p.pop.in_first; i < p.pop.in_first + p.pop.in_count; ++i) {
    const pkg::in_source_t& source = in_sources_[i];
    Message credit;
    credit.kind = Kind::credit;
    credit.dest = source.dest;
    credit.axon = source.axon;
    credit.token = {
        .axon = source.axon, .row = p.pop.rows, .parity = p.parity(), .last = true, .count = 0, .unused = 0};
    fabric.send(credit);
    count(pkg::counter_e::CntCreditsOut);
  }
  p.row = 0;
  frames_ = std::max(frames_, ++p.frame);
}

TileCounters Tile::counters() const {
  TileCounters result{place_, counters_, population_counters_};
  result.values[static_cast<std::size_t>(pkg::counter_e::CntEventsOut)] = outputs_.events;
  result.values[static_cast<std::size_t>(pkg::counter_e::CntTokensOut)] = outputs_.tokens;
  result.values[static_cast<std::size_t>(pkg::counter_e::CntCut)] += outputs_.cut;
  return result;
}

std::string Tile::waiting() const {
  std::string text;
  for (std::size_t i = 0; i < pops_.size(); ++i) {
    const PopulationState& p = pops_[i];
    text += fmt::format("{} population {}: frame {}, row {} of {}, waits for {}\n", name_of(place_), i, p.frame, p.row,
                        p.pop.rows, has_input(p) ? "credit" : "input");
  }
  return text;
}

}  // namespace eddy::model
