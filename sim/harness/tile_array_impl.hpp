// SPDX-License-Identifier: Apache-2.0
/// The array behind its public face: tiles, what is on the way between them, and who of them is awake.
#pragma once

#include <verilated.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eddy/sim/tile_array.hpp"
#include "harness/crew.hpp"
#include "harness/link.hpp"
#include "harness/link_faults.hpp"
#include "harness/tile.hpp"
#include "harness/wave_file.hpp"

namespace eddy::sim {

class TileArray::Impl {
 public:
  explicit Impl(const ArrayOptions& options);
  // Verilator takes a model's scopes out of the thread's context: another model's, ended before, must not be it.
  ~Impl() { Verilated::threadContextp(&contexts_[0]); }

  void reset();
  void step(const std::function<void(int, int, const pkg::trace_t&)>& on_trace);
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] std::uint64_t checksum() const;
  IoEnd& io(std::size_t tile);
  void write_host(std::size_t tile, std::span<const HostWrite> writes);
  void save(std::ostream& out);
  void restore(std::istream& in);
  void add_fault(const Fault& fault);
  [[nodiscard]] std::size_t faults_pending() const;
  [[nodiscard]] std::string who_waits() const;
  [[nodiscard]] const TileState& state(std::size_t tile) const { return tiles_[tile].state(); }
  std::size_t index(int y, int x) const;

  const int rows;
  const int columns;
  std::uint64_t cycle = 0;
  std::uint64_t evaluated = 0;

 private:
  struct Seen {
    std::size_t tile;
    TraceWords trace;
  };
  /// What one member of the crew collects in a cycle.
  struct alignas(64) Member {
    std::vector<Seen> seen;
  };

  /// Tiles that must be stepped in this cycle, into stepped_.
  void find_awake();
  void share(void (Impl::*half)(std::size_t tile, Member& member));
  void show_traces(const std::function<void(int, int, const pkg::trace_t&)>& on_trace);
  void low_half(std::size_t tile, Member& member);
  void high_half(std::size_t tile, Member& member);
  void whole(std::size_t tile, Member& member);
  /// Gives the tile what came for it, through one of its calls.
  void feed(std::size_t tile, void (Tile::*call)(const LinkInputs&, const IoEnd&, std::uint32_t));
  /// After the edge: hands on what the tile puts out.
  void pass_on(std::size_t tile, Member& member);
  /// Flags are set by several threads, all to the same value.
  void wake(unsigned buffer, std::size_t tile) {
    std::atomic_ref(awake_[buffer][tile]).store(1, std::memory_order_relaxed);
  }

  // Of the tiles without waves, and of those with: a file takes all models of a context. They live longer than the
  // models.
  std::array<VerilatedContext, 2> contexts_;
  bool skip_quiet_;
  std::vector<Tile> tiles_;
  std::vector<std::array<std::uint32_t, kLinks>> neighbours_;

  // Two buffers: a cycle reads and clears one, and fills the other. What a quiet tile costs is a byte of awake_.
  unsigned now_ = 0;
  std::array<std::vector<LinkInputs>, 2> inputs_;
  std::array<std::vector<std::uint8_t>, 2> awake_;  // there is input, or the tile itself goes on; whole 64-bit words

  std::vector<std::uint64_t> last_edge_;  // cycle of the tile's last edge
  std::vector<std::uint64_t> chains_;     // of the checksum
  std::vector<std::unique_ptr<LinkFaults>> faults_;
  std::vector<IoEnd> ends_;
  std::vector<std::uint8_t> end_used_;
  std::vector<std::size_t> used_ends_;

  std::vector<std::uint32_t> stepped_;
  bool tracing_ = false;
  std::vector<Member> members_;
  std::vector<Seen> shown_;     // of all members, in the order of tiles
  std::unique_ptr<Crew> crew_;  // none: one thread
  std::unique_ptr<WaveFile> waves_;
};

}  // namespace eddy::sim
