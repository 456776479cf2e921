// SPDX-License-Identifier: Apache-2.0
/// Round-robin arbiter: the request after the last one served wins.
///
/// The grant is combinational. `adv_i` says that the grant of this cycle was used: only then does the turn move on, so
/// a request that stands is served after at most N - 1 others.
`include "eddy_assert.svh"

module eddy_arb_rr #(
    parameter int unsigned N = 4,
    localparam int unsigned IndexWidth = (N > 1) ? $clog2(N) : 1
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic [         N-1:0] req_i,
    input  logic                  adv_i,
    output logic [         N-1:0] gnt_o,   // one-hot, or 0 without a request
    output logic [IndexWidth-1:0] index_o  // of the grant
);
  // Requests above the last one served: they come first.
  logic [N-1:0] above_q;

  logic [N-1:0] first;
  always_comb begin
    first   = '0;
    gnt_o   = '0;
    index_o = '0;
    if (req_i != '0) begin
      first = ((req_i & above_q) != '0) ? (req_i & above_q) : req_i;
      gnt_o = first & (~first + 1'b1);
      for (int unsigned i = 0; i < N; i++) begin
        if (gnt_o[i]) index_o |= IndexWidth'(i);
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) above_q <= '0;
    else if (adv_i && req_i != '0) above_q <= ~(gnt_o | (gnt_o - 1'b1));
  end

  `EDDY_ASSERT(GrantOneHot, (gnt_o & (gnt_o - 1'b1)) == '0)
  `EDDY_ASSERT(GrantIsRequest, (gnt_o & ~req_i) == '0)
  `EDDY_ASSERT(GrantIfRequest, (gnt_o != '0) == (req_i != '0))
endmodule
