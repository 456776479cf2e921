// SPDX-License-Identifier: Apache-2.0
/// Which of several partitions of a network is fastest, by the model with time (docs/perf.md). docs/compiler.md,
/// "Search".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eddy/compile.hpp"

namespace eddy {

/// A partition, and what it takes: cycles.
struct PartitionTrial {
  std::uint64_t seed = 0;  // CompileOptions::seed
  double first = 0;        // from the first pixel of a first frame to its last result
  double next = 0;         // of each frame behind it
};

struct PartitionChoice {
  std::vector<PartitionTrial> trials;  // of partitions that fit; first the one that is had without a choice
  double first_share = 0;              // weight of first frames
  std::size_t taken = 0;               // index into trials

  /// Weighted mean of a trial's cycles, of first frames and of those behind, over those of the first trial. Less is
  /// better.
  [[nodiscard]] double cost(const PartitionTrial& trial) const;
};

/// Human text, ends in a newline.
std::string to_text(const PartitionChoice& choice);

struct FastestPartition {
  Compiled compiled;
  PartitionChoice choice;
};

/// Compiles with `count` seeds from that of the options on, and runs each image on the model with time: first frames
/// weigh as much as true dense ones do in the compiler's balance. `compiled` is the image of the options' own seed.
/// `runs` are frames that follow each other, from all over the clip: a few of them are run. `say` is told of progress,
/// from one thread at a time. Needs a run. Throws RunError as a device does.
FastestPartition choose_partition(const Network& network, const Chip& chip, const LoadProfile& profile,
                                  const CompileOptions& options, const std::vector<std::vector<Frame>>& runs, int count,
                                  Compiled compiled, const std::function<void(const std::string&)>& say);

}  // namespace eddy
