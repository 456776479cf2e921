// SPDX-License-Identifier: Apache-2.0
/// AXI4 in front of the memory: bursts of several transaction numbers at once, answers of different numbers in any
/// order and, where the memory stalls, interleaved beat by beat.
#pragma once

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <random>

#include "eddy/sim/axi.hpp"
#include "eddy/sim/memory.hpp"

namespace eddy::sim {

class AxiMemory {
 public:
  AxiMemory(const MemoryTiming& timing, std::uint64_t seed)
      : clock_(timing, seed), random_(seed + 1), interleave_(timing.stall > 0) {}

  /// Before the edge: what the memory puts on its side of the port in this cycle.
  void drive(AxiPort& port) const;
  /// The edge: takes and gives what both sides agreed on.
  void clock(const AxiPort& port);

  MemoryContents contents;
  /// Response codes to give, for tests of errors.
  unsigned read_response = 0, write_response = 0;

  [[nodiscard]] bool idle() const { return reads_.empty() && writes_.empty() && beats_.empty(); }
  std::uint64_t read_bytes = 0, written_bytes = 0;
  [[nodiscard]] const MemoryClock& timing() const { return clock_; }

  /// Only while it is idle.
  void save(std::ostream& out) const;
  void restore(std::istream& in);

 private:
  struct Burst {
    unsigned id = 0;
    std::uint64_t address = 0;
    unsigned beats = 0;  // still to come
    std::uint32_t tag = 0;
    bool done = false;  // as far as the memory is concerned
  };
  static constexpr std::size_t MostBeats = 32;  // write data that runs ahead of its address, or of the memory

  void request(const Burst& burst);
  void take_read(const AxiPort& port);
  void take_write(const AxiPort& port);
  void store_beats();
  void offer_read();
  void offer_confirmation();

  MemoryClock clock_;
  std::mt19937_64 random_;
  bool interleave_;
  std::uint32_t next_tag_ = 0;
  std::deque<Burst> reads_, writes_;  // in order of their addresses; a write leaves when its confirmation does
  std::deque<AxiWriteData> beats_;
  std::size_t offered_read_ = 0, offered_write_ = 0;
  AxiReadData read_data_;
  AxiConfirmation confirmation_;
};

}  // namespace eddy::sim
