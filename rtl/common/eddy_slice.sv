// SPDX-License-Identifier: Apache-2.0
/// Register slice: cuts valid, ready and payload of a stream, at full throughput.
///
/// Latency 1 cycle. Two words of storage: the second takes the word that arrives in the cycle in which `ready_i`
/// falls, so `ready_o` can be a register too.
`include "eddy_assert.svh"

module eddy_slice #(
    parameter type data_t = logic
) (
    input  logic  clk_i,
    input  logic  rst_ni,
    // upstream
    input  logic  valid_i,
    output logic  ready_o,
    input  data_t data_i,
    // downstream
    output logic  valid_o,
    input  logic  ready_i,
    output data_t data_o
);
  data_t spare_q;
  logic  spare_valid_q;

  logic push, pop;
  assign push = valid_i && ready_o;
  assign pop = valid_o && ready_i;

  // Full only while the spare word is taken: the sender learns it one cycle late, and that is what it is for.
  assign ready_o = !spare_valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_o       <= 1'b0;
      spare_valid_q <= 1'b0;
    end else if (pop || !valid_o) begin
      valid_o       <= spare_valid_q || push;
      spare_valid_q <= 1'b0;
    end else if (push) begin
      spare_valid_q <= 1'b1;
    end
  end

  // Payload needs no reset, and moves only with a word.
  always_ff @(posedge clk_i) begin
    if ((pop || !valid_o) && (push || spare_valid_q)) data_o <= spare_valid_q ? spare_q : data_i;
    if (push && valid_o && !pop) spare_q <= data_i;
  end

  `EDDY_ASSERT(SpareOnlyBehindOutput, valid_o || !spare_valid_q)
  `EDDY_ASSERT_HELD(OutputStable, valid_o, ready_i, data_o)
  `EDDY_ASSERT_HELD(InputStable, valid_i, ready_o, data_i)
endmodule
