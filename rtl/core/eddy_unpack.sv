// SPDX-License-Identifier: Apache-2.0
/// Takes one run of Lanes weights out of a memory word: whole numbers with their sign, FP16 as it is, codes from 0.
/// Combinational.
module eddy_unpack
  import eddy_pkg::*;
(
    input  word_t               word_i,
    input  weight_e             format_i,
    input  logic    [      3:0] run_i,     // its place in the word
    output act_t    [Lanes-1:0] weight_o
);
  logic [16*Lanes-1:0] run;  // the widest
  logic whole;  // whole numbers
  assign whole = format_i < WeightCode8;

  always_comb begin
    unique case (format_i)
      WeightInt16, WeightFp16: run = word_i[16*Lanes*run_i[0]+:16*Lanes];
      WeightInt8, WeightCode8: run = (16 * Lanes)'(word_i[8*Lanes*run_i[1:0]+:8*Lanes]);
      WeightInt4, WeightCode4: run = (16 * Lanes)'(word_i[4*Lanes*run_i[2:0]+:4*Lanes]);
      default:                 run = (16 * Lanes)'(word_i[2*Lanes*run_i+:2*Lanes]);
    endcase
    for (int unsigned l = 0; l < Lanes; l++) begin
      unique case (format_i)
        WeightInt16, WeightFp16: weight_o[l] = act_t'(run[16*l+:16]);
        WeightInt8, WeightCode8: weight_o[l] = act_t'($signed({whole && run[8*l+7], run[8*l+:8]}));
        WeightInt4, WeightCode4: weight_o[l] = act_t'($signed({whole && run[4*l+3], run[4*l+:4]}));
        default:                 weight_o[l] = act_t'($signed({whole && run[2*l+1], run[2*l+:2]}));
      endcase
    end
  end
endmodule
