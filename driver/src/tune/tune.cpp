// SPDX-License-Identifier: Apache-2.0
#include "eddy/tune.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "tune/bench.hpp"
#include "tune/search.hpp"

namespace eddy {
namespace {

using Clock = std::chrono::steady_clock;

void check(const TuneOptions& options) {
  if (!(options.loss > 0 && options.loss <= 1))
    throw UsageError(fmt::format("a loss of {} %; above 0 and up to 100 % are possible", 100 * options.loss));
  if (options.windows < 1 || options.window_frames < 2) {
    throw UsageError(
        fmt::format("{} windows of {} frames; one of two is the least", options.windows, options.window_frames));
  }
  if (!(options.seconds > 0) || options.trials < 1) throw UsageError("tuning takes some time, and a trial at least");
}

/// Thresholds by the names of the layers themselves, as they are in a network.
Thresholds thresholds_of(const Network& network, int pixel, const std::vector<Knob>& knobs) {
  Thresholds result;
  result.pixel = pixel;
  for (const Knob& knob : knobs) {
    const auto layer = std::ranges::find(network.layers, knob.name(), &Layer::name);
    if (knob.of_pixels() || layer == network.layers.end()) continue;
    const auto& channels = layer->channels;
    result = knob.with(result, channels.front().theta);
    for (std::size_t c = 0; c < channels.size(); ++c) {
      if (channels[c].theta != channels.front().theta) result = knob.of_channel(c).with(result, channels[c].theta);
    }
  }
  return result;
}

class Tuning {
 public:
  Tuning(const Prepared& prepared, const TuneOptions& options)
      : prepared_(prepared),
        options_(options),
        knobs_(knobs_of(prepared.network(), prepared.graph)),
        windows_(read_windows(prepared, options.windows, options.window_frames)) {}

  TuneResult run() {
    metric();
    result_.windows = static_cast<int>(windows_.tuned.size());
    try {
      Bench bench(prepared_, windows_.tuned, metric_.get(), [this] { return enough(); });
      name_metric(bench);
      result_.frames = bench.frames();
      add(bench.dense());
      add(bench.measure(thresholds_of(prepared_.network(), prepared_.thresholds.pixel, knobs_)));
      search(bench);
    } catch (const Stopped&) {
    }
    result_.interrupted = options_.stop && options_.stop();
    result_.seconds = seconds();
    if (result_.trials.size() < 2) return std::move(result_);
    result_.best = Search::best(result_.trials, options_.loss);
    hold_out();
    return std::move(result_);
  }

 private:
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  /// Time counts from the second trial on: dense network and thresholds as given are wanted in any case.
  [[nodiscard]] bool enough() const {
    if (options_.stop && options_.stop()) return true;
    return searching_ && (seconds() > options_.seconds || static_cast<int>(result_.trials.size()) >= options_.trials);
  }

  void metric() {
    const std::string& text = options_.metric;
    if (text == "error") return;
    if (!text.empty() && text != "task") {
      metric_ = command_metric(text, prepared_.network());
      return;
    }
    metric_ = task_metric(prepared_);
    if (metric_ == nullptr && text == "task")
      throw UsageError(
          fmt::format("{}: there is no task.json beside it: --metric error does without", prepared_.model.string()));
  }

  void name_metric(const Bench& bench) {
    if (bench.judged()) {
      result_.metric = metric_->name();
      return;
    }
    if (options_.metric == "task") {
      throw UsageError(fmt::format("the task of {} has no labels for these frames of {}: --metric error does without",
                                   prepared_.model.string(), prepared_.clip));
    }
    if (metric_ != nullptr)
      result_.notes.emplace_back("The task has no labels for these frames: quality is closeness to the dense network.");
    metric_.reset();
    result_.metric = "error";
  }

  void search(Bench& bench) {
    searching_ = true;
    const auto measure = [&](const Thresholds& thresholds) {
      if (enough()) throw Stopped{};
      Trial trial = bench.measure(thresholds);
      tell(trial);
      return trial;
    };
    Search(measure, options_.loss, knobs_, result_.trials).run(options_.by_channel);
    result_.finished = true;
  }

  void add(const Trial& trial) {
    result_.trials.push_back(trial);
    tell(trial);
  }

  void tell(const Trial& last) {
    if (!options_.on_progress) return;
    const Trial& best = result_.trials.empty() ? last : result_.trials[Search::best(result_.trials, options_.loss)];
    const double done = std::max(1.0, static_cast<double>(result_.trials.size())), each = seconds() / done;
    const double total = std::min<double>(options_.trials, options_.seconds / std::max(each, 1e-6));
    options_.on_progress(
        {{static_cast<int>(done), static_cast<int>(std::max(total, done)), 0, seconds()}, best.done(), best.loss});
  }

  void hold_out() {
    if (windows_.held_out.empty() || result_.interrupted) return;
    searching_ = false;
    try {
      Bench bench(prepared_, windows_.held_out, metric_.get(), [this] { return enough(); });
      if (metric_ != nullptr && !bench.judged()) {
        result_.notes.emplace_back("The frames that were held out cannot be judged: there are no labels for them.");
        return;
      }
      result_.held_out = HeldOut{bench.dense(), bench.measure(result_.given().thresholds),
                                 bench.measure(result_.tuned().thresholds), bench.frames()};
    } catch (const Stopped&) {
      result_.interrupted = true;
    }
  }

  const Prepared& prepared_;
  const TuneOptions& options_;
  std::vector<Knob> knobs_;
  Windows windows_;
  std::unique_ptr<Metric> metric_;
  TuneResult result_;
  bool searching_ = false;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

TuneResult tune(const Prepared& prepared, const TuneOptions& options) {
  check(options);
  return Tuning(prepared, options).run();
}

std::vector<std::size_t> front(const std::vector<Trial>& trials) {
  std::vector<std::size_t> order(trials.size());
  for (std::size_t t = 0; t < order.size(); ++t) order[t] = t;
  std::ranges::stable_sort(order, {}, [&](std::size_t t) { return std::pair(trials[t].macs_done, trials[t].loss); });
  std::vector<std::size_t> result;
  for (const std::size_t t : order) {
    if (result.empty() || trials[t].loss < trials[result.back()].loss) result.push_back(t);
  }
  return result;
}

}  // namespace eddy
