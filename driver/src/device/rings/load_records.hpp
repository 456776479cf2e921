// SPDX-License-Identifier: Apache-2.0
/// What an image writes to tiles and to the gateway, as load records: pairs of an address in a tile's host map (in
/// words of 32 bits, docs/contract.md) and a word.
#pragma once

#include <vector>

#include "eddy/image.hpp"
#include "eddy_host_pkg.hpp"

namespace eddy::rings {

using Records = std::vector<host_pkg::load_t>;

[[nodiscard]] pkg::dest_t core_of(TileAt tile);
[[nodiscard]] pkg::host_addr_t register_address(pkg::reg_e reg);
[[nodiscard]] pkg::host_addr_t register_address(unsigned reg);
[[nodiscard]] host_pkg::load_t register_record(TileAt tile, pkg::reg_e reg, std::uint32_t value);

/// The RAM runs of a tile.
void add_ram(Records& records, const TileImage& tile, int lanes);
/// Its table entries and registers, in the image's order.
void add_tables(Records& records, const TileImage& tile);
/// The gateway's own tables, pixels first.
void add_gateway_tables(Records& records, const GatewayImage& gateway);

}  // namespace eddy::rings
