// SPDX-License-Identifier: Apache-2.0
#include "eddy/task.hpp"

namespace eddy {

std::vector<OutputValues> real_outputs(const Network& network, std::span<const Tensor> outputs) {
  std::vector<OutputValues> real;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Output& output = network.outputs.at(i);
    real.push_back({output.name, output.dims, dequantise(network, output, outputs[i])});
  }
  return real;
}

}  // namespace eddy
