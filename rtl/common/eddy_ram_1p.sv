// SPDX-License-Identifier: Apache-2.0
/// RAM with one port and a write mask: the cell behind all large memories of a tile.
///
/// One access a cycle, write or read; read data comes one cycle later and holds until the next read (a write does not
/// disturb it). Contents are not reset. Maps to an SRAM macro, to SPRAM, or to block RAM with byte enables.
`include "eddy_assert.svh"

module eddy_ram_1p #(
    parameter int unsigned Words = 1024,
    parameter int unsigned Width = 128,
    parameter int unsigned MaskBits = 16,  // data bits a mask bit
    localparam int unsigned MaskWidth = Width / MaskBits,
    localparam int unsigned AddrWidth = (Words > 1) ? $clog2(Words) : 1
) (
    input  logic                 clk_i,
    input  logic                 en_i,
    input  logic                 we_i,
    input  logic [MaskWidth-1:0] mask_i,   // writes only; high: this part is written
    input  logic [AddrWidth-1:0] addr_i,
    input  logic [    Width-1:0] wdata_i,
    output logic [    Width-1:0] rdata_o
);
  if (Words == 0 || Width % MaskBits != 0) begin : gen_check
    $error("eddy_ram_1p: Words must not be 0, and Width a multiple of MaskBits");
  end

  logic [Width-1:0] mem_q[Words];

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (we_i) begin
        for (int unsigned i = 0; i < MaskWidth; i++) begin
          if (mask_i[i]) mem_q[addr_i][MaskBits*i+:MaskBits] <= wdata_i[MaskBits*i+:MaskBits];
        end
      end else begin
        rdata_o <= mem_q[addr_i];
      end
    end
  end

  `EDDY_ASSERT_CLK(AddressInRange, !en_i || 32'(addr_i) < Words)
endmodule
