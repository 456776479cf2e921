// SPDX-License-Identifier: Apache-2.0
/// Where things lie in a tile's RAM.
///
/// Accumulators come first, the event queue lies at the top, weights below it, references above the accumulators. Word
/// addresses alternate over pairs of banks (docs/contract.md): each kind has pairs of its own as long as there is room.
#pragma once

#include <optional>
#include <vector>

#include "eddy/chip.hpp"

namespace eddy::mapping {

struct MemoryRequest {
  std::vector<int> accumulators;  // words by population, even
  std::vector<int> references;    // words by population
  std::vector<int> weights;       // words by block
  int queue_words = 512;          // a power of two
};

struct MemoryMap {
  std::vector<int> accumulators;  // accumulator address by population, even
  std::vector<int> references;    // word address by population
  std::vector<int> weights;       // word address by block
  int queue = 0;                  // word address, a multiple of its size
  int queue_words = 0;
};

/// Nothing where it does not fit. The queue is halved down to `MinQueueWords` first.
std::optional<MemoryMap> allocate(const Chip& chip, const MemoryRequest& request);

inline constexpr int MinQueueWords = 64;

}  // namespace eddy::mapping
