// SPDX-License-Identifier: Apache-2.0
/// Limit on a wait: tells once when `waiting_i` has lasted `limit_i` cycles without progress. Limit 0: never.
module eddy_watch (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        waiting_i,
    input  logic        progress_i,
    input  logic [31:0] limit_i,
    output logic        expired_o
);
  logic [31:0] count_q;
  logic reset;
  assign reset     = !waiting_i || progress_i;
  assign expired_o = !reset && limit_i != '0 && count_q == limit_i - 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= '0;
    else if (reset) count_q <= '0;
    else if (limit_i != '0 && count_q != limit_i) count_q <= count_q + 1'b1;
  end
endmodule
