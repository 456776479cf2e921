// SPDX-License-Identifier: Apache-2.0
/// Output of a router to one link: its register, and the credits for the queues at the other side.
///
/// A credit spent in cycle t is back for use in t + 3 if the neighbour passes the flit on at once, in t + 4 if it waits
/// for one cycle: so a depth of 4 keeps one channel at full rate.
`include "eddy_assert.svh"

module eddy_noc_output
  import eddy_pkg::*;
  import eddy_noc_pkg::*;
#(
    parameter int unsigned Depth = 4  // of the neighbour's queues
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    // from the router
    output vcs_t         avail_o,
    input  logic         send_i,
    input  logic         vc_i,
    input  flit_t        flit_i,
    // link
    output link_t        link_o,
    input  link_credit_t credit_i
);
  localparam int unsigned CountWidth = $clog2(Depth + 1);
  logic [CountWidth-1:0] credit_q[MaxVcs];

  for (genvar v = 0; v < MaxVcs; v++) begin : gen_vc
    logic spend;
    assign spend = send_i && vc_i == 1'(v);
    assign avail_o[v] = credit_q[v] != '0;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) credit_q[v] <= CountWidth'(Depth);
      else if (spend != credit_i[v]) credit_q[v] <= spend ? credit_q[v] - 1'b1 : credit_q[v] + 1'b1;
    end

    `EDDY_ASSERT(CreditToSpend, !spend || avail_o[v])
    `EDDY_ASSERT(CreditInRange, !credit_i[v] || credit_q[v] != CountWidth'(Depth))
  end

  logic valid_q, vc_q;
  flit_t flit_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= send_i;
  end

  always_ff @(posedge clk_i) begin
    if (send_i) begin
      vc_q   <= vc_i;
      flit_q <= flit_i;
    end
  end

  assign link_o = '{valid: valid_q, vc: vc_q, flit: flit_q};
endmodule
