// SPDX-License-Identifier: Apache-2.0
/// What the host makes of records: sums of differences, or the values of the last frame where a layer is spatial.
#pragma once

#include <vector>

#include "eddy/device.hpp"
#include "eddy/golden.hpp"
#include "eddy/image.hpp"
#include "eddy/network.hpp"

namespace eddy {

class OutputSums {
 public:
  /// Keeps a reference to the image.
  OutputSums(const Network& network, const Image& image);
  void add(const FrameResult& result);
  /// As after frames that had these outputs.
  void start_from(const std::vector<Tensor>& outputs) { outputs_ = outputs; }
  /// In the order of Network::outputs.
  [[nodiscard]] const std::vector<Tensor>& outputs() const { return outputs_; }

 private:
  const Image& image_;
  std::vector<Tensor> outputs_;
  std::vector<int> layers_;     // [output]
  std::vector<bool> temporal_;  // [output]
};

}  // namespace eddy
