// SPDX-License-Identifier: Apache-2.0
#include "eddy/output_errors.hpp"

#include <algorithm>
#include <cmath>

#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "golden/residue_bound.hpp"
#include "index.hpp"

namespace eddy {
namespace {

Network without_thresholds(Network network) {
  drop_thresholds(network);
  return network;
}

OutputError error_of(const Tensor& sent, const Tensor& dense, const Tensor& bound, double scale) {
  OutputError error;
  double squares = 0;
  for (std::size_t i = 0; i < sent.values.size(); ++i) {
    const double difference = scale * std::abs(sent.values[i] - dense.values[i]);
    error.largest = std::max(error.largest, difference);
    error.bound = std::max(error.bound, scale * bound.values[i]);
    squares += difference * difference;
  }
  error.rms = std::sqrt(squares / static_cast<double>(sent.values.size()));
  return error;
}

}  // namespace

struct ErrorMeter::State {
  explicit State(const Network& n)
      : network(n), dense_network(without_thresholds(n)), events(n), dense(dense_network), bound(n) {
    for (const Output& output : n.outputs) outputs.push_back({output.name, 0, 0, {}});
  }
  const Network& network;
  const Network dense_network;
  GoldenEvents events, dense;
  ResidueBound bound;
  std::vector<OutputErrors> outputs;
};

ErrorMeter::ErrorMeter(const Network& network) : state_(std::make_unique<State>(network)) {}
ErrorMeter::~ErrorMeter() = default;

void ErrorMeter::add_frame(const Frame& frame) {
  State& s = *state_;
  s.events.step(frame);
  s.dense.step(frame);
  const auto bounds = s.bound.of(s.events, frame);
  for (std::size_t o = 0; o < s.outputs.size(); ++o) {
    const int layer = s.network.outputs[o].layer;
    const double scale = s.network.layers[at(layer)].scale;
    const Tensor& dense = s.dense.sent(layer);
    OutputErrors& output = s.outputs[o];
    const auto [least, most] = std::ranges::minmax(dense.values);
    const bool first = output.frames.empty();
    output.least = first ? scale * least : std::min(output.least, scale * least);
    output.most = first ? scale * most : std::max(output.most, scale * most);
    output.frames.push_back(error_of(s.events.sent(layer), dense, bounds[at(layer)], scale));
  }
}

const std::vector<OutputErrors>& ErrorMeter::outputs() const { return state_->outputs; }

}  // namespace eddy
