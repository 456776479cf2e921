// SPDX-License-Identifier: Apache-2.0
#include "device/model/tile.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "index.hpp"

namespace eddy::model {
namespace {

constexpr int Lanes = static_cast<int>(pkg::Lanes);
constexpr int MarkBits = static_cast<int>(pkg::MarkBits);

std::int32_t requantise(std::uint32_t acc, const pkg::param_t& param, const pkg::pop_t& pop) {
  const auto sum = static_cast<std::int32_t>(acc + static_cast<std::uint32_t>(param.bias));
  const std::int64_t scaled = (std::int64_t{sum} * param.mul + (std::int64_t{1} << param.shift >> 1)) >> param.shift;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(scaled, pop.lo, pop.hi));
}

/// Adds weight * mantissa * 2^shift to each lane. What lies below the accumulators' last place is cut; then true.
bool add_fp16(Word& acc, const Weights::WideRun& weight, int mantissa, int shift) {
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

/// Windows of a pool that position `a` lies in: [first, last], last < first where there are none.
std::pair<int, int> windows(const pkg::pool_axis_t& pool, int a, int outs) {
  const int above = a + pool.pad - pool.size + 1;
  const int first = above <= 0 ? 0 : (above + pool.stride - 1) / pool.stride;
  return {first, a + pool.pad < 0 ? -1 : std::min((a + pool.pad) / pool.stride, outs - 1)};
}

std::int16_t get_reference(const Word& word, int lane) {
  return static_cast<std::int16_t>(word[at(lane / 2)] >> (lane % 2 * 16));
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
      params_(unpack_table<pkg::param_word_t>(image.tables, pkg::table_e::TabParam)),
      marks_(unpack_table<std::uint32_t>(image.tables, pkg::table_e::TabMark)),
      progress_(unpack_table<pkg::axon_state_t>(image.tables, pkg::table_e::TabProgress)),
      arrivals_(image.tables, in_axons_.size()),
      outputs_(image.tables),
      counters_(pkg::NumCounters) {
  for (const auto& pop : unpack_table<pkg::pop_t>(image.tables, pkg::table_e::TabPop)) pops_.push_back({pop});
  const auto codes = unpack_table<std::uint32_t>(image.tables, pkg::table_e::TabCode);
  for (const auto& port : unpack_table<pkg::port_t>(image.tables, pkg::table_e::TabPort)) {
    if (port.pop >= pops_.size()) throw FileError("image: a port of a population that is not there");
    for (const int step : {port.y.stride, port.x.stride, port.pool_y.stride, port.pool_x.stride})
      check_divisor(step, "a stride of a port");
    ports_.push_back({port, AxisHits(port.y), AxisHits(port.x), Weights(port, codes)});
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
    const Message message = queue_.front();
    queue_.pop_front();
    if (message.kind == Kind::event)
      integrate(message);
    else
      progress(message);
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
  const int row_of_weights = port.c_lane ? channel % Lanes : channel;
  const int word0 = port.word0 + (port.depthwise ? channel >> port.dw_shift : 0);
  const Fp16Parts number = port.fp16 ? fp16_parts(static_cast<std::uint16_t>(event.value)) : Fp16Parts{event.value, 0};
  const int shift = port.point + number.exponent - state.weights.point();
  const bool fp16 = port.fp16 || is_fp16(port.format);
  count(pkg::counter_e::CntEventsIn);
  PopulationCounters& counters = population_counters_[port.pop];
  ++counters.events_in;
  for (const auto& row : state.y.at(y)) {
    const auto [py0, py1] = windows(port.pool_y, row.out, port.out_rows);
    for (const auto& column : state.x.at(x)) {
      const auto run = static_cast<std::uint32_t>(row_of_weights) * port.w_c +
                       static_cast<std::uint32_t>(row.tap) * port.w_y +
                       static_cast<std::uint32_t>(column.tap) * port.w_x;
      const auto a =
          static_cast<std::uint32_t>(port.acc_base + row.out * port.acc_row + column.out * port.acc_words + word0);
      for (std::uint32_t w = 0; w < port.words; ++w) {
        Word& acc = ram_.accumulator(a + w, port.flip, row.out);
        if (fp16) {
          if (add_fp16(acc, state.weights.wide_at(ram_, run + w), number.mantissa, shift))
            count(pkg::counter_e::CntCut);
          continue;
        }
        const Weights::Run& weight = state.weights.at(ram_, run + w);
        for (std::size_t l = 0; l < pkg::Lanes; ++l) acc[l] += static_cast<std::uint32_t>(weight[l] * event.value);
      }
      count(pkg::counter_e::CntMacWords, port.words);
      counters.mac_words += port.words;
      const auto [px0, px1] = windows(port.pool_x, column.out, port.out_cols);
      for (int py = py0; py <= py1; ++py) {
        for (int px = px0; px <= px1; ++px)
          marks_[port.mark_base + py * port.mark_row + px / MarkBits] |= 1U << px % MarkBits;
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
  for (int x = 0; x < p.pop.cols; ++x) {
    const std::uint32_t marks = marks_[p.pop.mark_base + p.row * p.pop.mark_row + x / MarkBits];
    if (p.pop.visit_all || (marks >> x % MarkBits & 1) != 0) sweep_pixel(fabric, index, x, trace);
  }
  for (int w = 0; w < p.pop.mark_row; ++w) marks_[p.pop.mark_base + p.row * p.pop.mark_row + w] = 0;
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
  for (int w = 0; w < pop.words; ++w) {
    const pkg::param_word_t& param = params_[pop.param_base + w];
    std::array<std::int32_t, pkg::Lanes> best;
    best.fill(INT32_MIN);
    for (int ay = y0; ay < y1; ++ay) {
      for (int ax = x0; ax < x1; ++ax) {
        const auto a = static_cast<std::uint32_t>(pop.acc_base + ay * pop.acc_row + ax * pop.words + w);
        const Word& acc = ram_.accumulator(a, pop.flip, ay);
        for (std::size_t l = 0; l < pkg::Lanes; ++l) {
          const std::int32_t z = requantise(acc[l], param.item[l], pop);
          best[l] = std::max(best[l], pop.curve ? curve(ram_, pop, z) : z);
        }
      }
    }
    Word* reference = pop.send_delta ? &ram_.at(at(pop.ref_base + (p.row * pop.cols + x) * pairs + w / 2)) : nullptr;
    for (int l = 0; l < Lanes; ++l) {
      const int lane = w % 2 * Lanes + l;
      const std::int32_t known = reference != nullptr ? get_reference(*reference, lane) : 0;
      const std::int64_t difference = std::int64_t{best[at(l)]} - known;
      count(pkg::counter_e::CntNeuronsSwept);
      ++population_counters_[at(index)].neurons_swept;
      if (difference == 0 || std::abs(difference) < param.item[at(l)].theta) continue;
      if (reference != nullptr) set_reference(*reference, lane, best[at(l)]);
      count(pkg::counter_e::CntFired);
      const auto value = static_cast<std::int16_t>(difference);
      const int c = pop.c0 + w * Lanes + l;
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
