// SPDX-License-Identifier: Apache-2.0
/// First in, first out, in registers: for queues of a few words.
///
/// Latency 1 cycle, one word in and one out a cycle. `ready_o` and `valid_o` depend on the fill alone, never on the
/// other side's handshake: a full FIFO takes no word in the cycle in which one leaves. Any depth; a power of two is
/// cheapest.
`include "eddy_assert.svh"

module eddy_fifo #(
    parameter type data_t = logic,
    parameter int unsigned Depth = 4,
    localparam int unsigned CountWidth = $clog2(Depth + 1)
) (
    input  logic                   clk_i,
    input  logic                   rst_ni,
    // upstream
    input  logic                   valid_i,
    output logic                   ready_o,
    input  data_t                  data_i,
    // downstream
    output logic                   valid_o,
    input  logic                   ready_i,
    output data_t                  data_o,
    // words that wait
    output logic  [CountWidth-1:0] count_o
);
  localparam int unsigned PtrWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam logic [PtrWidth-1:0] LastPtr = PtrWidth'(Depth - 1);

  if (Depth == 0) begin : gen_check
    $error("eddy_fifo: Depth must not be 0");
  end

  data_t mem_q[Depth];
  logic [PtrWidth-1:0] wptr_q, rptr_q;

  logic push, pop;
  assign push = valid_i && ready_o;
  assign pop = valid_o && ready_i;

  assign ready_o = count_o != CountWidth'(Depth);
  assign valid_o = count_o != '0;
  assign data_o = mem_q[rptr_q];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      count_o <= '0;
    end else begin
      if (push) wptr_q <= (wptr_q == LastPtr) ? '0 : wptr_q + 1'b1;
      if (pop) rptr_q <= (rptr_q == LastPtr) ? '0 : rptr_q + 1'b1;
      if (push != pop) count_o <= push ? count_o + 1'b1 : count_o - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) mem_q[wptr_q] <= data_i;
  end

  `EDDY_ASSERT(CountInRange, 32'(count_o) <= Depth)
  `EDDY_ASSERT(NoOverwrite, !(push && valid_o && wptr_q == rptr_q))
  `EDDY_ASSERT_HELD(OutputStable, valid_o, ready_i, rptr_q)
  `EDDY_ASSERT_HELD(InputStable, valid_i, ready_o, data_i)
endmodule
