// SPDX-License-Identifier: Apache-2.0
/// Devices by their address.
#pragma once

#include <memory>
#include <string>

#include "eddy/device.hpp"
#include "eddy/sim_device.hpp"

namespace eddy {

struct DeviceOptions {
  Chip chip;
  SimOptions sim;  // of `sim:`; `model:` takes the seed, `perf:` nothing
};

/// Opens `sim:` (the RTL), `model:` (untimed), `perf:` (the model with time), `tcp://HOST:PORT` or `unix://PATH` (a
/// device behind a socket, as `eddy serve` offers it). Throws UsageError where the address names none of them, and
/// ConnectionError.
std::unique_ptr<Device> open_device(const std::string& uri, const DeviceOptions& options);

}  // namespace eddy
