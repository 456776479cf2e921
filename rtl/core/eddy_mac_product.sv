// SPDX-License-Identifier: Apache-2.0
/// Product of an event's value and the weights of all lanes: whole numbers, or FP16 in any combination with them.
///
/// Both factors are a whole number times a power of two (1, where they are no FP16): the mantissas are multiplied as whole
/// numbers are, and the product is moved to the accumulator's grid of `point_i` bits behind the point. Stage 1 multiplies,
/// stage 2 moves: its results belong to what was in stage 1 when en_i was high last.
module eddy_mac_product
  import eddy_pkg::*;
(
    input  logic              clk_i,
    // stage 1
    input  logic              en_i,
    input  act_t              value_i,
    input  logic              fp16_i,     // the value is FP16
    input  logic  [      5:0] point_i,
    input  logic              real_i,     // the weights are FP16
    input  act_t  [Lanes-1:0] weight_i,
    // stage 2
    output word_t             product_o,
    output logic              cut_o       // the products are not exact
);
  logic signed [31:0] product_q[Lanes];

  if (Fp16) begin : gen_fp16
    logic signed [11:0] value_mantissa, weight_mantissa[Lanes];
    logic signed [5:0] value_exponent, weight_exponent[Lanes];
    logic value_strange, weight_strange[Lanes];
    eddy_fp16_split u_value (
        .value_i   (fp16_t'(value_i)),
        .mantissa_o(value_mantissa),
        .exponent_o(value_exponent),
        .strange_o (value_strange)
    );
    for (genvar l = 0; l < Lanes; l++) begin : gen_weight
      eddy_fp16_split u_weight (
          .value_i   (fp16_t'(weight_i[l])),
          .mantissa_o(weight_mantissa[l]),
          .exponent_o(weight_exponent[l]),
          .strange_o (weight_strange[l])
      );
    end

    logic signed [7:0] shift_q   [Lanes];
    logic              strange_q;
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        strange_q <= fp16_i && value_strange;
        for (int unsigned l = 0; l < Lanes; l++) begin
          product_q[l] <= 32'(fp16_i ? act_t'(value_mantissa) : value_i) *
                          32'(real_i ? act_t'(weight_mantissa[l]) : weight_i[l]);
          shift_q[l] <= $signed(
              {2'b0, point_i}
          ) + (fp16_i ? 8'(value_exponent) : 8'sd0) + (real_i ? 8'(weight_exponent[l]) : 8'sd0);
          if (real_i && weight_strange[l]) strange_q <= 1'b1;
        end
      end
    end

    logic cut[Lanes];
    logic signed [31:0] aligned[Lanes];
    for (genvar l = 0; l < Lanes; l++) begin : gen_align
      eddy_fp16_align u_align (
          .product_i(product_q[l]),
          .shift_i  (shift_q[l]),
          .value_o  (aligned[l]),
          .cut_o    (cut[l])
      );
    end
    always_comb begin
      cut_o = strange_q;
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_o[32*l+:32] = aligned[l];
        if (cut[l]) cut_o = 1'b1;
      end
    end
  end else begin : gen_whole
    always_ff @(posedge clk_i) begin
      if (en_i) for (int unsigned l = 0; l < Lanes; l++) product_q[l] <= 32'(value_i) * 32'(weight_i[l]);
    end
    always_comb for (int unsigned l = 0; l < Lanes; l++) product_o[32*l+:32] = product_q[l];
    assign cut_o = 1'b0;
  end
endmodule
