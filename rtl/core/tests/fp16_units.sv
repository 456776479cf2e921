// SPDX-License-Identifier: Apache-2.0
/// The units of FP16 side by side: taking apart, packing, and the products, which come a cycle later.
module fp16_units
  import eddy_pkg::*;
(
    input  logic                    clk_i,
    // eddy_fp16_split
    input  fp16_t                   number_i,
    output logic signed [     11:0] mantissa_o,
    output logic signed [      5:0] exponent_o,
    output logic                    strange_o,
    // eddy_fp16_pack
    input  act_t                    whole_i,
    input  logic signed [      5:0] pack_point_i,
    output fp16_t                   packed_o,
    output logic                    packed_cut_o,
    // eddy_mac_product
    input  fp16_t                   a_i,
    input  fp16_t       [Lanes-1:0] b_i,
    input  logic        [      5:0] point_i,
    output word_t                   product_o,
    output logic                    product_cut_o
);
  eddy_fp16_split u_split (
      .value_i(number_i),
      .mantissa_o,
      .exponent_o,
      .strange_o
  );
  eddy_fp16_pack u_pack (
      .whole_i,
      .point_i(pack_point_i),
      .value_o(packed_o),
      .cut_o  (packed_cut_o)
  );

  eddy_mac_product u_product (
      .clk_i,
      .en_i    (1'b1),
      .value_i (act_t'(a_i)),
      .fp16_i  (1'b1),
      .point_i,
      .real_i  (1'b1),
      .weight_i(b_i),
      .product_o,
      .cut_o   (product_cut_o)
  );
endmodule
