// SPDX-License-Identifier: Apache-2.0
#include "eddy/choose_partition.hpp"

#include <algorithm>
#include <atomic>
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
    found_.resize(count_);
    found_.front() = Found{std::move(compiled), {}};
    const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, count_);
    std::vector<std::future<void>> workers;
    for (std::size_t t = 0; t < threads; ++t) workers.push_back(std::async(std::launch::async, [this] { work(); }));
    for (auto& worker : workers) worker.wait();
    for (auto& worker : workers) worker.get();
    return fastest();
  }

 private:
  struct Found {
    Compiled compiled;
    PartitionTrial trial;
  };

  void work() {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      try_seed(i);
      const std::scoped_lock lock(saying_);
      if (say_) say_(fmt::format("{} of {} partitions timed", ++done_, count_));
    }
  }

  void try_seed(std::size_t i) {
    CompileOptions options = options_;
    options.seed += i;
    std::optional<Found>& found = found_[i];
    try {
      if (!found) found = Found{compile(network_, chip_, profile_, options), {}};
    } catch (const FitError&) {
      return;  // another seed's search found one
    }
    found->trial = time_of(found->compiled.image, runs_, options.seed);
  }

  FastestPartition fastest() {
    FastestPartition result;
    PartitionChoice& choice = result.choice;
    choice.first_share = options_.dense_share;
    std::vector<Compiled*> compiled;
    for (std::optional<Found>& found : found_) {
      if (!found) continue;
      choice.trials.push_back(found->trial);
      compiled.push_back(&found->compiled);
    }
    const auto best =
        std::ranges::min_element(choice.trials, {}, [&](const PartitionTrial& trial) { return choice.cost(trial); });
    choice.taken = static_cast<std::size_t>(best - choice.trials.begin());
    result.compiled = std::move(*compiled[choice.taken]);
    return result;
  }

  const Network& network_;
  const Chip& chip_;
  const LoadProfile& profile_;
  const CompileOptions& options_;
  const std::vector<std::span<const Frame>> runs_;
  const std::size_t count_;
  const std::function<void(const std::string&)>& say_;

  std::vector<std::optional<Found>> found_;  // by seed; nothing where it does not fit
  std::atomic<std::size_t> next_ = 0;
  std::mutex saying_;
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
