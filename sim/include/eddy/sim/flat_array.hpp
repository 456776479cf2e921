// SPDX-License-Identifier: Apache-2.0
/// The flat torus (eddy_torus) as one Verilated model, behind the interface of the array: the proof that the array,
/// which joins objects of one tile and leaves out quiet ones, does what the chip does. Slow to build and to run, so for
/// tests only.
#pragma once

#include <cstdint>
#include <memory>

#include "eddy/sim/fabric.hpp"

namespace eddy::sim {

/// 2x2 tiles; link eddy_sim_flat_tiny. Faults cannot be planted: std::logic_error.
std::unique_ptr<Fabric> make_flat_tiny(std::uint64_t seed);
/// 4x4 tiles; link eddy_sim_flat_small, which takes minutes to build.
std::unique_ptr<Fabric> make_flat_small(std::uint64_t seed);
/// 4x4 tiles, compiled for speed and run by two threads; link eddy_sim_flat_speed, which takes longer still.
std::unique_ptr<Fabric> make_flat_speed(std::uint64_t seed);

}  // namespace eddy::sim
