// SPDX-License-Identifier: Apache-2.0
/// Random messages between the i/o ends of a fabric, checked against one queue for each pair of ends.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "eddy/sim/fabric.hpp"

namespace eddy::sim {

class Traffic {
 public:
  struct Options {
    std::uint32_t seed = 1;
    double offer = 0.5;  // chance of a new message, by end and cycle
    double ready = 0.7;  // chance that an end takes one
  };

  Traffic(Fabric& fabric, Options options) : fabric_(fabric), options_(options), rng_(options.seed) {
    for (int y = 0; y < fabric.rows(); ++y) {
      for (int x = 0; x < fabric.columns(); ++x) ends_.push_back(&fabric.io(y, x));
    }
  }

  /// One cycle; new messages start only while `offering`.
  void step(bool offering) {
    for (std::size_t at = 0; at < ends_.size(); ++at) {
      IoEnd& end = *ends_[at];
      if (!end.in_valid && offering && chance(options_.offer)) offer(at);
      end.out_ready = chance(options_.ready);
      if (end.out_valid && end.out_ready) take(at, end.out_flit);
    }
    std::vector<bool> taken(ends_.size());
    for (std::size_t at = 0; at < ends_.size(); ++at) taken[at] = ends_[at]->in_valid && ends_[at]->in_ready;
    fabric_.step();
    for (std::size_t at = 0; at < ends_.size(); ++at) {
      if (taken[at]) ends_[at]->in_valid = false;
    }
  }

  /// Steps until all have arrived, at most `limit` cycles.
  void drain(int limit) {
    for (int i = 0; i < limit && received_ < sent_; ++i) step(false);
    for (int i = 0; i < 20; ++i) step(false);  // links give their credits back
  }

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t lost_order() const { return lost_order_; }

 private:
  bool chance(double share) { return std::uniform_real_distribution<>(0, 1)(rng_) < share; }

  void offer(std::size_t from) {
    const std::size_t to = rng_() % ends_.size();
    const auto columns = static_cast<std::size_t>(fabric_.columns());
    const pkg::dest_t dest{
        .tile = {.y = static_cast<std::uint8_t>(to / columns), .x = static_cast<std::uint8_t>(to % columns)},
        .io = true};
    // The sender stands in the upper bits of the body, its count below.
    const std::uint64_t body = from << 40 | (sent_ & 0xffffffffffULL);
    const std::uint64_t flit = pkg::flit_t{.kind = pkg::kind_e::KindAnswer, .dest = dest, .body = body}.to_u64();
    ends_[from]->in_valid = true;
    ends_[from]->in_flit = flit;
    under_way_[{from, to}].push_back(flit);
    ++sent_;
  }

  void take(std::size_t at, std::uint64_t flit) {
    const std::size_t from = pkg::flit_t::from_u64(flit).body >> 40;
    std::deque<std::uint64_t>& queue = under_way_[{from, at}];
    if (queue.empty() || queue.front() != flit) ++lost_order_;
    if (!queue.empty()) queue.pop_front();
    ++received_;
  }

  Fabric& fabric_;
  Options options_;
  std::mt19937 rng_;
  std::vector<IoEnd*> ends_;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<std::uint64_t>> under_way_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t lost_order_ = 0;
};

}  // namespace eddy::sim
