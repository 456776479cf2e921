// SPDX-License-Identifier: Apache-2.0
/// A part of the chip with its clocks: a tile, or the gateway.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "device/model/message.hpp"
#include "device/model/tile.hpp"
#include "device/perf/timing.hpp"

namespace eddy::perf {

/// What is on its way, by the time of its arrival; equal times in the order of sending.
class Coming {
 public:
  void add(Cycle time, std::uint64_t order, const model::Message& message) { queue_.push({time, order, message}); }
  /// Something has arrived by now.
  [[nodiscard]] bool arrived(Cycle now) const { return !queue_.empty() && queue_.top().time <= now; }
  [[nodiscard]] Cycle time() const { return queue_.top().time; }
  [[nodiscard]] const model::Message& message() const { return queue_.top().message; }
  void pop() { queue_.pop(); }

 private:
  struct Entry {
    Cycle time;
    std::uint64_t order;
    model::Message message;
    bool operator<(const Entry& other) const { return time != other.time ? time > other.time : order > other.order; }
  };
  std::priority_queue<Entry> queue_;
};

/// How full a queue of events or results is: what comes, and what is taken away at its usual pace, one a cycle if
/// nobody says otherwise.
class Fill {
 public:
  explicit Fill(std::uint64_t room = 0) : room_(static_cast<double>(room)) {}
  /// When what would arrive at `time` finds room; then it is in.
  Cycle enter(Cycle time) {
    const double pace = events_ == 0 ? 1 : cycles_ / events_;
    const double enters = std::max(static_cast<double>(time), empty_ - room_ * pace);
    empty_ = std::max(empty_, enters) + pace;
    return static_cast<Cycle>(enters);
  }
  /// When all that is in will be taken.
  [[nodiscard]] Cycle empty() const { return static_cast<Cycle>(empty_); }
  void taken(Cycle cycles) {
    ++events_;
    cycles_ += static_cast<double>(cycles);
  }

 private:
  double room_;
  double empty_ = 0;  // when all that came so far is taken
  double events_ = 0, cycles_ = 0;
};

struct Part {
  TileAt place;
  std::unique_ptr<model::Tile> tile;  // none: the gateway
  Coming stream;                      // events and tokens, or results
  Coming credits;
  Fill fill;
  Cycle mac_free = 0;   // all that has arrived is integrated
  Cycle row_free = 0;   // sweep or frame input may take a row
  Cycle emit_free = 0;  // tokens of the row before are sent
  Cycle sent = 0;       // when its last flit left
  // The row that is swept takes the accumulators' banks from the MAC in this share of the cycles until then.
  double stolen = 0;
  Cycle stolen_until = 0;

  /// The MAC takes an event that arrived at `time`.
  void integrate(Cycle time, Cycle cycles) {
    const Cycle start = std::max(mac_free, time + BeforeMac);
    cycles = std::max(cycles, LeastEvent);
    if (start < stolen_until) cycles = static_cast<Cycle>(static_cast<double>(cycles) / (1 - stolen) + 0.5);
    mac_free = start + cycles;
    fill.taken(cycles);
  }
  /// When a token that arrived at `time` counts.
  [[nodiscard]] Cycle counts_at(Cycle time) const { return std::max(mac_free, time + BeforeMac) + BehindMac; }
};

}  // namespace eddy::perf
