// SPDX-License-Identifier: Apache-2.0
/// The rules of AXI4 that both sides of a port must keep, checked on every cycle. It knows neither side.
///
/// Master: valid and payload stay until taken; bursts are INCR of full beats, at most 16, aligned, within 4 KB; data as
/// long as its address says. Memory: the same stability; answers only to what was asked, in order for each transaction
/// number, as long as asked; a confirmation only after the last beat.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "eddy/sim/axi.hpp"

namespace eddy::sim {

class AxiChecker {
 public:
  /// From this cycle on; nothing is under way.
  explicit AxiChecker(std::uint64_t cycle = 0) : cycle_(cycle) {}
  /// One cycle, before its edge. Throws SimulationError that names the rule, the channel and the cycle.
  void check(const AxiPort& port);

 private:
  void rule(bool holds, const char* channel, const char* text) const;
  template <typename Channel>
  void check_stable(const Channel& now, Channel& before, const char* name);
  void check_address(const AxiAddress& address, const char* name) const;
  void check_reads(const AxiPort& port);
  void check_writes(const AxiPort& port);

  std::uint64_t cycle_;
  AxiPort before_;
  std::map<unsigned, std::deque<unsigned>> reads_;  // by transaction number: beats still to come of each burst
  struct Write {
    unsigned id, beats;
  };
  std::deque<Write> writes_;               // whose data is not complete
  std::deque<bool> early_;                 // `last` of beats that came before their address
  std::map<unsigned, unsigned> complete_;  // by transaction number: not yet confirmed
};

}  // namespace eddy::sim
