// SPDX-License-Identifier: Apache-2.0
/// Entries of one axon, at the tile or gateway that it comes from and at the one that it goes to.
#pragma once

#include <vector>

#include "compile/numbering.hpp"
#include "eddy/image.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {

/// Where messages to a population, or to the Gateway, go.
pkg::dest_t destination(const NumberedPlan& plan, int population);

/// Appends TabInAxon, TabInSource, TabArrival and TabProgress of in-axon `index` of a tile. `axon` indexes Plan::axons,
/// `first_port` is the first port of its population.
void encode_in_axon(const NumberedPlan& plan, int axon, int index, int first_port, std::vector<TableEntry>& tables);

/// Appends TabInSource and TabArrival of in-axon `index` of the gateway.
void encode_gateway_in_axon(const NumberedPlan& plan, int axon, int index, std::vector<TableEntry>& tables);

/// Appends TabOutAxon, TabSent and TabCredit of out-axon `index`. `population` is its source's index in the tile.
void encode_out_axon(const NumberedPlan& plan, int axon, int index, int population, std::vector<TableEntry>& tables);

}  // namespace eddy::mapping
