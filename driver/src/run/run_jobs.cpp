// SPDX-License-Identifier: Apache-2.0
#include "eddy/run_jobs.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto LookEvery = std::chrono::milliseconds(200);

/// What all parts and the caller's thread share.
struct Meeting {
  std::mutex mutex;
  std::condition_variable news;
  std::atomic<int> end = std::numeric_limits<int>::max();  // parts from this number on give up

  void end_at(int part) {
    for (int now = end; part < now && !end.compare_exchange_weak(now, part);) {
    }
  }
};

struct DoneFrame {
  int frame;  // of the whole run
  Picture picture;
  std::vector<Tensor> outputs;
};

/// Some neighbouring frames of the run, in a thread.
class Job {
 public:
  Job(int number, const Prepared& prepared, FrameRange frames,
      const std::function<std::unique_ptr<Device>()>& make_device, int in_flight, Meeting& meeting)
      : meeting_(meeting), number_(number), first_(frames.first - prepared.frames.first), thread_([=, &prepared, this] {
          try {
            go(prepared, frames, *make_device(), in_flight);
          } catch (...) {
            thrown_ = std::current_exception();
          }
          const std::lock_guard lock(meeting_.mutex);
          ended_ = true;
          if (thrown_ || !result.match()) meeting_.end_at(number_ + 1);
          meeting_.news.notify_all();
        }) {}
  ~Job() {
    meeting_.end_at(0);
    thread_.join();
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Under the meeting's lock.
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const Progress& progress() const { return progress_; }
  std::deque<DoneFrame> take() { return std::exchange(done_, {}); }

  /// After it has ended.
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }
  [[nodiscard]] int first() const { return first_; }
  RunResult result;

 private:
  void go(const Prepared& prepared, FrameRange frames, Device& device, int in_flight) {
    const auto clip = open_clip(prepared.clip, prepared.input, prepared.graph.layers.front().out, frames);
    RunOptions options;
    options.in_flight = in_flight;
    options.on_frame = [this](int frame, const Picture& picture, std::span<const Tensor> outputs) {
      const std::lock_guard lock(meeting_.mutex);
      done_.push_back({first_ + frame, picture, {outputs.begin(), outputs.end()}});
      meeting_.news.notify_all();
    };
    options.on_progress = [this](const Progress& progress) {
      const std::lock_guard lock(meeting_.mutex);
      progress_ = progress;
    };
    options.stop = [this] { return number_ >= meeting_.end; };
    result = run(prepared, device, *clip, options);
  }

  Meeting& meeting_;
  int number_, first_;
  std::deque<DoneFrame> done_;
  Progress progress_;
  bool ended_ = false;
  std::exception_ptr thrown_;
  std::thread thread_;  // last: it uses the others
};

void add(PopulationCounters& sum, const PopulationCounters& part) {
  sum.events_in += part.events_in;
  sum.mac_words += part.mac_words;
  sum.neurons_swept += part.neurons_swept;
}

void add(LayerResult& sum, const LayerResult& part) {
  sum.counts += part.counts;
  sum.events_in += part.events_in;
  sum.mac_words += part.mac_words;
  sum.swept += part.swept;
}

void add(TileCounters& sum, const TileCounters& part) {
  for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += part.values[i];
  for (std::size_t p = 0; p < sum.populations.size(); ++p) add(sum.populations[p], part.populations[p]);
}

/// Behind what `sum` has.
void append(RunResult& sum, RunResult part, int first) {
  const std::uint64_t before = sum.cycles;
  for (std::size_t f = 0; f < part.last_cycles.size(); ++f) {
    sum.first_cycles.push_back(part.first_cycles[f] + before);
    sum.last_cycles.push_back(part.last_cycles[f] + before);
  }
  for (auto& frame : part.times) {
    for (LayerTime& time : frame) {
      if (time.last != 0) time = {time.first + before, time.last + before};
    }
    sum.times.push_back(std::move(frame));
  }
  sum.frames += part.frames;
  sum.events_checked += part.events_checked;
  sum.cycles += part.cycles;
  for (std::size_t l = 0; l < sum.layers.size(); ++l) add(sum.layers[l], part.layers[l]);
  if (part.counters.size() != sum.counters.size())
    sum.counters.clear();
  else
    for (std::size_t t = 0; t < sum.counters.size(); ++t) add(sum.counters[t], part.counters[t]);
  sum.interrupted = part.interrupted;
  sum.failure = std::move(part.failure);
  sum.mismatch = std::move(part.mismatch);
  if (sum.mismatch) sum.mismatch->frame += first;
}

}  // namespace

bool frames_are_independent(const Network& network) {
  return std::ranges::all_of(network.layers, [](const Layer& layer) { return layer.mode == Mode::spatial; });
}

RunResult run_jobs(const Prepared& prepared, int jobs, const std::function<std::unique_ptr<Device>()>& make_device,
                   const RunOptions& options) {
  const FrameRange all = prepared.frames;
  if (!frames_are_independent(prepared.network()))
    throw UsageError(
        "several jobs: frames depend on those before them, unless all layers send values (--mode spatial)");
  if (all.last < 0 || prepared.rest)
    throw UsageError("several jobs: the number of frames must be known (--frames A:B)");
  const auto start = Clock::now();
  Meeting meeting;
  std::deque<Job> parts;
  const int count = std::clamp(jobs, 1, std::max(1, all.last - all.first));
  const auto border = [&](int part) { return all.first + (all.last - all.first) * part / count; };
  for (int part = 0; part < count; ++part)
    parts.emplace_back(part, prepared, FrameRange{border(part), border(part + 1)}, make_device, options.in_flight,
                       meeting);

  for (auto now = parts.begin(); now != parts.end();) {
    std::deque<DoneFrame> done;
    Progress sum{0, all.last - all.first, 0, std::chrono::duration<double>(Clock::now() - start).count(), 0};
    bool ended = false;
    {
      std::unique_lock lock(meeting.mutex);
      meeting.news.wait_for(lock, LookEvery);
      ended = now->ended();
      done = now->take();
      for (const Job& part : parts) {
        sum.done += part.progress().done;
        sum.cycles += part.progress().cycles;
        sum.events_checked += part.progress().events_checked;
      }
    }
    for (const DoneFrame& d : done) {
      if (options.on_frame) options.on_frame(d.frame, d.picture, d.outputs);
    }
    if (options.on_progress) options.on_progress(sum);
    if (options.stop && options.stop()) meeting.end_at(0);
    if (!ended) continue;
    now->rethrow();
    if (!now->result.match()) break;  // frames behind one that is missing are nobody's
    ++now;
  }

  RunResult result = std::move(parts.front().result);
  for (auto part = std::next(parts.begin()); part != parts.end(); ++part) {
    if (!result.match()) break;
    append(result, std::move(part->result), part->first());
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace eddy
