// SPDX-License-Identifier: Apache-2.0
/// RAM and marks of a tile, as the sweep path sees them.
#pragma once

#include <array>
#include <cstdint>

#include "sweep_world.hpp"

namespace eddy::test {

class SweepMemory {
 public:
  using Word = std::array<std::uint32_t, 4>;

  explicit SweepMemory(Rng& rng) : rng_(rng) {}

  /// All words at random; then the first `words` at 0.
  void scramble();
  void clear(int words);
  /// The table of a population's activation.
  void write_curve(const Population& pop);

  /// No mark, but random ones where they mean nothing: beyond the last column.
  void clear_marks() { marks_.fill(0); }
  void mark_beyond(const pkg::pop_t& pop);

  // ---- the sources' side
  void add(const Population& pop, const Touch& touch);
  void mark(const pkg::pop_t& pop, const Mark& mark);

  // ---- the tile's side
  /// Does what is asked for. Returns what is on the port then: random bits where nothing is read.
  Word serve(const pkg::mem_req_t& request);
  static int bank(int address) { return (address >> 10 & 0xe) | (address & 1); }
  [[nodiscard]] std::uint32_t marks_at(unsigned address) const { return marks_[address]; }
  void clear_marks_at(unsigned address) { marks_[address] = 0; }

  /// Accumulators, references and marks of a population when so many of its rows are swept: those that no later row of
  /// the frame needs.
  void expect(const Population& pop, const FrameGolden& golden, int rows) const;

 private:
  void expect_accumulators(const Population& pop, const FrameGolden& golden, int rows) const;
  void expect_references(const Population& pop, const FrameGolden& golden, int rows) const;
  void expect_no_marks(const pkg::pop_t& pop, int rows) const;

  Rng& rng_;
  std::array<Word, 1U << pkg::AddrBits> ram_{};
  std::array<std::uint32_t, pkg::MarkWords> marks_{};
};

}  // namespace eddy::test
