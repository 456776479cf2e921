// SPDX-License-Identifier: Apache-2.0
#include "import/broadcast.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace eddy {

std::vector<float> by_channel(Importer& importer, const Activation& input, const Constant& constant) {
  const std::size_t channels = at(importer.shape(input.layer).c);
  if (constant.values.size() == 1) return std::vector<float>(channels, static_cast<float>(constant.values[0]));
  // A flat input is a row, until something tells its values apart: then they are channels.
  if (channels == 1 && input.dims.size() == 2 && importer.reshape_input(input, {static_cast<int>(input.dims[1]), 1, 1}))
    return by_channel(importer, input, constant);
  const auto axes = importer.axes(input);
  Dims dims = constant.dims, wanted;
  while (dims.size() < input.dims.size()) dims.insert(dims.begin(), 1);
  if (axes) {
    for (const auto& axis : *axes) wanted.push_back(axis == PlaneAxis::channels ? importer.shape(input.layer).c : 1);
  }
  if (dims != wanted) {
    throw Unsupported(fmt::format("a constant of shape [{}]; one number for each channel is supported",
                                  fmt::join(constant.dims, ", ")));
  }
  return {constant.values.begin(), constant.values.end()};
}

}  // namespace eddy
