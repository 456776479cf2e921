// SPDX-License-Identifier: Apache-2.0
/// Of the populations that may take a row, one in the lowest frame; among equals round robin.
///
/// Combinational but for the turn. Frame numbers wrap: they are compared by their difference, so populations must not be
/// 2^(FrameBits-1) frames apart.
module eddy_schedule_pick
  import eddy_pkg::*;
#(
    parameter int unsigned FrameBits = 8
) (
    input  logic                                 clk_i,
    input  logic                                 rst_ni,
    input  logic    [MaxPops-1:0]                ready_i,
    input  logic    [MaxPops-1:0][FrameBits-1:0] frame_i,
    input  logic                                 adv_i,    // the pick is used
    output pop_id_t                              pop_o     // valid if any is ready
);
  typedef struct packed {
    logic                 valid;
    logic [FrameBits-1:0] frame;
  } node_t;

  function automatic node_t lower(input node_t a, input node_t b);
    logic [FrameBits-1:0] ahead;
    ahead = a.frame - b.frame;
    if (!a.valid || (b.valid && ahead != '0 && !ahead[FrameBits-1])) return b;
    return a;
  endfunction

  // A tree in an array: the children of node i are 2i and 2i + 1, the leaves come last.
  node_t [2*MaxPops-1:0] node;
  logic  [  MaxPops-1:0] lowest;
  always_comb begin
    node   = '0;
    lowest = '0;
    if (ready_i != '0) begin
      for (int unsigned p = 0; p < MaxPops; p++) node[MaxPops+p] = '{valid: ready_i[p], frame: frame_i[p]};
      for (int unsigned n = MaxPops - 1; n > 0; n--) node[n] = lower(node[2*n], node[2*n+1]);
      for (int unsigned p = 0; p < MaxPops; p++) lowest[p] = ready_i[p] && frame_i[p] == node[1].frame;
    end
  end

  eddy_arb_rr #(
      .N(MaxPops)
  ) u_turn (
      .clk_i,
      .rst_ni,
      .req_i  (lowest),
      .adv_i,
      .gnt_o  (),
      .index_o(pop_o)
  );
endmodule
