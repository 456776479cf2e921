// SPDX-License-Identifier: Apache-2.0
/// Which layers send differences and which send values, for a budget of memory: differences save products, and have to
/// remember. docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eddy/network.hpp"

namespace eddy {

/// How much may be remembered.
struct StateBudget {
  enum class Of : std::uint8_t {
    bytes,   // of all that outlives a frame: kept accumulators, and references
    share,   // the same, as a share of what it would be if all layers sent differences
    memory,  // accumulators and references, kept or not, over those of a network whose layers all send values
  };
  Of of = Of::share;
  double amount = 1;
};

/// Sources that meet in a layer send alike. What differences cost and save for such layers, before they are cut into
/// slices; products are those of their readers, a frame, and one for each event of an output.
struct ModePrice {
  std::vector<std::string> layers;
  std::int64_t accumulators = 0;     // bytes: of their readers, which have to keep them; they have them in any case
  std::int64_t references = 0;       // bytes: of their own; those of the network's input lie with the host
  double temporal = 0, spatial = 0;  // products
  Mode mode = Mode::temporal;        // chosen

  [[nodiscard]] std::int64_t state() const { return accumulators + references; }
  [[nodiscard]] double saved() const { return spatial - temporal; }
};

/// What a network with certain modes takes.
struct ModeFigures {
  std::int64_t state = 0;   // bytes that outlive a frame
  std::int64_t memory = 0;  // bytes of accumulators and references
  double products = 0;      // a frame
};

struct ModeChoice {
  std::optional<StateBudget> budget;
  std::int64_t limit = 0;  // bytes: what the budget comes to; of references alone, where it is of memory
  std::vector<ModePrice> prices;
  std::map<std::string, Mode> modes;  // by layer, all of them
  ModeFigures temporal, spatial, chosen;
  double dense = 0;  // products of a frame without any skipping

  /// Of the products that temporal layers save beside spatial ones, how much is still saved.
  [[nodiscard]] double kept() const;
};

/// Human text, ends in a newline.
std::string to_text(const ModeChoice& choice);

/// Layers send differences where that saves products on the clip, as far as the budget goes: those sets that save most.
/// `network` is one of temporal layers, with the thresholds of the run; values are sent from threshold 0 on. `runs` are
/// neighbouring frames from all over the clip, the first of each only sets the scene. `named`: layers, by name, that
/// the user has decided on. Throws UsageError where the budget is negative, or no two frames follow each other.
ModeChoice choose_modes(const Network& network, const std::vector<std::vector<Frame>>& runs,
                        const std::map<std::string, Mode>& named = {},
                        const std::optional<StateBudget>& budget = std::nullopt);

/// Gives layers, by name, their modes, and those that send values threshold 0. Sources that meet are made to agree;
/// returns what was changed for that, one line each.
std::vector<std::string> set_modes(Network& network, const std::map<std::string, Mode>& modes);

}  // namespace eddy
