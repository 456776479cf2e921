// SPDX-License-Identifier: Apache-2.0
/// Writes whole * 2^-point as an FP16 number: to the nearest, halves to even, and the largest number where it is too
/// above. Combinational.
///
/// `cut_o` says that the number is not the value itself. Whole numbers of 11 significant bits are exact wherever their
/// lowest bit is 2^-24 or above.
module eddy_fp16_pack
  import eddy_pkg::*;
(
    input  act_t              whole_i,
    input  logic signed [5:0] point_i,
    output fp16_t             value_o,
    output logic              cut_o
);
  // ---------------------------------------------------------------- size, and its highest bit
  logic [15:0] size;
  logic [ 3:0] top;
  assign size = whole_i < 0 ? 16'(-17'(whole_i)) : 16'(whole_i);
  always_comb begin
    top = '0;
    for (int unsigned b = 0; b < 16; b++) if (size[b]) top = 4'(b);
  end

  // ---------------------------------------------------------------- to the last place: 10 below the top, 2^-24 at least
  logic signed [6:0] below, lowest;  // bits of `size` below the last place, -10..7
  assign lowest = 7'(point_i) - 7'sd24;
  assign below  = ($signed({3'b0, top}) - 7'sd10 > lowest) ? $signed({3'b0, top}) - 7'sd10 : lowest;

  logic [18:0] fixed;  // 7 bits behind the last place
  logic [11:0] rounded;
  assign fixed   = (below < 0) ? {12'(size << 4'(-below)), 7'b0} : 19'({size, 7'b0} >> below);
  assign rounded = fixed[18:7] + 12'(fixed[6] && (fixed[5:0] != '0 || fixed[7]));

  // ---------------------------------------------------------------- a full mantissa carries into the exponent
  logic signed [6:0] places;  // of the last place, above 2^-24
  logic [16:0] number;
  logic above;
  assign places  = below - 7'(point_i) + 7'sd24;
  assign number  = size == '0 ? '0 : {places, 10'b0} + 17'(rounded);
  assign above   = number >= 17'h7c00;
  assign value_o = {whole_i < 0, above ? 15'h7bff : number[14:0]};
  assign cut_o   = above || fixed[6:0] != '0;
endmodule
