// SPDX-License-Identifier: Apache-2.0
/// Trace of one sender: its groups and the ends of its frames, a cycle after they happen. Registers move only then.
module eddy_trace
  import eddy_pkg::*;
(
    input  logic    clk_i,
    input  logic    rst_ni,
    input  logic    sent_i,    // `y_i` and `group_i` are sent in this cycle
    input  logic    end_i,     // the population's frame ends in this cycle
    input  pop_id_t pop_i,
    input  logic    parity_i,
    input  coord_t  y_i,
    input  group_t  group_i,
    output trace_t  trace_o
);
  logic valid_q, end_q, parity_q;
  pop_id_t pop_q;
  coord_t  y_q;
  group_t  group_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      end_q   <= 1'b0;
    end else begin
      valid_q <= sent_i;
      end_q   <= end_i;
    end
  end
  always_ff @(posedge clk_i) begin
    if (sent_i || end_i) pop_q <= pop_i;
    if (sent_i) begin
      parity_q <= parity_i;
      y_q      <= y_i;
      group_q  <= group_i;
    end
  end
  assign trace_o = '{valid: valid_q, frame_end: end_q, pop: pop_q, parity: parity_q, y: y_q, group: group_q};
endmodule
