// SPDX-License-Identifier: Apache-2.0
#include "eddy/run.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "eddy_pkg.hpp"

namespace eddy {
namespace {

using Clock = std::chrono::steady_clock;

/// Leaves the device's callbacks when the user has had enough.
struct Interrupted {};

class Run {
 public:
  Run(const Prepared& prepared, Device& device, Clip& clip, const RunOptions& options)
      : prepared_(prepared), device_(device), clip_(clip), options_(options) {}

  RunResult go() {
    result_.backend = device_.backend();
    device_.set_frames_in_flight(options_.in_flight);
    if (options_.from != nullptr)
      options_.from->restore(prepared_, device_);
    else
      device_.load(prepared_.image());
    result_.traced = device_.trace([this](const Firing& f) { fired(f); });
    lockstep_.emplace(prepared_.network(), prepared_.image(), result_.traced);
    start_ = Clock::now();
    start_cycle_ = device_.cycles();
    try {
      skip();
      frames();
      result_.seconds = seconds();
      result_.cycles = cycles();
      result_.counters = device_.counters();
      lockstep_->finish();
    } catch (const LockstepError& error) {
      result_.mismatch = error.mismatch;
    } catch (const Interrupted&) {
      result_.interrupted = true;
    } catch (const Error& error) {
      result_.failure = error;
    }
    device_.trace({});
    result_.notes = clip_.notes();
    std::ranges::move(device_.notes(), std::back_inserter(result_.notes));
    if (result_.seconds == 0) {
      result_.seconds = seconds();
      result_.cycles = cycles();
    }
    result_.events_checked = lockstep_->events_checked();
    const auto first = lockstep_->times().begin() + result_.skipped;
    result_.times.assign(first, first + result_.frames);
    layers();
    return std::move(result_);
  }

 private:
  void frames() {
    for (auto picture = clip_.next(); picture; picture = clip_.next()) {
      if (static_cast<int>(waiting_.size()) == options_.in_flight) collect();
      if (options_.save_every > 0 && submitted() % options_.save_every == 0 && submitted() > result_.skipped) save();
      const Frame frame = to_frame(prepared_.network(), *picture);
      lockstep_->submit(frame);
      waiting_.push_back(std::move(*picture));
      device_.submit(frame);
      look();
    }
    look();  // the clip may have been stopped, not ended
    while (!waiting_.empty()) collect();
    save();
  }

  /// Frames that the saved state has behind it.
  void skip() {
    clip_.stop_when(options_.stop);
    for (const int frames = options_.from != nullptr ? options_.from->frames() : 0; result_.skipped < frames;) {
      const auto picture = clip_.next();
      look();
      if (!picture) throw FileError(fmt::format("the clip ends before frame {}, at which the state was saved", frames));
      lockstep_->skip(to_frame(prepared_.network(), *picture));
      ++result_.skipped;
    }
    start_ = Clock::now();
  }

  void save() {
    while (!waiting_.empty()) collect();
    if (options_.save.empty() || result_.saved == done()) return;
    save_state(options_.save, prepared_, device_, done());
    result_.saved = done();
  }

  [[nodiscard]] int done() const { return result_.skipped + result_.frames; }
  [[nodiscard]] int submitted() const { return done() + static_cast<int>(waiting_.size()); }

  void collect() {
    look();
    const FrameResult frame = device_.collect();
    const std::vector<Tensor>& outputs = lockstep_->collected(frame);
    result_.first_cycles.push_back(frame.first_cycle);
    result_.last_cycles.push_back(frame.last_cycle);
    if (options_.on_frame) options_.on_frame(done(), waiting_.front(), outputs);
    waiting_.pop_front();
    ++result_.frames;
    look();
  }

  void fired(const Firing& firing) {
    lockstep_->fired(firing);
    constexpr std::int64_t often = 256;
    if (++fired_ % often == 0) look();
  }

  void look() {
    if (options_.stop && options_.stop()) throw Interrupted{};
    if (!options_.on_progress) return;
    const FrameRange& range = prepared_.frames;
    options_.on_progress({result_.frames, range.last < 0 ? 0 : range.last - range.first - result_.skipped, cycles(),
                          seconds(), lockstep_->events_checked(), result_.skipped});
  }

  [[nodiscard]] std::uint64_t cycles() const { return device_.cycles() - start_cycle_; }
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  void layers() {
    const Network& network = prepared_.network();
    for (std::size_t l = 0; l < network.layers.size(); ++l)
      result_.layers.push_back({network.layers[l].name, network.layers[l].mode, lockstep_->counts()[l], 0, 0, 0});
    std::map<std::pair<TileAt, int>, int> layer_of;
    for (const PopulationInfo& p : prepared_.image().populations) layer_of[{p.tile, p.pop}] = p.layer;
    for (const TileCounters& tile : result_.counters) {
      for (std::size_t pop = 0; pop < tile.populations.size(); ++pop) {
        const auto layer = layer_of.find({tile.tile, static_cast<int>(pop)});
        if (layer == layer_of.end()) continue;
        LayerResult& sum = result_.layers[static_cast<std::size_t>(layer->second)];
        sum.events_in += tile.populations[pop].events_in;
        sum.mac_words += tile.populations[pop].mac_words;
        sum.swept += tile.populations[pop].neurons_swept;
      }
    }
  }

  const Prepared& prepared_;
  Device& device_;
  Clip& clip_;
  const RunOptions& options_;
  RunResult result_;
  std::optional<Lockstep> lockstep_;
  std::deque<Picture> waiting_;
  std::int64_t fired_ = 0;
  Clock::time_point start_;
  std::uint64_t start_cycle_ = 0;
};

// What simulating costs, measured with the people network on `small`: a constant part of a cycle, and a part for each
// tile that is busy, on one thread.
constexpr double cycle_seconds = 4e-6, busy_tile_seconds = 6e-6;
// Cycles of a frame over the MAC cycles of its busiest tile, and a first frame over a typical one.
constexpr double frame_overhead = 1.3, first_frame = 11;

}  // namespace

std::vector<std::uint64_t> RunResult::frame_cycles() const {
  std::vector<std::uint64_t> cycles_of;
  for (std::size_t f = 0; f < last_cycles.size(); ++f) {
    if (last_cycles[f] == 0) return {};
    const std::uint64_t before = f == 0 ? 0 : last_cycles[f - 1];
    cycles_of.push_back(last_cycles[f] - std::max(before, first_cycles[f]));
  }
  return cycles_of;
}

RunResult run(const Prepared& prepared, Device& device, Clip& clip, const RunOptions& options) {
  return Run(prepared, device, clip, options).go();
}

Expectation expect(const Prepared& prepared, int frames, int threads, double speed) {
  const double frame = prepared.compiled.report.largest_load * frame_overhead;
  Expectation e;
  e.frames = frames;
  e.cycles = frame * (frames + first_frame - 1);
  if (speed == 0)
    speed = 1 / (cycle_seconds + busy_tile_seconds * prepared.compiled.report.tiles_used / std::max(1, threads));
  e.minutes = e.cycles / speed / 60;
  return e;
}

}  // namespace eddy
