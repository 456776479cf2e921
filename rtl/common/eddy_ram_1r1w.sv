// SPDX-License-Identifier: Apache-2.0
/// RAM with one read and one write port: the cell behind small tables, queues and marks.
///
/// Read data comes one cycle later and holds until the next read. Reading the address that is written in the same
/// cycle gives no defined data, so users must not do it (asserted): that saves the collision logic of block RAMs.
/// Contents are not reset.
`include "eddy_assert.svh"

module eddy_ram_1r1w #(
    parameter int unsigned Words = 512,
    parameter int unsigned Width = 32,
    localparam int unsigned AddrWidth = (Words > 1) ? $clog2(Words) : 1
) (
    input  logic                 clk_i,
    // write
    input  logic                 we_i,
    input  logic [AddrWidth-1:0] waddr_i,
    input  logic [    Width-1:0] wdata_i,
    // read
    input  logic                 re_i,
    input  logic [AddrWidth-1:0] raddr_i,
    output logic [    Width-1:0] rdata_o
);
  if (Words == 0) begin : gen_check
    $error("eddy_ram_1r1w: Words must not be 0");
  end

  (* no_rw_check *)
  logic [Width-1:0] mem_q[Words];

  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[waddr_i] <= wdata_i;
  end

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_o <= mem_q[raddr_i];
  end

  `EDDY_ASSERT_CLK(NoCollision, !(we_i && re_i && waddr_i == raddr_i))
  `EDDY_ASSERT_CLK(WriteInRange, !we_i || 32'(waddr_i) < Words)
  `EDDY_ASSERT_CLK(ReadInRange, !re_i || 32'(raddr_i) < Words)
endmodule
