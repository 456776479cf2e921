// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "eddy/devices.hpp"
#include "eddy/error.hpp"
#include "eddy/remote_device.hpp"

namespace eddy {

std::unique_ptr<Device> open_device(const std::string& uri, const DeviceOptions& options) {
  if (uri == "model:") return make_model_device(options.sim.seed);
  if (uri == "perf:") return make_perf_device();
  if (uri == "sim:") return make_sim_device(options.chip, options.sim);
  if (uri.starts_with("tcp://") || uri.starts_with("unix://")) return make_remote_device(uri, {.chip = options.chip});
  throw UsageError(fmt::format("backend \"{}\": expected sim:, model:, perf:, tcp://HOST:PORT or unix://PATH", uri));
}

}  // namespace eddy
