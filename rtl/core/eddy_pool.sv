// SPDX-License-Identifier: Apache-2.0
/// Max-pooling: the largest value of each lane over the positions of a window.
///
/// Latency one cycle, one word a cycle, no back-pressure; a result comes behind the last position. A window's words may
/// alternate between two halves (a pair of words a position), each with its own maximum.
module eddy_pool
  import eddy_pkg::*;
#(
    parameter type tag_t = logic
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    // in
    input  logic             valid_i,
    input  logic             first_i,  // of the window
    input  logic             last_i,
    input  logic             half_i,
    input  act_t [Lanes-1:0] value_i,
    input  tag_t             tag_i,
    // out
    output logic             valid_o,
    output act_t [Lanes-1:0] value_o,
    output tag_t             tag_o     // of the last position
);
  typedef act_t [Lanes-1:0] values_t;
  values_t most_q[2];

  values_t most;
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      act_t so_far;
      so_far  = act_t'(most_q[half_i][l]);
      most[l] = (first_i || act_t'(value_i[l]) > so_far) ? value_i[l] : so_far;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else valid_o <= valid_i && last_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) most_q[half_i] <= most;
    if (valid_i && last_i) begin
      value_o <= most;
      tag_o   <= tag_i;
    end
  end
endmodule
