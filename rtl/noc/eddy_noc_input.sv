// SPDX-License-Identifier: Apache-2.0
/// Input of a router from one link: a queue for each virtual channel, and the choice between them.
///
/// The route is found once, as the flit comes in, and stored with it. Of the channels whose flit could leave now (its
/// output has a credit for its channel), one asks for its output; they take turns.
`include "eddy_assert.svh"

module eddy_noc_input
  import eddy_pkg::*;
  import eddy_noc_pkg::*;
#(
    parameter port_e From = PortEast,
    parameter int unsigned Depth = 4
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  tile_id_t     tile_i,
    input  tile_id_t     last_i,
    // link
    input  link_t        link_i,
    output link_credit_t credit_o,
    // outputs that could take a flit, by channel
    input  ports_t       avail_i [MaxVcs],
    // the flit that asks: req_o is 0 or one-hot
    output ports_t       req_o,
    output logic         vc_o,
    output flit_t        flit_o,
    input  logic         gnt_i,
    output logic         active_o
);
  route_t arrived;

  eddy_noc_route #(
      .From(From)
  ) u_route (
      .tile_i,
      .last_i,
      .valid_i(link_i.valid),
      .vc_i   (link_i.vc),
      .dest_i (link_i.flit.dest),
      .route_o(arrived)
  );

  vcs_t valid, ready, could, pop, stored;
  route_t route[MaxVcs];
  flit_t  flit [MaxVcs];

  for (genvar v = 0; v < MaxVcs; v++) begin : gen_vc
    eddy_noc_queue #(
        .Depth(Depth)
    ) u_queue (
        .clk_i,
        .rst_ni,
        .valid_i (link_i.valid && link_i.vc == 1'(v)),
        .ready_o (ready[v]),
        .route_i (arrived),
        .flit_i  (link_i.flit),
        .valid_o (valid[v]),
        .route_o (route[v]),
        .flit_o  (flit[v]),
        .pop_i   (pop[v]),
        .active_o(stored[v])
    );
  end

  // The channel that was not served last comes first.
  logic last_q, turn;
  always_comb begin
    could  = '0;
    turn   = 1'b0;
    req_o  = '0;
    vc_o   = 1'b0;
    flit_o = '0;
    if (valid != '0) begin
      for (int unsigned v = 0; v < MaxVcs; v++) could[v] = (route[v].out & avail_i[route[v].vc]) != '0;
      turn = could[!last_q] ? !last_q : last_q;
      if (could[turn]) req_o = route[turn].out;
      vc_o   = route[turn].vc;
      flit_o = flit[turn];
    end
  end

  always_comb begin
    pop = '0;
    pop[turn] = gnt_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) last_q <= 1'b0;
    else if (gnt_i) last_q <= turn;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) credit_o <= '0;
    else credit_o <= pop;
  end

  assign active_o = stored != '0;

  `EDDY_ASSERT(CreditsKept, !link_i.valid || ready[link_i.vc])
  `EDDY_ASSERT(NoTurnBack, !req_o[From])
  `EDDY_ASSERT(GrantIfAsked, !gnt_i || req_o != '0)
endmodule
