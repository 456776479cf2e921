// SPDX-License-Identifier: Apache-2.0
/// Queue of routed flits that a flit passes in no time while it is empty: one cycle a hop.
///
/// `ready_o` depends on the fill alone. `pop_i` may depend on `valid_o`.
module eddy_noc_queue
  import eddy_noc_pkg::*;
#(
    parameter int unsigned Depth = 4
) (
    input  logic    clk_i,
    input  logic    rst_ni,
    // upstream
    input  logic    valid_i,
    output logic    ready_o,
    input  routed_t data_i,
    // downstream
    output logic    valid_o,
    output routed_t data_o,
    input  logic    pop_i,
    // something is stored
    output logic    active_o
);
  logic stored;
  routed_t head;

  eddy_fifo #(
      .data_t(routed_t),
      .Depth (Depth)
  ) u_fifo (
      .clk_i,
      .rst_ni,
      .valid_i(valid_i && (stored || !pop_i)),
      .ready_o,
      .data_i,
      .valid_o(stored),
      .ready_i(pop_i),
      .data_o(head),
      /* verilator lint_off PINCONNECTEMPTY */
      .count_o()  // whether something is stored is all that matters here
      /* verilator lint_on PINCONNECTEMPTY */
  );

  assign valid_o  = stored || valid_i;
  assign data_o   = stored ? head : data_i;
  assign active_o = stored;
endmodule
