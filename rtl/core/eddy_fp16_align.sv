// SPDX-License-Identifier: Apache-2.0
/// Brings a product to the accumulator's grid: product * 2^shift, bits below the grid are cut. Combinational.
///
/// A cut rounds down, and says so: cut products of differences do not add up to the cut product of their sum, so the
/// compiler sees to it that nothing is cut. Bits above the accumulator's 32 are lost as in any sum that wraps.
module eddy_fp16_align (
    input  logic signed [31:0] product_i,
    input  logic signed [ 7:0] shift_i,
    output logic signed [31:0] value_o,
    output logic               cut_o
);
  logic [7:0] down;
  assign down = -shift_i;

  always_comb begin
    cut_o = 1'b0;
    if (shift_i >= 0) begin
      value_o = product_i <<< shift_i;
    end else begin
      value_o = product_i >>> down;
      cut_o   = (value_o <<< down) != product_i;
    end
  end
endmodule
