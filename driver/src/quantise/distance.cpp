// SPDX-License-Identifier: Apache-2.0
#include "quantise/distance.hpp"

#include <algorithm>
#include <cmath>

#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"

namespace eddy {
namespace {

constexpr std::size_t most_frames = 4;

/// Sum of squares over a layer.
double squares(const Tensor& got, double scale, const std::vector<float>& real) {
  double sum = 0;
  for (std::size_t i = 0; i < real.size(); ++i) {
    const double difference = got.values[i] * scale - double{real[i]};
    sum += difference * difference;
  }
  return sum;
}

}  // namespace

std::vector<double> distances_from_real(const Graph& graph, const InputSpec& spec, std::span<const Picture> pictures,
                                        Network network) {
  drop_thresholds(network);
  GoldenEvents golden(network);  // without thresholds it is the dense model, and faster
  std::vector<double> result(graph.layers.size());
  const std::size_t frames = std::min(most_frames, pictures.size());
  for (std::size_t f = 0; f < frames; ++f) {
    const Picture& picture = pictures[f * pictures.size() / frames];
    golden.step(to_frame(network, picture));
    const auto real = forward(graph, normalise(picture, spec));
    for (std::size_t l = 0; l < real.size(); ++l) {
      result[l] += squares(golden.sent(static_cast<int>(l)), network.layers[l].scale, real[l]);
    }
  }
  for (std::size_t l = 0; l < result.size(); ++l) {
    result[l] = std::sqrt(result[l] / static_cast<double>(frames) / static_cast<double>(graph.layers[l].out.count()));
  }
  return result;
}

}  // namespace eddy
