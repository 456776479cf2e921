// SPDX-License-Identifier: Apache-2.0
/// What the tests of RTL modules share: the seed.
#pragma once

#include <cstdint>
#include <random>

namespace eddy::test {

/// Seed of this run: EDDY_SEED from the environment, else 1. Printed when the program starts. It also decides the
/// values that registers without reset start with.
std::uint32_t seed();

/// Random numbers for one test case, from the run's seed.
inline std::mt19937 make_rng() { return std::mt19937{seed()}; }

}  // namespace eddy::test
