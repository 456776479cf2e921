// SPDX-License-Identifier: Apache-2.0
/// Straps: size of the torus and the tile's own coordinates, taken over at each clock edge while reset is low.
///
/// The reset is an ordinary enable here: registers without reset, so that their value may come from pins.
module eddy_noc_straps
  import eddy_pkg::*;
(
    input  logic     clk_i,
    /* verilator lint_off SYNCASYNCNET */
    input  logic     rst_ni,
    /* verilator lint_on SYNCASYNCNET */
    input  tile_id_t tile_i,
    input  tile_id_t size_i,
    output tile_id_t tile_o,
    output tile_id_t size_o
);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tile_o <= tile_i;
      size_o <= size_i;
    end
  end
endmodule
