// SPDX-License-Identifier: Apache-2.0
/// Requantisation: a = sat(((acc + bias) * mul + 2^(shift-1)) >> shift), by lane.
///
/// Latency 3 cycles, one word a cycle, no back-pressure. The sum wraps at 32 bits, the product is exact, the shift
/// arithmetic. `tag_i` travels along.
module eddy_requant
  import eddy_pkg::*;
#(
    parameter type tag_t = logic
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  act_t                    lo_i,      // stable while words are under way
    input  act_t                    hi_i,
    // in
    input  logic                    valid_i,
    input  word_t                   acc_i,
    input  param_word_t             params_i,
    input  tag_t                    tag_i,
    // out
    output logic                    valid_o,
    output act_t        [Lanes-1:0] value_o,
    output tag_t                    tag_o,
    output logic                    active_o
);
  typedef logic signed [31:0] sum_t;
  typedef logic signed [48:0] wide_t;  // 32 x 16 bits, and the rounding

  // ---------------------------------------------------------------- 1: bias
  logic             valid_1_q;
  sum_t [Lanes-1:0] sum_q;
  logic [     15:0] mul_q     [Lanes];
  logic [      5:0] shift_1_q [Lanes];
  tag_t             tag_1_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        sum_q[l]     <= sum_t'(acc_i[32*l+:32]) + params_i[l].bias;
        mul_q[l]     <= params_i[l].mul;
        shift_1_q[l] <= params_i[l].shift;
      end
      tag_1_q <= tag_i;
    end
  end

  // ---------------------------------------------------------------- 2: product
  logic              valid_2_q;
  wide_t [Lanes-1:0] product_q;
  logic  [      5:0] shift_2_q [Lanes];
  tag_t              tag_2_q;

  always_ff @(posedge clk_i) begin
    if (valid_1_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        product_q[l] <= wide_t'(sum_t'(sum_q[l])) * wide_t'({33'b0, mul_q[l]});
        shift_2_q[l] <= shift_1_q[l];
      end
      tag_2_q <= tag_1_q;
    end
  end

  // ---------------------------------------------------------------- 3: rounding shift, range
  /// Rounding adds the highest bit that is shifted out.
  function automatic act_t scale(input wide_t product, input logic [5:0] shift, input act_t lo, input act_t hi);
    wide_t half, whole;
    half  = product >>> (shift - 6'd1);
    whole = (half >>> 1) + wide_t'({48'b0, half[0]});
    if (whole < wide_t'(lo)) return lo;
    if (whole > wide_t'(hi)) return hi;
    return act_t'(whole);
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_2_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        value_o[l] <= scale(product_q[l], shift_2_q[l], lo_i, hi_i);
      end
      tag_o <= tag_2_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_1_q <= 1'b0;
      valid_2_q <= 1'b0;
      valid_o   <= 1'b0;
    end else begin
      valid_1_q <= valid_i;
      valid_2_q <= valid_1_q;
      valid_o   <= valid_2_q;
    end
  end

  assign active_o = valid_1_q || valid_2_q || valid_o;
endmodule
