// SPDX-License-Identifier: Apache-2.0
/// Traffic over a torus of routers that checks itself.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "torus.hpp"

namespace eddy::test {

/// Sends numbered flits and checks that each arrives once, in order, at its end.
class Traffic {
 public:
  explicit Traffic(Torus& torus)
      : torus_(torus), sent_(torus.ends() * torus.ends()), received_(torus.ends() * torus.ends()) {
    torus_.on_arrival = [this](End end, std::uint64_t flit) { arrive(end, flit); };
  }

  void send(End from, End to) {
    const std::uint64_t number = sent_[pair(from, to)]++;
    const pkg::flit_t flit{.kind = pkg::kind_e::KindEvent, .dest = torus_.dest(to), .body = from << 32 | number};
    torus_.offer(from, flit.to_u64());
    ++total_sent_;
  }

  /// Steps until all has arrived; fails when nothing arrives for as long as no finite stall can explain.
  void drain() {
    std::uint64_t last_progress = torus_.cycle();
    std::uint64_t seen = total_received_;
    while (total_received_ < total_sent_) {
      torus_.step();
      if (total_received_ != seen) {
        seen = total_received_;
        last_progress = torus_.cycle();
      }
      ASSERT_LT(torus_.cycle() - last_progress, 2000U) << "stuck with " << total_sent_ - total_received_ << " flits";
    }
    ASSERT_EQ(sent_, received_);
  }

  [[nodiscard]] std::uint64_t received() const { return total_received_; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }  ///< of all arrivals: what, where, when
  [[nodiscard]] static End source_of(std::uint64_t flit) { return pkg::flit_t::from_u64(flit).body >> 32; }

 private:
  [[nodiscard]] std::size_t pair(End from, End to) const { return from * torus_.ends() + to; }

  void arrive(End end, std::uint64_t bits) {
    const pkg::flit_t flit = pkg::flit_t::from_u64(bits);
    const End from = flit.body >> 32;
    ASSERT_EQ(torus_.end_of(flit.dest), end) << "arrived at the wrong end";
    ASSERT_LT(from, torus_.ends());
    ASSERT_EQ(received_[pair(from, end)]++, flit.body & 0xffffffffU) << "from end " << from << " to end " << end;
    ++total_received_;
    hash_ = (hash_ ^ bits ^ torus_.cycle() << 40) * 0x9e3779b97f4a7c15U;
  }

  Torus& torus_;
  std::vector<std::uint32_t> sent_;
  std::vector<std::uint32_t> received_;
  std::uint64_t total_sent_ = 0;
  std::uint64_t total_received_ = 0;
  std::uint64_t hash_ = 0;
};

inline bool chance(std::mt19937& rng, double p) { return std::uniform_real_distribution<>()(rng) < p; }

/// Offers a new flit at every free end with probability `load`, to where `target` says, for `cycles`.
template <class Target>
void run(Torus& torus, Traffic& traffic, std::mt19937& rng, int cycles, double load, Target target) {
  for (int i = 0; i < cycles; ++i) {
    for (End end = 0; end < torus.ends(); ++end) {
      if (!torus.offering(end) && chance(rng, load)) traffic.send(end, target(end));
    }
    torus.step();
  }
}

}  // namespace eddy::test
