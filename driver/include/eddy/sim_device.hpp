// SPDX-License-Identifier: Apache-2.0
/// The RTL in the simulator, as a device. docs/driver-host.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eddy/chip.hpp"
#include "eddy/device.hpp"
#include "eddy/sim/faults.hpp"
#include "eddy/sim/memory.hpp"
#include "eddy/sim/waves.hpp"

namespace eddy::sim {
class Fabric;
}

namespace eddy {

struct SimOptions {
  std::uint64_t seed = 1;      // of what registers start with, and of stalls; results do not depend on it
  int threads = 1;             // results do not depend on it
  bool dma_load = false;       // images go through the gateway, cycle by cycle, instead of through the back door
  bool skip_quiet = true;      // leave out tiles that would not change; results do not depend on it
  sim::MemoryTiming memory{};  // time of host memory; `stall` for stalls by chance
  double io_stall = 0;         // share of cycles, by chance, in which nothing passes between gateway and tiles
  sim::WaveOptions waves{};
  std::string event_file{};            // all firings as text, one a line; empty: none
  std::vector<sim::Fault> faults{};    // planted in the network, for tests of checks
  std::uint64_t watchdog = 2'000'000;  // cycles without an event, token or transfer of memory, at least 10,000
};

/// Threads, waves and faults are those of the simulation, which lives as long as the device.
std::unique_ptr<Device> make_sim_device(const Chip& chip, const SimOptions& options = {});

/// The same with tiles of the caller's, as many as the chip has; their options are not looked at.
std::unique_ptr<Device> make_sim_device(const Chip& chip, const SimOptions& options,
                                        std::unique_ptr<sim::Fabric> tiles);

}  // namespace eddy
