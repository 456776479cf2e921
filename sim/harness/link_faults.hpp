// SPDX-License-Identifier: Apache-2.0
/// Faults on the links that leave one tile. Keeps the links' own credits right: what is dropped gives its credit back,
/// and what comes twice waits for a credit of the sender, which it uses up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "eddy/sim/faults.hpp"
#include "harness/link.hpp"

namespace eddy::sim {

class LinkFaults {
 public:
  void add(const Fault& fault) { faults_.push_back({fault, 0}); }

  /// Before the tile's edge: credits that come back to its outputs in this cycle.
  void credits(std::array<std::uint8_t, kLinks>& credit);
  /// After it: what the tile has put on its link `port`, valid or not. To be called for all four, in order.
  void pass(std::size_t port, LinkFlit& link);

  [[nodiscard]] std::size_t pending() const { return faults_.size(); }
  /// Something is still to be given back or sent: the tile must be stepped.
  [[nodiscard]] bool owes() const { return !copies_.empty() || dropped_ != 0; }

 private:
  struct Planted {
    Fault fault;
    std::uint64_t seen;  // messages of its kind
  };
  struct Copy {
    std::size_t port;
    LinkFlit link;
    bool has_credit;
  };
  std::vector<Planted> faults_;
  std::vector<Copy> copies_;
  std::array<std::array<std::uint8_t, 2>, kLinks> owed_{};  // credits to give back, by port and channel
  unsigned dropped_ = 0;                                    // their number
};

}  // namespace eddy::sim
