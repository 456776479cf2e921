// SPDX-License-Identifier: Apache-2.0
#include "tune/bench.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <limits>
#include <thread>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "index.hpp"
#include "tune/knob.hpp"

namespace eddy {

Bench::Bench(const Prepared& prepared, const std::vector<Window>& windows, Metric* metric, std::function<bool()> stop)
    : prepared_(prepared), windows_(windows), metric_(metric), stop_(std::move(stop)) {
  measure_dense();
}

int Bench::frames() const {
  std::size_t frames = 0;
  for (const Window& window : windows_) frames += window.pictures.size() - window.settled();
  return static_cast<int>(frames);
}

Bench::Measured Bench::run(const Network& network, const Window& window) const {
  GoldenEvents golden(network);
  Measured measured;
  for (std::size_t f = 0; f < window.pictures.size(); ++f) {
    if (stop_ && stop_()) throw Stopped{};
    FrameTrace trace = golden.step(to_frame(network, window.pictures[f]));
    if (f < window.settled()) continue;
    for (const LayerCounts& counts : trace.counts) {
      measured.macs_done += counts.macs_done;
      measured.macs_dense += counts.macs_dense;
    }
    measured.outputs.push_back(std::move(trace.outputs));
  }
  return measured;
}

/// Windows know nothing of each other: each is one thread's.
std::vector<Bench::Measured> Bench::run(const Thresholds& thresholds) const {
  Network network = prepared_.network();
  set_thresholds(network, prepared_.graph, thresholds);
  std::vector<Measured> result(windows_.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t w = next++; w < windows_.size(); w = next++) result[w] = run(network, windows_[w]);
  };
  const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, windows_.size());
  std::vector<std::future<void>> workers;
  for (std::size_t t = 0; t < threads; ++t) workers.push_back(std::async(std::launch::async, work));
  for (auto& worker : workers) worker.wait();
  for (auto& worker : workers) worker.get();
  return result;
}

void Bench::measure_dense() {
  for (const Knob& knob : knobs_of(prepared_.network(), prepared_.graph))
    dense_.thresholds = knob.with(dense_.thresholds, 0);
  dense_windows_ = run(dense_.thresholds);
  for (std::size_t o = 0; o < prepared_.network().outputs.size(); ++o) {
    std::pair<int, int> range{std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
    for (const Measured& window : dense_windows_) {
      for (const Outputs& outputs : window.outputs) {
        const auto [least, most] = std::ranges::minmax(outputs[o].values);
        range = {std::min(range.first, least), std::max(range.second, most)};
      }
    }
    ranges_.push_back(std::max(1.0, double{static_cast<double>(range.second)} - range.first));
  }
  for (const Measured& window : dense_windows_) {
    dense_.macs_done += window.macs_done;
    dense_.macs_dense += window.macs_dense;
  }
  dense_.quality = 1;
  if (metric_ == nullptr) return;
  const auto quality = metric_->quality(answers(dense_windows_));
  if (!quality) {
    metric_ = nullptr;
  } else if (*quality == 0) {
    throw UsageError(
        fmt::format("quality by {} is 0 for the dense network: no share of it can be lost. Let it give another number",
                    metric_->name()));
  } else {
    dense_.quality = *quality;
  }
}

double Bench::error(const std::vector<Measured>& windows) const {
  double worst = 0;
  for (std::size_t o = 0; o < ranges_.size(); ++o) {
    double squares = 0;
    std::size_t count = 0;
    for (std::size_t w = 0; w < windows.size(); ++w) {
      for (std::size_t f = 0; f < windows[w].outputs.size(); ++f) {
        const auto &got = windows[w].outputs[f][o].values, &dense = dense_windows_[w].outputs[f][o].values;
        for (std::size_t i = 0; i < got.size(); ++i) {
          const double difference = got[i] - dense[i];
          squares += difference * difference;
        }
        count += got.size();
      }
    }
    worst = std::max(worst, std::sqrt(squares / static_cast<double>(count)) / ranges_[o]);
  }
  return worst;
}

std::vector<Answered> Bench::answers(const std::vector<Measured>& windows) const {
  std::vector<Answered> result;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    for (std::size_t f = 0; f < windows[w].outputs.size(); ++f) {
      const std::size_t picture = windows_[w].settled() + f;
      result.push_back({windows_[w].first + static_cast<int>(picture), &windows_[w].pictures[picture],
                        real_outputs(prepared_.network(), windows[w].outputs[f])});
    }
  }
  return result;
}

Trial Bench::measure(const Thresholds& thresholds) {
  const auto windows = run(thresholds);
  Trial trial{thresholds};
  for (const Measured& window : windows) {
    trial.macs_done += window.macs_done;
    trial.macs_dense += window.macs_dense;
  }
  trial.error = error(windows);
  trial.quality = 1 - trial.error;
  if (metric_ != nullptr) {
    const auto quality = metric_->quality(answers(windows));
    if (!quality) throw UsageError(fmt::format("quality by {} is not known for all trials", metric_->name()));
    trial.quality = *quality;
  }
  trial.loss = (dense_.quality - trial.quality) / std::abs(dense_.quality);
  return trial;
}

}  // namespace eddy
