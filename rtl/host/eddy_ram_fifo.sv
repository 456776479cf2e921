// SPDX-License-Identifier: Apache-2.0
/// First in, first out, in a RAM: for streams of tens of words and more.
///
/// Latency 2 cycles, one word in and one out a cycle. The RAM's output is the output register, so one word more than
/// the RAM holds finds room.
`include "eddy_assert.svh"

module eddy_ram_fifo #(
    parameter type data_t = logic,
    parameter int unsigned Depth = 64  // power of two
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
  localparam int unsigned PtrBits = $clog2(Depth);
  if (Depth < 2 || (Depth & (Depth - 1)) != 0) begin : gen_check
    $error("eddy_ram_fifo: Depth must be a power of two");
  end

  // One bit more than an address: equal pointers mean empty.
  logic [PtrBits:0] wptr_q, rptr_q;
  logic push, read;
  assign ready_o = wptr_q != {!rptr_q[PtrBits], rptr_q[PtrBits-1:0]};
  assign push    = valid_i && ready_o;
  assign read    = wptr_q != rptr_q && (!valid_o || ready_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      valid_o <= 1'b0;
    end else begin
      if (push) wptr_q <= wptr_q + 1'b1;
      if (read) rptr_q <= rptr_q + 1'b1;
      if (read || ready_i) valid_o <= read;
    end
  end

  eddy_ram_1r1w #(
      .Words(Depth),
      .Width($bits(data_t))
  ) u_ram (
      .clk_i,
      .we_i   (push),
      .waddr_i(wptr_q[PtrBits-1:0]),
      .wdata_i(data_i),
      .re_i   (read),
      .raddr_i(rptr_q[PtrBits-1:0]),
      .rdata_o(data_o)
  );

  `EDDY_ASSERT_HELD(OutputStable, valid_o, ready_i, data_o)
endmodule
