// SPDX-License-Identifier: Apache-2.0
#include "run/output_sums.hpp"

#include <algorithm>

namespace eddy {

OutputSums::OutputSums(const Network& network, const Image& image) : image_(image) {
  for (const Output& output : network.outputs) {
    const Layer& layer = network.layers[static_cast<std::size_t>(output.layer)];
    outputs_.emplace_back(layer.out);
    layers_.push_back(output.layer);
    temporal_.push_back(layer.mode == Mode::temporal);
  }
}

void OutputSums::add(const FrameResult& result) {
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    if (!temporal_[o]) std::ranges::fill(outputs_[o].values, 0);
    for (const Record& r : result.records) {
      if (image_.gateway.drains[static_cast<std::size_t>(r.drain)].layer != layers_[o]) continue;
      std::int32_t& value = outputs_[o].at(r.c, r.y, r.x);
      value = temporal_[o] ? value + r.value : r.value;
    }
  }
}

}  // namespace eddy
