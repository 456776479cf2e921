// SPDX-License-Identifier: Apache-2.0
/// Out-axons of a tile or of the frame input: who gets which events, when tokens are due, and what credit allows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "device/model/message.hpp"
#include "device/model/tables.hpp"

namespace eddy::model {

/// A row of a population that is being sent.
struct OutRow {
  int y = 0;  // in the layer
  bool parity = false;
  int xbits = 0, cbits = 0;
  int first = 0, count = 0;  // out-axons
};

class Outputs {
 public:
  explicit Outputs(const std::vector<TableEntry>& tables);

  /// May a population take row y of the frame of `parity`?
  [[nodiscard]] bool may_send(int first, int count, int y, bool parity) const;
  /// Throws what is wrong with it, as a code of the chip.
  pkg::err_e credit(int axon, const pkg::token_t& token);

  void open(const OutRow& row);
  void event(Fabric& fabric, int x, int c, std::int16_t value);
  /// The row stands for those up to y as well, which send nothing.
  void extend(int y) { row_.y = y; }
  void close(Fabric& fabric);

  std::uint64_t events = 0, tokens = 0;
  std::uint64_t cut = 0;  // events that FP16 does not hold

  /// For messages about a run that is stuck.
  [[nodiscard]] const pkg::out_axon_t& axon(int i) const { return axons_[i]; }

 private:
  /// An out-axon, and what one event needs of it.
  struct Taker {
    int axon;
    int x0, x1, x_mask, c0, c1;
    Message event;
  };

  Table<pkg::out_axon_t> axons_;
  Table<pkg::axon_state_t> sent_, credit_;
  OutRow row_;
  std::vector<Taker> takers_;  // of events of the row
};

}  // namespace eddy::model
