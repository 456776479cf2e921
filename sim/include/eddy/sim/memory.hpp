// SPDX-License-Identifier: Apache-2.0
/// Host memory: its contents, and the time that it takes.
///
/// The time is that of a DRAM seen from far: banks with one open row each, a data bus, a queue of requests. It works in
/// three verbs: `can_accept`, `request`, `tick`.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <iosfwd>
#include <memory>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

namespace eddy::sim {

/// Contents by byte address. What was never written is 0. Storage grows with what is used.
class MemoryContents {
 public:
  void read(std::uint64_t address, std::span<std::uint8_t> bytes) const;
  void write(std::uint64_t address, std::span<const std::uint8_t> bytes);

  void save(std::ostream& out) const;
  void restore(std::istream& in);

 private:
  static constexpr std::uint64_t PageBytes = 1U << 16;
  using Page = std::array<std::uint8_t, PageBytes>;
  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

/// In cycles of the chip's clock.
struct MemoryTiming {
  unsigned banks = 8;
  unsigned row_bytes = 2048;  // neighbouring rows lie in neighbouring banks
  unsigned hit = 16;          // from a bank's turn to the first data, where the row is open
  unsigned miss = 40;         // where it is not
  unsigned bytes_per_cycle = 16;
  unsigned queue = 16;  // requests that wait or are under way
  double stall = 0;     // share of cycles, by chance, in which nothing at all happens
};

struct MemoryRequest {
  std::uint32_t tag = 0;  // the caller's
  std::uint64_t address = 0;
  unsigned bytes = 0;  // all in one row
};

/// When requests are done. Of the requests of one bank the older goes first; between banks there is no order.
class MemoryClock {
 public:
  MemoryClock(const MemoryTiming& timing, std::uint64_t seed);

  [[nodiscard]] bool can_accept() const { return !stalled_ && under_way_ < timing_.queue; }
  /// Only where `can_accept()`.
  void request(const MemoryRequest& request);
  /// One cycle. Gives the tags of the requests that are done with it.
  std::span<const std::uint32_t> tick();

  [[nodiscard]] bool idle() const { return under_way_ == 0; }
  /// Does a cycle pass, as far as chance goes? For whoever stands between this memory and a bus.
  [[nodiscard]] bool stalled() const { return stalled_; }

  /// Only while it is idle.
  void save(std::ostream& out) const;
  void restore(std::istream& in);

  std::uint64_t row_hits = 0, row_misses = 0;

 private:
  struct Bank {
    std::uint64_t row = ~std::uint64_t{0};
    std::uint64_t free_at = 0;
    std::deque<MemoryRequest> waiting;
  };
  struct Active {
    std::uint64_t done_at;
    std::uint32_t tag;
  };

  MemoryTiming timing_;
  std::mt19937_64 random_;
  std::bernoulli_distribution stall_;
  std::vector<Bank> banks_;
  std::vector<Active> active_;
  std::vector<std::uint32_t> done_;
  unsigned under_way_ = 0;
  std::uint64_t now_ = 0, bus_free_at_ = 0;
  bool stalled_ = false;
};

}  // namespace eddy::sim
