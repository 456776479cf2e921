// SPDX-License-Identifier: Apache-2.0
/// Input of a router from a local end: one queue, valid/ready.
///
/// The channel of a flit's first ring is decided here, from the tile's coordinates and the destination.
`include "eddy_assert.svh"

module eddy_noc_inject
  import eddy_pkg::*;
  import eddy_noc_pkg::*;
#(
    parameter port_e From = PortCore,
    parameter int unsigned Depth = 4
) (
    input  logic     clk_i,
    input  logic     rst_ni,
    input  tile_id_t tile_i,
    input  tile_id_t last_i,
    // local end
    input  logic     valid_i,
    output logic     ready_o,
    input  flit_t    flit_i,
    // outputs that could take a flit, by channel
    input  ports_t   avail_i [MaxVcs],
    // the flit that asks: req_o is 0 or one-hot
    output ports_t   req_o,
    output logic     vc_o,
    output flit_t    flit_o,
    input  logic     gnt_i,
    output logic     active_o
);
  route_t route, head_route;

  eddy_noc_route #(
      .From(From)
  ) u_route (
      .tile_i,
      .last_i,
      .valid_i,
      .vc_i   (1'b0),
      .dest_i (flit_i.dest),
      .route_o(route)
  );

  logic valid;
  eddy_noc_queue #(
      .Depth(Depth)
  ) u_queue (
      .clk_i,
      .rst_ni,
      .valid_i (valid_i),
      .ready_o,
      .route_i (route),
      .flit_i,
      .valid_o (valid),
      .route_o (head_route),
      .flit_o,
      .pop_i   (gnt_i),
      .active_o(active_o)
  );

  assign req_o = valid ? head_route.out & avail_i[head_route.vc] : '0;
  assign vc_o  = head_route.vc;

  `EDDY_ASSUME(DestOnTorus, !valid_i || (flit_i.dest.tile.x <= last_i.x && flit_i.dest.tile.y <= last_i.y))
  `EDDY_ASSERT(GrantIfAsked, !gnt_i || req_o != '0)
endmodule
