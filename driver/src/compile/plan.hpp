// SPDX-License-Identifier: Apache-2.0
/// Populations and the axons between them, before they have addresses: what follows from the slices alone.
#pragma once

#include <vector>

#include "compile/geometry.hpp"
#include "compile/weights.hpp"
#include "eddy/compile.hpp"
#include "eddy/network.hpp"

namespace eddy::mapping {

/// One entry of TabPort.
struct PortPlan {
  PortPart part;
  PortAxis y, x;
};

/// What a slice needs of a tile.
struct Needs {
  int accumulators = 0;                  // RAM words, even
  int references = 0;                    // RAM words
  int weights = 0;                       // RAM words, with the activation's table
  int params = 0, marks = 0, ports = 0;  // entries
  [[nodiscard]] int ram() const { return accumulators + references + weights; }
};

struct PopulationPlan {
  Slice slice;
  AxisSlice y, x;
  int words = 1;    // accumulator words a pixel
  int acc_row = 0;  // accumulator words a row
  bool flip = false;
  int mark_row = 0;  // mark words a row
  std::vector<PortPlan> ports;
  Needs needs;
};

/// The gateway where an axon names a population.
constexpr int Gateway = -1;

/// One axon. `from` and `to` index Plan::populations, or are Gateway.
struct AxonPlan {
  int from = Gateway, to = Gateway;
  int port = 0;   // index into the receiver's ports
  int layer = 0;  // whose events it carries
  SourceRange y, x;
  int c_first = 0, c_last = 0;
  RowRule rule;
  bool clock = false;  // carries no events, only the end of the frame
};

struct Plan {
  std::vector<PopulationPlan> populations;
  std::vector<AxonPlan> axons;  // by source, then by receiver, then by port
};

/// Facts about a network's ports that are worth finding once.
class NetworkTraits {
 public:
  explicit NetworkTraits(const Network& network);
  [[nodiscard]] const PortTraits& port(int layer, int index) const {
    return ports_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(index)];
  }

 private:
  std::vector<std::vector<PortTraits>> ports_;
};

PopulationPlan plan_population(const Network& network, const NetworkTraits& traits, const Slice& slice);

/// All axons between the populations of a partition, those of the frame input and those to the gateway.
Plan make_plan(const Network& network, const NetworkTraits& traits, const std::vector<Slice>& slices);

/// Most events between two tokens of an axon.
std::int64_t largest_count(const AxonPlan& axon);

/// Out-axons of one source that may match one row: the most over its rows. `axons` are those of one source.
int most_in_a_row(const std::vector<const AxonPlan*>& axons);

}  // namespace eddy::mapping
