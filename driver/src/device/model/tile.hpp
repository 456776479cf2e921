// SPDX-License-Identifier: Apache-2.0
/// A tile of the model: event queue, integrate, sweep. No time passes.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "device/model/arrivals.hpp"
#include "device/model/message.hpp"
#include "device/model/outputs.hpp"
#include "device/model/ram.hpp"
#include "device/model/reach.hpp"
#include "device/model/tables.hpp"
#include "device/model/weights.hpp"
#include "eddy/device.hpp"

namespace eddy::model {

template <typename T>
using Lanes = std::array<T, pkg::Lanes>;

/// Parameters of the neurons of one accumulator word, lane by lane: z = floor((sum * mul + half) * scale).
struct LaneParams {
  Lanes<std::uint32_t> bias;
  Lanes<double> mul, half, scale;
  Lanes<std::int32_t> theta;
};

class Tile {
 public:
  Tile(const TileImage& image, int ram_words);

  [[nodiscard]] TileAt place() const { return place_; }
  /// Takes a message at once: credits are checked and noted, all else is checked and queued.
  void receive(const Message& message);
  /// Something is there to integrate or, perhaps, to sweep.
  [[nodiscard]] bool busy() const { return !queue_.empty() || changed_; }
  [[nodiscard]] bool queued() const { return !queue_.empty(); }
  /// Takes the oldest entry of the queue into accumulators or progress. Cycles of the MAC that it takes, 0 for a token.
  std::uint64_t integrate_next();
  /// Sweeps a row of a population that may be swept, lowest frame first, and the rows behind it while they may be and
  /// are clean. False where there is none.
  bool sweep_next(Fabric& fabric, const std::function<void(const Firing&)>& trace);

  [[nodiscard]] int populations() const { return static_cast<int>(pops_.size()); }
  /// Frames that the fastest population has ended.
  [[nodiscard]] int frames() const { return frames_; }
  [[nodiscard]] TileCounters counters() const;
  /// What the populations wait for, one line each.
  [[nodiscard]] std::string waiting() const;

 private:
  struct PortState {
    pkg::port_t port;
    AxisReach y, x;
    Weights weights;
  };
  struct PopulationState {
    pkg::pop_t pop;
    int row = 0;
    int frame = 0;
    int told = 0;     // rows of the frame that its sources have credit for
    int cleared = 0;  // rows of accumulators that begin the next frame at 0, where they are new in each
    [[nodiscard]] bool parity() const { return frame % 2 == 1; }
  };

  std::uint64_t integrate(const Message& event);
  /// Adds weights times the event's value to all that it reaches; where it stands first: runs of weights, words.
  void add_whole(PortState& state, const Reach& y, const Reach& x, std::uint32_t run0, int word0, int value);
  void add_fp16(PortState& state, const Reach& y, const Reach& x, std::uint32_t run0, int word0, int value);
  void progress(const Message& token);
  [[nodiscard]] bool has_input(const PopulationState& p) const;
  [[nodiscard]] bool may_sweep(const PopulationState& p) const;
  [[nodiscard]] bool is_clean(const PopulationState& p) const;
  void sweep(Fabric& fabric, int index, const std::function<void(const Firing&)>& trace);
  void sweep_pixel(Fabric& fabric, int index, int x, const std::function<void(const Firing&)>& trace);
  void clear_swept(PopulationState& p);
  void give_credits(Fabric& fabric, PopulationState& p);
  void end_frame(PopulationState& p);
  [[noreturn]] void fail(pkg::err_e code, int axon) const;
  void count(pkg::counter_e counter, std::uint64_t n = 1) { counters_[static_cast<std::size_t>(counter)] += n; }

  TileAt place_;
  Ram ram_;
  Table<pkg::in_axon_t> in_axons_;
  Table<pkg::in_source_t> in_sources_;
  Table<PortState> ports_;
  Table<PopulationState> pops_;
  Table<LaneParams> params_;
  Table<std::uint32_t> marks_;
  Table<pkg::axon_state_t> progress_;
  Arrivals arrivals_;
  Outputs outputs_;
  std::deque<Message> queue_;
  bool changed_ = true;   // a row may have become free
  std::size_t turn_ = 0;  // population that is asked first
  int frames_ = 0;
  std::vector<std::uint64_t> counters_;
  std::vector<PopulationCounters> population_counters_;
};

/// "tile (y, x)"
std::string name_of(TileAt tile);

}  // namespace eddy::model
