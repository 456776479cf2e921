// SPDX-License-Identifier: Apache-2.0
/// Piecewise-linear activation, by lane: a = (base * 2^10 + step * f + 2^(9 + shift)) >> (10 + shift).
///
/// The top 6 bits of z, as offset binary, name a segment of the table, the low 10 bits f the place in it. Every lane
/// reads a copy of its own. Latency 3 cycles, one word a cycle, no back-pressure. `tag_i` travels along. The table is
/// written while no word is under way.
module eddy_curve
  import eddy_pkg::*;
#(
    parameter type tag_t = logic
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    // table: Lanes segments a word
    input  logic                    we_i,
    input  curve_addr_t             waddr_i,
    input  word_t                   wdata_i,
    input  logic        [      2:0] shift_i,  // stable while words are under way
    // in
    input  logic                    valid_i,
    input  act_t        [Lanes-1:0] value_i,
    input  tag_t                    tag_i,
    // out
    output logic                    valid_o,
    output act_t        [Lanes-1:0] value_o,
    output tag_t                    tag_o,
    output logic                    active_o
);
  localparam int unsigned RestBits = $bits(act_t) - $clog2(CurveSegments);
  typedef logic [RestBits-1:0] rest_t;
  typedef logic [$clog2(Lanes)-1:0] place_t;  // of a segment in its word
  typedef logic signed [$bits(act_t)+RestBits-1:0] product_t;
  typedef logic signed [$bits(product_t)+1:0] sum_t;  // base, product and rounding

  logic valid_1_q, valid_2_q;
  tag_t tag_1_q, tag_2_q;

  for (genvar l = 0; l < int'(Lanes); l++) begin : gen_lane
    // -------------------------------------------------------------- 1: the word of the segment
    segment_t [Lanes-1:0] word;
    eddy_ram_1r1w #(
        .Words(CurveWords),
        .Width(WordBits)
    ) u_table (
        .clk_i,
        .we_i,
        .waddr_i,
        .wdata_i,
        .re_i   (valid_i),
        .raddr_i({~value_i[l][15], value_i[l][14-:$bits(curve_addr_t)-1]}),
        .rdata_o(word)
    );

    rest_t  rest_q;
    place_t place_q;
    always_ff @(posedge clk_i) begin
      if (valid_i) {place_q, rest_q} <= value_i[l][$bits(place_t)+RestBits-1:0];
    end

    // -------------------------------------------------------------- 2: the way from its lower end
    segment_t segment;
    assign segment = word[place_q];

    act_t     base_q;
    product_t product_q;
    always_ff @(posedge clk_i) begin
      if (valid_1_q) begin
        base_q    <= segment.base;
        product_q <= product_t'(act_t'(segment.step)) * product_t'({1'b0, rest_q});
      end
    end

    // -------------------------------------------------------------- 3: sum, rounding shift
    sum_t sum;
    assign sum = (sum_t'(base_q) <<< RestBits) + sum_t'(product_q) + (sum_t'(1 << (RestBits - 1)) <<< shift_i);
    always_ff @(posedge clk_i) begin
      if (valid_2_q) value_o[l] <= act_t'((sum >>> RestBits) >>> shift_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) tag_1_q <= tag_i;
    if (valid_1_q) tag_2_q <= tag_1_q;
    if (valid_2_q) tag_o <= tag_2_q;
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
