// SPDX-License-Identifier: Apache-2.0
#include "tune/knob.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "index.hpp"

namespace eddy {
namespace {

constexpr int pixel_top = 255, most_pixel = 64;  // grey levels

/// Short in the file, and exact: half a step of the finest range is 3e-5.
double share_of(int value, int top) { return std::round(1e6 * value / top) / 1e6; }

}  // namespace

Knob::Knob(std::string name, int top, std::size_t channels)
    : name_(std::move(name)), top_(top), channels_(channels), values_{0} {
  const int most = of_pixels() ? most_pixel : top / 2 + 1;
  for (int k = 2; std::lround(std::exp2(k / 2.0)) <= most; ++k)
    values_.push_back(static_cast<int>(std::lround(std::exp2(k / 2.0))));
}

Knob Knob::pixels() { return {{}, pixel_top, 1}; }
Knob Knob::layer(std::string name, int top, std::size_t channels) { return {std::move(name), top, channels}; }

Knob Knob::of_channel(std::size_t channel) const {
  Knob knob = *this;
  knob.channel_ = channel;
  return knob;
}

std::string Knob::name() const {
  if (of_pixels()) return "pixel";
  return channel_ ? fmt::format("{}[{}]", name_, *channel_) : name_;
}

int Knob::value(const Thresholds& thresholds) const {
  if (of_pixels()) return thresholds.pixel;
  const auto found = thresholds.layers.find(name_);
  if (found == thresholds.layers.end()) return static_cast<int>(std::lround(thresholds.share * top_));
  const auto& shares = found->second;
  return static_cast<int>(std::lround(shares[shares.size() == 1 ? 0 : channel_.value_or(0)] * top_));
}

Thresholds Knob::with(Thresholds thresholds, int value) const {
  if (of_pixels()) {
    thresholds.pixel = value;
  } else if (!channel_) {
    thresholds.layers[name_] = {share_of(value, top_)};
  } else {
    auto& shares = thresholds.layers[name_];
    if (shares.empty()) shares = {thresholds.share};
    if (shares.size() == 1) shares.assign(channels_, shares.front());
    shares[*channel_] = share_of(value, top_);
  }
  return thresholds;
}

std::optional<Thresholds> Knob::up(const Thresholds& thresholds) const {
  const auto next = std::ranges::upper_bound(values_, value(thresholds));
  if (next == values_.end()) return std::nullopt;
  return with(thresholds, *next);
}

std::optional<Thresholds> Knob::down(const Thresholds& thresholds) const {
  const auto here = std::ranges::lower_bound(values_, value(thresholds));
  if (here == values_.begin()) return std::nullopt;
  return with(thresholds, *(here - 1));
}

int Knob::at_share(double share) const {
  const auto next = std::ranges::upper_bound(values_, static_cast<int>(std::lround(share * top_)));
  return *(next - 1);
}

std::vector<Knob> knobs_of(const Network& network, const Graph& graph) {
  const auto sends_values = [](const Layer& layer) { return layer.mode == Mode::spatial; };
  const bool all_send_values = std::ranges::all_of(network.layers, sends_values);
  std::vector<Knob> knobs;
  if (!sends_values(network.layers.front()) || !network.input.pixels) knobs.push_back(Knob::pixels());
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    if (has_threshold(graph, l) && (all_send_values || !sends_values(layer)))
      knobs.push_back(Knob::layer(layer.name, (1 << layer.bits) - 1, layer.channels.size()));
  }
  return knobs;
}

}  // namespace eddy
