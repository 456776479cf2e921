// SPDX-License-Identifier: Apache-2.0
#include "device/model/outputs.hpp"

#include <algorithm>
#include <utility>

#include "fp16.hpp"

namespace eddy::model {
namespace {

/// floor((a * y + b) / d), held to [0, most].
int rule(const pkg::out_axon_t& axon, int b, int y, int most) {
  const int n = int{axon.a} * y + b;
  return n < 0 ? 0 : std::min(n / axon.d, most);
}

}  // namespace

Outputs::Outputs(const std::vector<TableEntry>& tables)
    : axons_(unpack_table<pkg::out_axon_t>(tables, pkg::table_e::TabOutAxon)),
      sent_(unpack_table<pkg::axon_state_t>(tables, pkg::table_e::TabSent)),
      credit_(unpack_table<pkg::axon_state_t>(tables, pkg::table_e::TabCredit)) {
  for (const pkg::out_axon_t& axon : axons_) check_divisor(axon.d, "the step of an out-axon");
  sent_.resize(axons_.size());
  credit_.resize(axons_.size());
}

bool Outputs::may_send(int first, int count, int y, bool parity) const {
  for (int i = first; i < first + count; ++i) {
    const auto& axon = axons_[i];
    const auto& state = credit_[i];
    if (y > axon.y1 || state.parity == parity) continue;
    // The last row waits for the frame's credit: nobody is two frames ahead of another.
    if (y == axon.y1 || state.row <= rule(axon, axon.b_credit, y, axon.rows - 1)) return false;
  }
  return true;
}

pkg::err_e Outputs::credit(int index, const pkg::token_t& token) {
  if (std::cmp_greater_equal(index, axons_.size())) return pkg::err_e::ErrAxon;
  const auto& axon = axons_[index];
  auto& state = credit_[index];
  const bool sent_all = sent_[index].parity != token.parity;
  if (token.parity != state.parity || token.count != state.row || token.row <= state.row || token.row > axon.rows ||
      (token.last && !sent_all)) {
    return pkg::err_e::ErrCredit;
  }
  state.row = token.last ? pkg::coord_t{0} : token.row;
  state.parity = state.parity != token.last;
  return pkg::err_e::ErrNone;
}

void Outputs::open(const OutRow& row) {
  row_ = row;
  takers_.clear();
  for (int i = row.first; i < row.first + row.count; ++i) {
    const auto& axon = axons_[i];
    if (row.y < axon.y0 || row.y > axon.y1 || ((row.y - axon.y0) & axon.y_mask) != 0) continue;
    Taker& taker = takers_.emplace_back(i, axon.x0, axon.x1, axon.x_mask, axon.c0, axon.c1);
    taker.event.kind = Kind::event;
    taker.event.dest = axon.dest;
    taker.event.axon = axon.axon;
  }
}

void Outputs::event(Fabric& fabric, int x, int c, std::int16_t value) {
  const std::uint32_t pos =
      ((static_cast<std::uint32_t>(row_.y) << row_.xbits | static_cast<std::uint32_t>(x)) << row_.cbits) |
      static_cast<std::uint32_t>(c);
  for (Taker& taker : takers_) {
    if (x < taker.x0 || x > taker.x1 || ((x - taker.x0) & taker.x_mask) != 0 || c < taker.c0 || c > taker.c1) continue;
    if (++sent_[taker.axon].count == 0) throw RunError("model: more events between two tokens than a token can count");
    taker.event.pos = pos;
    taker.event.value = value;
    if (const auto& axon = axons_[taker.axon]; axon.fp16) {
      taker.event.value = static_cast<std::int16_t>(fp16_nearest(value, axon.point));
      if (!fp16_exact(value, axon.point)) ++cut;
    }
    fabric.send(taker.event);
    ++events;
  }
}

void Outputs::close(Fabric& fabric) {
  for (int i = row_.first; i < row_.first + row_.count; ++i) {
    const auto& axon = axons_[i];
    auto& state = sent_[i];
    if (row_.y < axon.y0 || state.parity != row_.parity) continue;
    const bool last = row_.y >= axon.y1;
    const int rows = last ? int{axon.rows} : rule(axon, axon.b_token, row_.y, axon.rows);
    if (!last && rows <= state.row) continue;
    Message message;
    message.kind = Kind::token;
    message.dest = axon.dest;
    message.axon = axon.axon;
    message.token = {.axon = axon.axon,
                     .row = static_cast<pkg::coord_t>(rows),
                     .parity = row_.parity,
                     .last = last,
                     .count = state.count,
                     .unused = 0};
    state.count = 0;
    state.row = last ? pkg::coord_t{0} : static_cast<pkg::coord_t>(rows);
    state.parity = state.parity != last;
    fabric.send(message);
    ++tokens;
  }
}

}  // namespace eddy::model
