// SPDX-License-Identifier: Apache-2.0
/// Values of a saved state, as they lie in memory: a state is read by the program that wrote it.
#pragma once

#include <cstdint>
#include <istream>
#include <ostream>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "eddy/sim/error.hpp"

namespace eddy::sim {

template <typename T>
requires std::is_trivially_copyable_v<T>
void put(std::ostream& out, const T& value) { out.write(reinterpret_cast<const char*>(&value), sizeof value); }

/// Throws SimulationError where the state ends too soon.
template <typename T>
requires std::is_trivially_copyable_v<T>
void get(std::istream& in, T& value) {
  in.read(reinterpret_cast<char*>(&value), sizeof value);
  if (!in) throw SimulationError("the saved state is cut off");
}

template <typename T>
void put(std::ostream& out, const std::vector<T>& values) {
  put(out, std::uint64_t{values.size()});
  for (const T& value : values) put(out, value);
}

/// As many as there are: what has another size is of another chip.
template <typename T>
void get(std::istream& in, std::vector<T>& values) {
  std::uint64_t size = 0;
  get(in, size);
  if (size != values.size()) throw SimulationError("the saved state is of a chip of another size");
  for (T& value : values) get(in, value);
}

}  // namespace eddy::sim
