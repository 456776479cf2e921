// SPDX-License-Identifier: Apache-2.0
/// Limits of the chip: each check throws a FitError that says what is too much, and where.
#pragma once

#include <cstdint>
#include <string>

#include "compile/numbering.hpp"

namespace eddy::mapping {

/// The frame input's channels, the bits of positions in all layers, and differences that FP16 has to hold.
void check_network(const Network& network);

/// Entries of all tables of axons and populations, and the axons that one row is sent to.
void check_tables(const NumberedPlan& plan);

/// One limit of a tile: it needs so many of `what`, and has so many.
void check_limit(const NumberedPlan& plan, int tile, const char* what, int need, std::uint32_t have);

/// A tile, or the gateway, in messages.
std::string tile_name(const NumberedPlan& plan, int tile);

}  // namespace eddy::mapping
