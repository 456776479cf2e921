// SPDX-License-Identifier: Apache-2.0
/// A random tile as its integrate path sees it, and what events do to it: plain loops, written from docs/contract.md.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "eddy_pkg.hpp"
#include "wide.hpp"

namespace eddy::test {

using Rng = std::mt19937;

constexpr int kLanes = static_cast<int>(pkg::Lanes);
constexpr int kRamWords = static_cast<int>(pkg::Banks * pkg::BankWords);

/// One word of the tile's RAM, 32-bit lane by lane.
using Word = std::array<std::uint32_t, pkg::Lanes>;

/// One port: its table entry, and what its source layer looks like.
struct Port {
  pkg::port_t table;
  int rows, cols, channels;  // of the source; channels count from table.c0
  int xbits, cbits;
};

struct Axon {
  int id;  // index into the table
  int port;
};

/// An event in coordinates of its source.
struct Event {
  int axon;  // index into Tile::axons
  int y, x, c;
  int value;
};

/// Shape of a population, for tests that want a certain one.
struct PopShape {
  int rows, cols, words;
  pkg::pool_axis_t pool_y{.stride = 1, .size = 1, .pad = 0};
  pkg::pool_axis_t pool_x{.stride = 1, .size = 1, .pad = 0};
};

/// An accumulator word that an event has changed, and its value then.
struct Change {
  int address;  // in the RAM
  Word value;
  int run;   // of weights
  int y, x;  // pixel in the slice
};

class Tile {
 public:
  std::vector<pkg::port_t> pops;  // the members that all ports of a population share
  std::vector<Port> ports;
  std::vector<Axon> axons;
  std::vector<Word> ram;
  std::vector<std::uint32_t> marks;
  std::vector<bool> exact;  // by word of the marks: no mark too many is allowed
  int queue_base = 0;
  int queue_words = 0;
  int marks_used = 0;
  long words_done = 0;  // accumulator words that all events have updated

  /// An empty tile: random memory, no marks.
  explicit Tile(Rng& rng);

  /// Adds a population, its ports of all kinds, and their axons. False: no room is left.
  bool add_random_pop(Rng& rng);
  int add_pop(const PopShape& shape);
  /// A convolution with a square kernel, stride 1, "same" padding, int8, and its axon.
  void add_conv(int pop, int kernel, int channels, pkg::weight_e format, Rng& rng);
  /// One channel each: depthwise, 1x1, int16, weights by lane.
  void add_residual(int pop, Rng& rng);
  void place_queue(int words);
  /// What is added from now on lies in other banks.
  void next_banks();

  /// What the event changes; marks and memory are moved on.
  std::vector<Change> apply(const Event& event);

  const Port& port_of(int axon) const;
  pkg::in_axon_t entry(const Axon& axon) const;
  pkg::event_t message(const Event& event) const;
  Event random_event(Rng& rng) const;

 private:
  int words_used_ = 0;

  bool finish_port(Port& port, int pop, Rng& rng);
  void add_axon(Rng& rng);
  int weight(const pkg::port_t& table, int run, int lane) const;
  void mark(const pkg::port_t& table, int y, int x);
};

/// Several populations with all kinds of ports, and a queue.
Tile random_tile(Rng& rng);

}  // namespace eddy::test
