// SPDX-License-Identifier: Apache-2.0
/// Gives populations to tiles: largest first, so that each band of the image is balanced, within what a tile holds.
#pragma once

#include <array>
#include <vector>

#include "compile/load.hpp"
#include "eddy/chip.hpp"

namespace eddy::mapping {

/// What a tile has a limited number of.
enum Resource : std::size_t {
  RamWords,
  ParamWords,
  MarkWordsUsed,
  PortEntries,
  Populations,
  InAxons,
  OutAxons,
  Resources
};
using Use = std::array<int, Resources>;

/// What a tile of a chip holds, with `queue_words` of its RAM kept for the event queue.
Use capacity(const Chip& chip, int queue_words);

/// A population as the balance sees it. Loads are shares of the mean load of a tile, both mixes together.
struct Item {
  double load = 0;
  std::array<double, Bands> bands{};
  double sent = 0;  // events, in the same unit
  Use use{};
};

struct Balance {
  std::vector<int> tile;  // by item: a number of a cluster, not yet a place
  double cost = 0;        // 1 is perfect; `band_share` is part of it, so costs compare for the same share only
  bool fits = true;
};

/// `band_share`: weight of the balance by band beside the balance in sum. `refine`: exchange populations until nothing
/// gains. `input`: events that the frame input sends, copies count, in the unit of loads: it sends one a cycle, and no
/// frame takes less.
Balance balance(const std::vector<Item>& items, double input, int tiles, const Use& capacity, double band_share,
                bool refine);

/// Cost of an assignment that fits, as balance() reckons it.
double cost_of(const std::vector<Item>& items, double input, const std::vector<int>& tile, int tiles,
               double band_share);

}  // namespace eddy::mapping
