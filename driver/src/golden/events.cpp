// SPDX-License-Identifier: Apache-2.0
#include "eddy/golden.hpp"
#include "golden/frame_input.hpp"
#include "golden/population.hpp"

namespace eddy {

struct GoldenEvents::State {
  explicit State(const Network& n) : network(n), input(n) {
    for (std::size_t l = 1; l < n.layers.size(); ++l) populations.emplace_back(n, static_cast<int>(l));
  }
  const Network& network;
  FrameInput input;
  std::vector<Population> populations;  // of layers 1, 2, ...
  int frames = 0;
};

GoldenEvents::GoldenEvents(const Network& network) : state_(std::make_unique<State>(network)) {}
GoldenEvents::~GoldenEvents() = default;
GoldenEvents::GoldenEvents(GoldenEvents&&) noexcept = default;
GoldenEvents& GoldenEvents::operator=(GoldenEvents&&) noexcept = default;

FrameTrace GoldenEvents::step(const Frame& frame) {
  FrameTrace trace;
  trace.events.push_back(state_->input.step(frame));
  trace.counts.push_back({static_cast<std::int64_t>(trace.events[0].size()), 0, 0, frame.shape.count()});
  for (Population& population : state_->populations) {
    population.begin_frame();
    for (std::size_t source = 0; source < trace.events.size(); ++source) {
      population.integrate(static_cast<int>(source), trace.events[source]);
    }
    trace.events.push_back(population.sweep());
    trace.counts.push_back({static_cast<std::int64_t>(trace.events.back().size()), population.dense_macs(),
                            population.macs(), population.sent().shape.count()});
  }
  for (const Output& output : state_->network.outputs) trace.outputs.push_back(sent(output.layer));
  trace.frame = state_->frames++;
  return trace;
}

const Tensor& GoldenEvents::sent(int layer) const {
  return layer == 0 ? state_->input.sent() : state_->populations[static_cast<std::size_t>(layer - 1)].sent();
}

std::span<const std::uint32_t> GoldenEvents::accumulators(int layer) const {
  return state_->populations[static_cast<std::size_t>(layer - 1)].accumulators();
}

int GoldenEvents::frames() const { return state_->frames; }

}  // namespace eddy
