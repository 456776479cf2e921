// SPDX-License-Identifier: Apache-2.0
#include "device/model/tile.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy::model {
namespace {

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

std::uint64_t Tile::integrate_next() {
  const Message message = queue_.front();
  queue_.pop_front();
  if (message.kind == Kind::event) return integrate(message);
  progress(message);
  return 0;
}

bool Tile::sweep_next(Fabric& fabric, const std::function<void(const Firing&)>& trace) {
  if (!changed_) return false;
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < pops_.size(); ++i) {
    const std::size_t index = (turn_ + i) % pops_.size();
    if (may_sweep(pops_[index]) && (!chosen || pops_[index].frame < pops_[*chosen].frame)) chosen = index;
  }
  if (chosen) {
    turn_ = *chosen + 1;
    sweep(fabric, static_cast<int>(*chosen), trace);
  }
  changed_ = chosen.has_value();
  return changed_;
}

bool Tile::may_sweep(const PopulationState& p) const {
  return has_input(p) && outputs_.may_send(p.pop.out_first, p.pop.out_count, p.pop.y0 + p.row, p.parity());
}

bool Tile::is_clean(const PopulationState& p) const {
  if (p.pop.visit_all) return false;
  for (int w = 0; w < p.pop.mark_row; ++w) {
    if (marks_[p.pop.mark_base + p.row * p.pop.mark_row + w] != 0) return false;
  }
  return true;
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

/// Accumulators that are new in each frame: those that no window of a later row reads.
void Tile::clear_swept(PopulationState& p) {
  if (p.pop.keep_acc) return;
  const int next = p.row * p.pop.pool_y.stride - p.pop.pool_y.pad;
  const int end = p.row == p.pop.rows ? int{p.pop.acc_rows} : std::clamp(next, 0, int{p.pop.acc_rows});
  for (; p.cleared < end; ++p.cleared) {
    for (int i = 0; i < p.pop.acc_cols * p.pop.words; ++i)
      ram_.accumulator(static_cast<std::uint32_t>(p.pop.acc_base + p.cleared * p.pop.acc_row + i), p.pop.flip,
                       p.cleared)
          .fill(0);
  }
}

/// The gateway is told of whole frames only.
void Tile::give_credits(Fabric& fabric, PopulationState& p) {
  const bool last = p.row == p.pop.rows;
  for (int i = p.pop.in_first; i < p.pop.in_first + p.pop.in_count; ++i) {
    const pkg::in_source_t& source = in_sources_[i];
    if (source.dest.io && !last) continue;
    Message credit;
    credit.kind = Kind::credit;
    credit.dest = source.dest;
    credit.axon = source.axon;
    credit.token = {.axon = source.axon,
                    .row = static_cast<pkg::coord_t>(p.row),
                    .parity = p.parity(),
                    .last = last,
                    .count = static_cast<pkg::count_t>(source.dest.io ? 0 : p.told),
                    .unused = 0};
    fabric.send(credit);
    count(pkg::counter_e::CntCreditsOut);
  }
  p.told = p.row;
}

void Tile::end_frame(PopulationState& p) {
  p.row = p.told = p.cleared = 0;
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
