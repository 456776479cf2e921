// SPDX-License-Identifier: Apache-2.0
/// What was chosen for the user, and at which prices, as reports have it.
#pragma once

#include <nlohmann/json.hpp>

#include "eddy/prepare.hpp"

namespace eddy {

/// Adds `weight_choice`, `mode_choice` and `partition_choice`, each null where nothing was chosen.
void add_choices(const Prepared& prepared, nlohmann::ordered_json& report);

}  // namespace eddy
