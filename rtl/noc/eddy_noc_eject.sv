// SPDX-License-Identifier: Apache-2.0
/// Output of a router to a local end: one register, valid/ready.
///
/// Full rate while the end is ready. The end may hold its ready low for a finite time only, or the network stands.
`include "eddy_assert.svh"

module eddy_noc_eject
  import eddy_pkg::*;
(
    input  logic  clk_i,
    input  logic  rst_ni,
    // from the router
    output logic  avail_o,
    input  logic  send_i,
    input  flit_t flit_i,
    // local end
    output logic  valid_o,
    input  logic  ready_i,
    output flit_t flit_o
);
  assign avail_o = !valid_o || ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else if (avail_o) valid_o <= send_i;
  end

  always_ff @(posedge clk_i) begin
    if (send_i) flit_o <= flit_i;
  end

  `EDDY_ASSERT(RoomToSend, !send_i || avail_o)
  `EDDY_ASSERT_HELD(OutputStable, valid_o, ready_i, flit_o)
endmodule
