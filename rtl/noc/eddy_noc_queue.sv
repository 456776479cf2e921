// SPDX-License-Identifier: Apache-2.0
/// Queue of routed flits that a flit passes in no time while it is empty: one cycle a hop.
///
/// `ready_o` depends on the fill alone. `pop_i` may depend on `valid_o`.
module eddy_noc_queue
  import eddy_pkg::*;
  import eddy_noc_pkg::*;
#(
    parameter int unsigned Depth = 4
) (
    input  logic   clk_i,
    input  logic   rst_ni,
    // upstream
    input  logic   valid_i,
    output logic   ready_o,
    input  route_t route_i,
    input  flit_t  flit_i,
    // downstream
    output logic   valid_o,
    output route_t route_o,  // 0 without a flit
    output flit_t  flit_o,
    input  logic   pop_i,
    // something is stored
    output logic   active_o
);
  logic stored, push;
  route_t head_route;
  flit_t  head_flit;

  assign push = valid_i && (stored || !pop_i);

  // Two FIFOs in step, so that a flit stays one machine word in simulation; synthesis merges their pointers.
  /* verilator lint_off PINCONNECTEMPTY */
  eddy_fifo #(
      .data_t(route_t),
      .Depth (Depth)
  ) u_routes (
      .clk_i,
      .rst_ni,
      .valid_i(push),
      .ready_o,
      .data_i (route_i),
      .valid_o(stored),
      .ready_i(pop_i),
      .data_o (head_route),
      .count_o()
  );

  eddy_fifo #(
      .data_t(flit_t),
      .Depth (Depth)
  ) u_flits (
      .clk_i,
      .rst_ni,
      .valid_i(push),
      .ready_o(),
      .data_i (flit_i),
      .valid_o(),
      .ready_i(pop_i),
      .data_o (head_flit),
      .count_o()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  always_comb begin
    valid_o = stored || valid_i;
    route_o = '0;
    flit_o  = '0;
    if (valid_o) begin
      route_o = stored ? head_route : route_i;
      flit_o  = stored ? head_flit : flit_i;
    end
  end

  assign active_o = stored;
endmodule
