// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "eddy/sim/memory.hpp"
#include "eddy/sim/state_stream.hpp"

namespace eddy::sim {

MemoryClock::MemoryClock(const MemoryTiming& timing, std::uint64_t seed)
    : timing_(timing), random_(seed), stall_(timing.stall), banks_(timing.banks) {}

void MemoryClock::request(const MemoryRequest& request) {
  banks_[request.address / timing_.row_bytes % timing_.banks].waiting.push_back(request);
  ++under_way_;
}

std::span<const std::uint32_t> MemoryClock::tick() {
  done_.clear();
  stalled_ = timing_.stall > 0 && stall_(random_);
  if (stalled_ || under_way_ == 0) return done_;
  ++now_;
  for (Bank& bank : banks_) {
    if (bank.waiting.empty() || bank.free_at > now_) continue;
    const MemoryRequest request = bank.waiting.front();
    bank.waiting.pop_front();
    const std::uint64_t row = request.address / timing_.row_bytes;
    const bool hit = row == bank.row;
    ++(hit ? row_hits : row_misses);
    bank.row = row;
    const std::uint64_t data_at = std::max(now_ + (hit ? timing_.hit : timing_.miss), bus_free_at_);
    bus_free_at_ = data_at + (request.bytes + timing_.bytes_per_cycle - 1) / timing_.bytes_per_cycle;
    // Commands to an open row overlap with its data.
    bank.free_at = bus_free_at_ - std::min<std::uint64_t>(timing_.hit, bus_free_at_ - now_);
    active_.push_back({bus_free_at_, request.tag});
  }
  std::erase_if(active_, [&](const Active& a) {
    if (a.done_at > now_) return false;
    done_.push_back(a.tag);
    --under_way_;
    return true;
  });
  return done_;
}

void MemoryClock::save(std::ostream& out) const {
  for (const Bank& bank : banks_) {
    put(out, bank.row);
    put(out, bank.free_at);
  }
  put(out, random_);
  put(out, now_);
  put(out, bus_free_at_);
  put(out, stalled_);
  put(out, row_hits);
  put(out, row_misses);
}

void MemoryClock::restore(std::istream& in) {
  for (Bank& bank : banks_) {
    get(in, bank.row);
    get(in, bank.free_at);
    bank.waiting.clear();
  }
  get(in, random_);
  get(in, now_);
  get(in, bus_free_at_);
  get(in, stalled_);
  get(in, row_hits);
  get(in, row_misses);
  active_.clear();
  under_way_ = 0;
}

}  // namespace eddy::sim
