// SPDX-License-Identifier: Apache-2.0
/// Takes an FP16 number apart: value = mantissa * 2^exponent, exactly. Combinational.
///
/// Numbers below 2^-14 are taken as they are (no flush); both zeros are 0. Infinities and NaN count as 0, and say so.
module eddy_fp16_split
  import eddy_pkg::*;
(
    input  fp16_t              value_i,
    output logic signed [11:0] mantissa_o,
    output logic signed [ 5:0] exponent_o,  // -24..5
    output logic               strange_o    // infinity or NaN
);
  logic [4:0] field;
  logic [10:0] size;
  logic normal;
  assign field      = value_i[14:10];
  assign normal     = field != '0;
  assign strange_o  = field == '1;
  assign size       = strange_o ? '0 : {normal, value_i[9:0]};
  assign mantissa_o = value_i[15] ? -$signed({1'b0, size}) : $signed({1'b0, size});
  assign exponent_o = strange_o ? '0 : $signed({1'b0, normal ? field : 5'd1}) - 6'sd25;
endmodule
