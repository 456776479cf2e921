// SPDX-License-Identifier: Apache-2.0
#include "eddy/choose_partition.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "eddy/device.hpp"
#include "eddy/error.hpp"

namespace eddy {
namespace {

constexpr std::size_t most_timed_runs = 2;    // of a trial; a first frame takes as long as ten others
constexpr std::size_t most_timed_frames = 4;  // of a run
constexpr int timed_in_flight = 3;

/// Runs from the first to the middle of them.
std::vector<std::span<const Frame>> timed(const std::vector<std::vector<Frame>>& runs) {
  std::vector<std::span<const Frame>> result;
  const std::size_t count = std::min(runs.size(), most_timed_runs);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& run = runs[i * runs.size() / count];
    result.push_back(std::span(run).first(std::min(run.size(), most_timed_frames)));
  }
  return result;
}

PartitionTrial time_of(const Image& image, const std::vector<std::span<const Frame>>& runs, std::uint64_t seed) {
  PartitionTrial trial{seed, 0, 0};
  double next_frames = 0;
  const auto device = make_perf_device();
  device->set_frames_in_flight(timed_in_flight);
  for (const auto& run : runs) {
    device->load(image);
    for (const Frame& frame : run) device->submit(frame);
    const FrameResult first = device->collect();
    std::uint64_t last = first.last_cycle;
    for (std::size_t f = 1; f < run.size(); ++f) last = device->collect().last_cycle;
    trial.first += static_cast<double>(first.last_cycle - first.first_cycle) / static_cast<double>(runs.size());
    trial.next += static_cast<double>(last - first.last_cycle);
    next_frames += static_cast<double>(run.size() - 1);
  }
  if (next_frames > 0) trial.next /= next_frames;
  return trial;
}

/// Seeds, shared out to threads one after another.
class Trials {
 public:
  Trials(const Network& network, const Chip& chip, const LoadProfile& profile, const CompileOptions& options,
         const std::vector<std::vector<Frame>>& runs, int count, const std::function<void(const std::string&)>& say)
      : network_(network),
        chip_(chip),
        profile_(profile),
        options_(options),
        runs_(timed(runs)),
        count_(static_cast<std::size_t>(count)),
        say_(say) {}

  FastestPartition run(Compiled compiled) {
    trials_.resize(count_);
    trials_.front() = time_of(compiled.image, runs_, options_.seed);
    best_ = {std::move(compiled), {{*trials_.front()}, options_.dense_share, 0}};
    told(0);
    const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, count_);
    std::vector<std::future<void>> workers;
    for (std::size_t t = 0; t < threads; ++t) workers.push_back(std::async(std::launch::async, [this] { work(); }));
    for (auto& worker : workers) worker.wait();
    for (auto& worker : workers) worker.get();
    PartitionChoice& choice = best_.choice;
    choice.trials.clear();
    for (std::size_t i = 0; i < count_; ++i) {
      if (i == best_index_) choice.taken = choice.trials.size();
      if (trials_[i]) choice.trials.push_back(*trials_[i]);
    }
    return std::move(best_);
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      CompileOptions options = options_;
      options.seed += i;
      try {
        Compiled compiled = compile(network_, chip_, profile_, options);
        const PartitionTrial trial = time_of(compiled.image, runs_, options.seed);
        const std::scoped_lock lock(mutex_);
        trials_[i] = trial;
        // Of equals the first, whichever was ready first.
        const double cost = best_.choice.cost(trial), least = best_.choice.cost(*trials_[best_index_]);
        if (cost < least || (cost == least && i < best_index_)) {
          best_.compiled = std::move(compiled);
          best_index_ = i;
        }
      } catch (const FitError&) {
        // The search of the options' own seed found one that fits.
      }
      const std::scoped_lock lock(mutex_);
      told(++done_);
    }
  }

  /// `done` trials beside the first.
  void told(std::size_t done) {
    if (!say_) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const auto left = static_cast<double>(count_ - 1 - done);
    say_(fmt::format(
        "{} of {} partitions timed{}", done + 1, count_,
        done == 0 || left == 0 ? "" : fmt::format(", {:.0f} s to go", seconds / static_cast<double>(done + 1) * left)));
  }

  using Clock = std::chrono::steady_clock;

  const Network& network_;
  const Chip& chip_;
  const LoadProfile& profile_;
  const CompileOptions& options_;
  const std::vector<std::span<const Frame>> runs_;
  const std::size_t count_;
  const std::function<void(const std::string&)>& say_;
  const Clock::time_point start_ = Clock::now();

  std::vector<std::optional<PartitionTrial>> trials_;  // by seed; nothing where it does not fit
  std::atomic<std::size_t> next_ = 1;
  std::mutex mutex_;       // of all below, and of trials
  FastestPartition best_;  // so far; of its choice the first trial alone
  std::size_t best_index_ = 0;
  std::size_t done_ = 0;
};

}  // namespace

double PartitionChoice::cost(const PartitionTrial& trial) const {
  const PartitionTrial& usual = trials.front();
  const double first = trial.first / usual.first;
  return usual.next > 0 ? first_share * first + (1 - first_share) * trial.next / usual.next : first;
}

std::string to_text(const PartitionChoice& choice) {
  const PartitionTrial &usual = choice.trials.front(), &taken = choice.trials[choice.taken];
  return fmt::format(
      "Partition  the fastest of {} by the model with time: seed {}, first frame {:.0f} cycles, others {:.0f}; "
      "without a choice {:.0f} and {:.0f}\n",
      choice.trials.size(), taken.seed, taken.first, taken.next, usual.first, usual.next);
}

FastestPartition choose_partition(const Network& network, const Chip& chip, const LoadProfile& profile,
                                  const CompileOptions& options, const std::vector<std::vector<Frame>>& runs, int count,
                                  Compiled compiled, const std::function<void(const std::string&)>& say) {
  return Trials(network, chip, profile, options, runs, count, say).run(std::move(compiled));
}

}  // namespace eddy
