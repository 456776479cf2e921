// SPDX-License-Identifier: Apache-2.0
/// From network to image: partition into populations, placement on the torus, encoding. docs/compiler.md describes how.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eddy/chip.hpp"
#include "eddy/image.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// Mean events a frame, by layer and place: what the compiler balances.
struct LoadProfile {
  std::vector<std::vector<float>> events;  // [layer][y * out.w + x], all channels together
  [[nodiscard]] bool empty() const { return events.empty(); }
};

/// Every neuron fires in every frame.
LoadProfile dense_profile(const Network& network);

/// Mean over frames of the user's clip, by the golden event model. Take runs of a few neighbouring frames from all over
/// the clip, one run each in `runs`: the first frame of a run only sets the scene and is not counted, unless there
/// is no other.
LoadProfile measured_profile(const Network& network, const std::vector<std::vector<Frame>>& runs);

/// How often each dimension of a layer's output is cut.
struct Split {
  int rows = 1, columns = 1, channels = 1;
  friend bool operator==(const Split&, const Split&) = default;
};

/// A slice of a layer's output on a tile.
struct Slice {
  int layer = 0;
  int y0 = 0, x0 = 0, c0 = 0;
  int rows = 0, cols = 0, channels = 0;
  int tile = 0;  // Chip::index
  friend bool operator==(const Slice&, const Slice&) = default;
};

/// Populations of a network on a chip: `slices` in ascending order of tile; `splits` say how they came to be.
struct Partition {
  std::vector<Slice> slices;
  std::vector<Split> splits;  // [layer]; layer 0 is the gateway's
};

struct CompileOptions {
  std::uint64_t seed = 1;
  int iterations = 4000;          // tries of each of the three searches for splits; fewer on chips above 16 tiles
  int queue_words = 512;          // two events a word; a power of two; halved where memory is short
  double dense_share = 0.3;       // weight of true dense frames in the balance, beside typical ones
  bool random_partition = false;  // splits and tiles by chance instead of by search, ...
  bool random_placement = false;  // ... or places alone: for tests that results depend on neither
  std::vector<Split> splits;      // by layer, where not empty: cut like this instead of by search
};

/// One layer in the report.
struct LayerReport {
  std::string name;
  int tiles = 0;
  int populations = 0;
  Split split;
  MemoryUse memory;          // without queue
  double expected_load = 0;  // MAC cycles a frame, sum over its populations
};

struct CompileReport {
  std::string network, chip;
  std::vector<LayerReport> layers;
  MemoryUse memory;                                   // of the chip
  std::map<WeightFormat, std::int64_t> weight_bytes;  // of the chip
  std::int64_t ram_bytes = 0;                         // of the chip
  int tiles_used = 0;
  double mean_load = 0;  // MAC cycles a frame and tile
  double largest_load = 0;
  double hops = 0;     // mean way of an event
  double fan_out = 0;  // mean copies of an event
};

/// Human text, ends in a newline.
std::string to_text(const CompileReport& report);

struct Compiled {
  Image image;
  Partition partition;
  CompileReport report;
};

/// Throws FitError (exit status 4) that says what is missing and which shipped chip would do.
Compiled compile(const Network& network, const Chip& chip, const LoadProfile& profile,
                 const CompileOptions& options = {});

/// The last step alone, for a partition that is given. Throws FitError where it breaks a limit of the chip.
Image encode(const Network& network, const Chip& chip, const Partition& partition, const LoadProfile& profile,
             const CompileOptions& options = {});

}  // namespace eddy
