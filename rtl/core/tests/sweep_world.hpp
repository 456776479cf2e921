// SPDX-License-Identifier: Apache-2.0
/// A random tile as its sweep sees it, and what it must do: plain loops, written from docs/contract.md.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "eddy_pkg.hpp"
#include "wide.hpp"

namespace eddy::test {

using Rng = std::mt19937;

/// What the sources of a frame add to one accumulator (slice coordinates, before the pool).
struct Touch {
  int y, x, channel;
  std::int32_t value;
};

/// A marked pixel (slice coordinates, behind the pool).
struct Mark {
  int y, x;
};

/// A population that fires: as group_t, with the row in coordinates of the layer.
struct Group {
  int y, x, c;
  unsigned fire;
  std::array<int, pkg::Lanes> value;
  bool operator==(const Group&) const = default;
};

/// An event on an out-axon (index into the table).
struct Event {
  int axon, y;  // source row in the layer
  std::uint32_t pos;
  int value;
};

/// What one frame of a population must give.
struct FrameGolden {
  bool parity;
  std::vector<Touch> touches;
  std::vector<Mark> marks;
  std::vector<bool> clean;                 // by row: nothing to visit
  std::vector<std::vector<Event>> events;  // by row, in order
  std::vector<Group> groups;               // in order
  long pixels = 0, words = 0;              // visited
  std::vector<std::int32_t> acc;           // when the frame's credits leave
  std::vector<std::int16_t> reference;
};

/// One population: its tables, and the state that the golden model keeps.
struct Population {
  pkg::pop_t table;
  std::vector<pkg::param_word_t> params;
  std::vector<int> nodes;  // of the activation's table; empty: none
  int index = 0;
  std::vector<std::int32_t> acc;        // [acc_rows][acc_cols][words * Lanes]
  std::vector<std::int16_t> reference;  // [rows][cols][pairs * 2 * Lanes]

  int channels() const { return table.words * static_cast<int>(pkg::Lanes); }
  int pairs() const { return (table.words + 1) / 2; }
  std::size_t acc_at(int y, int x, int channel) const {
    return static_cast<std::size_t>((y * table.acc_cols + x) * channels() + channel);
  }
  std::size_t ref_at(int y, int x, int channel) const {
    return static_cast<std::size_t>((y * table.cols + x) * pairs() * 2 * static_cast<int>(pkg::Lanes) + channel);
  }
  /// Word in the tile's RAM that holds an accumulator, or a reference.
  int acc_word(int y, int x, int channel) const;
  int ref_word(int y, int x, int channel) const;
};

/// Row rules of an out-axon.
int token_row(const pkg::out_axon_t& axon, int y);
int credit_row(const pkg::out_axon_t& axon, int y);

struct World {
  std::vector<Population> pops;
  std::vector<pkg::in_source_t> sources;  // by in-axon
  std::vector<int> source_pop;
  std::vector<pkg::out_axon_t> out_axons;
  int words_used = 0;  // of the RAM

  explicit World(Rng& rng);

  /// One temporal population without a pool, one in-axon and one out-axon for all of it, that never fires.
  static World silent(int rows, int cols, int words, bool visit_all);

  /// A frame with random input, `percent` of rows and columns touched: computes what must come of it, and moves the
  /// golden state on.
  FrameGolden frame(int pop, bool parity, int percent, Rng& rng);

  /// All golden state back to that of the beginning; other tables of activations.
  void clear();

 private:
  World() = default;
};

}  // namespace eddy::test
