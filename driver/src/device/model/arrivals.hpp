// SPDX-License-Identifier: Apache-2.0
/// The check of what arrives on in-axons: counts, rows that rise, parity. As rtl/core/eddy_arrival.sv.
#pragma once

#include <utility>
#include <vector>

#include "device/model/message.hpp"
#include "device/model/tables.hpp"

namespace eddy::model {

class Arrivals {
 public:
  /// `axons`: in use.
  Arrivals(const std::vector<TableEntry>& tables, std::size_t axons)
      : state_(unpack_table<pkg::axon_state_t>(tables, pkg::table_e::TabArrival)) {
    state_.resize(axons);
  }

  /// Takes an event or a token.
  pkg::err_e take(const Message& message) {
    if (std::cmp_greater_equal(message.axon, state_.size())) return pkg::err_e::ErrAxon;
    auto& state = state_[message.axon];
    if (message.kind == Kind::event) {
      ++state.count;
      return pkg::err_e::ErrNone;
    }
    const pkg::token_t& token = message.token;
    if (token.count != state.count) return pkg::err_e::ErrCount;
    if (token.parity != state.parity || (!token.last && token.row <= state.row)) return pkg::err_e::ErrToken;
    state.count = 0;
    state.row = token.last ? pkg::coord_t{0} : token.row;
    state.parity = state.parity != token.last;
    return pkg::err_e::ErrNone;
  }

 private:
  Table<pkg::axon_state_t> state_;
};

}  // namespace eddy::model
