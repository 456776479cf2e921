// SPDX-License-Identifier: Apache-2.0
/// Last station of a token: behind the MAC it waits here until the marks before it are set, then leaves as progress.
module eddy_mac_token
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic      clk_i,
    input  logic      rst_ni,
    input  logic      valid_i,
    output logic      ready_o,
    input  progress_t token_i,
    input  mark_seq_t marks_i,       // marks before it
    input  mark_seq_t marks_done_i,
    output progress_t progress_o,
    output logic      active_o
);
  logic      valid_q;
  progress_t token_q;
  mark_seq_t marks_q, missing;

  // Fewer than half of the numbers are ever on the way, so the upper half means: behind it as well.
  logic reached;
  assign missing  = marks_q - marks_done_i;
  assign reached  = missing == '0 || missing[MarkSeqBits-1];
  assign ready_o  = !valid_q || reached;
  assign active_o = valid_q;

  always_comb begin
    progress_o = '0;
    if (valid_q && reached) progress_o = token_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (ready_o) valid_q <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) begin
      token_q <= token_i;
      marks_q <= marks_i;
    end
  end
endmodule
