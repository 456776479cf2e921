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
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  tile_id_t                  tile_i,
    input  tile_id_t                  last_i,
    // link
    input  link_t                     link_i,
    output link_credit_t              credit_o,
    // outputs that could take a flit, by channel
    input  ports_t       [MaxVcs-1:0] avail_i,
    // the flit that asks: req_o is 0 or one-hot
    output ports_t                    req_o,
    output logic                      vc_o,
    output flit_t                     flit_o,
    input  logic                      gnt_i,
    output logic                      active_o
);
  routed_t arrived;
  assign arrived.flit = link_i.flit;

  eddy_noc_route #(
      .From(From)
  ) u_route (
      .tile_i,
      .last_i,
      .valid_i(link_i.valid),
      .vc_i   (link_i.vc),
      .dest_i (link_i.flit.dest),
      .route_o(arrived.route)
  );

  vcs_t valid, ready, could, pick, pop, stored;
  routed_t head[MaxVcs];

  for (genvar v = 0; v < MaxVcs; v++) begin : gen_vc
    eddy_noc_queue #(
        .Depth(Depth)
    ) u_queue (
        .clk_i,
        .rst_ni,
        .valid_i (link_i.valid && link_i.vc == 1'(v)),
        .ready_o (ready[v]),
        .data_i  (arrived),
        .valid_o (valid[v]),
        .data_o  (head[v]),
        .pop_i   (pop[v]),
        .active_o(stored[v])
    );
    assign could[v] = valid[v] && (head[v].route.out & avail_i[head[v].route.vc]) != '0;
  end

  logic turn;
  eddy_arb_rr #(
      .N(MaxVcs)
  ) u_pick (
      .clk_i,
      .rst_ni,
      .req_i  (could),
      .adv_i  (gnt_i),
      .gnt_o  (pick),
      .index_o(turn)
  );

  assign req_o  = (could != '0) ? head[turn].route.out : '0;
  assign vc_o   = head[turn].route.vc;
  assign flit_o = head[turn].flit;
  assign pop    = gnt_i ? pick : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) credit_o <= '0;
    else credit_o <= pop;
  end

  assign active_o = stored != '0;

  `EDDY_ASSERT(CreditsKept, !link_i.valid || ready[link_i.vc])
  `EDDY_ASSERT(NoTurnBack, !req_o[From])
  `EDDY_ASSERT(GrantIfAsked, !gnt_i || req_o != '0)
endmodule
