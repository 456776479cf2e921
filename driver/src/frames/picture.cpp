// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"

namespace eddy {

double InputSpec::real(double value, int c) const {
  const auto of = [&](const std::vector<double>& values) {
    return values[values.size() == 1 ? 0 : static_cast<std::size_t>(c)];
  };
  return (value * scale - of(mean)) / of(std);
}

std::vector<float> normalise(const Picture& picture, const InputSpec& spec) {
  if (!picture.values.empty()) return picture.values;
  std::vector<float> result;
  result.reserve(picture.pixels.size());
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    const auto c = static_cast<int>(i % static_cast<std::size_t>(picture.shape.c));
    result.push_back(static_cast<float>(spec.real(picture.pixels[i], c)));
  }
  return result;
}

Frame to_frame(const Network& network, const Picture& picture) {
  Frame frame{picture.shape, {}, {}};
  if (network.input.pixels) {
    if (picture.pixels.empty()) throw UsageError("the network was made for pixels, but the clip holds real values");
    frame.pixels = picture.pixels;
  } else if (!picture.pixels.empty()) {
    if (network.input.table.empty())
      throw UsageError("the network was made for real values, but the clip holds pixels");
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
      frame.activations.push_back(
          network.input.table[i % static_cast<std::size_t>(picture.shape.c)][picture.pixels[i]]);
    }
  } else {
    const Layer& input = network.layers.front();
    for (const float v : picture.values) {
      frame.activations.push_back(
          static_cast<std::int16_t>(std::lround(std::clamp<double>(v / input.scale, input.lo, input.hi))));
    }
  }
  return frame;
}

}  // namespace eddy
