// SPDX-License-Identifier: Apache-2.0
/// What an event hits on one axis of a port: the first output and tap, and how many follow.
///
/// Solves o * stride = i * up + offset + k * dilation for o in [0, size) and k in [0, taps). Five stages; stage s loads
/// when en_i[s] is high, the control stands outside. The inputs enter with stage 0, the result is that of stage 4.
module eddy_axis
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic            clk_i,
    input  logic      [4:0] en_i,
    input  axis_t           axis_i,
    input  coord_t          coord_i,  // i
    output axis_hit_t       hit_o
);
  typedef logic [15:0] wide_t;

  // ---------------------------------------------------------------- 0: where tap 0 lands, in steps of the output grid
  axis_t axis0_q;
  logic signed [17:0] base_q;
  always_ff @(posedge clk_i) begin
    if (en_i[0]) begin
      axis0_q <= axis_i;
      base_q  <= $signed(18'(coord_i * 15'(axis_i.up))) + 18'(axis_i.offset);
    end
  end

  // ---------------------------------------------------------------- 1: first tap that lands at or behind output 0
  axis_t axis1_q;
  wide_t tap1_q, place1_q;
  wide_t below, tap1;
  assign below = wide_t'(-base_q);
  assign tap1  = div_small(below + wide_t'(axis0_q.dilation) - 1'b1, 5'(axis0_q.dilation));
  always_ff @(posedge clk_i) begin
    if (en_i[1]) begin
      axis1_q  <= axis0_q;
      tap1_q   <= (base_q < 0) ? tap1 : '0;
      place1_q <= (base_q < 0) ? wide_t'(tap1 * axis0_q.dilation) - below : wide_t'(base_q);
    end
  end

  // ---------------------------------------------------------------- 2: place as output and remainder
  axis_t axis2_q;
  wide_t tap2_q, out2_q;
  logic [1:0] rest2_q, dilation_rest2_q;
  wide_t out2;
  assign out2 = div_small(place1_q, 5'(axis1_q.stride));
  always_ff @(posedge clk_i) begin
    if (en_i[2]) begin
      axis2_q <= axis1_q;
      tap2_q <= tap1_q;
      out2_q <= out2;
      rest2_q <= 2'(place1_q - out2 * axis1_q.stride);
      dilation_rest2_q <= 2'(16'(axis1_q.dilation) - div_small(
          16'(axis1_q.dilation), 5'(axis1_q.stride)
      ) * axis1_q.stride);
    end
  end

  // ---------------------------------------------------------------- 3: first tap from there on that lands on an output
  function automatic logic on_grid(input logic [3:0] place, input logic [2:0] stride);  // place 0..12
    unique case (stride)
      3'd2: return !place[0];
      3'd3: return place inside {4'd0, 4'd3, 4'd6, 4'd9, 4'd12};
      3'd4: return place[1:0] == '0;
      default: return 1'b1;
    endcase
  endfunction

  logic found;
  logic [1:0] skip;  // taps
  always_comb begin
    found = 1'b0;
    skip  = '0;
    for (int unsigned j = 4; j > 0; j--) begin
      if (on_grid(4'(rest2_q) + 4'(j - 1) * 4'(dilation_rest2_q), axis2_q.stride)) begin
        found = 1'b1;
        skip  = 2'(j - 1);
      end
    end
  end

  axis_t axis3_q;
  logic  hit3_q;
  coord_t tap3_q, out3_q;
  wide_t tap3, out3;
  assign tap3 = tap2_q + wide_t'(skip);
  assign out3 = out2_q + div_small(wide_t'(rest2_q) + skip * wide_t'(axis2_q.dilation), 5'(axis2_q.stride));
  always_ff @(posedge clk_i) begin
    if (en_i[3]) begin
      axis3_q <= axis2_q;
      hit3_q  <= found && tap3 < wide_t'(axis2_q.taps) && out3 < wide_t'(axis2_q.size);
      tap3_q  <= coord_t'(tap3);
      out3_q  <= coord_t'(out3);
    end
  end

  // ---------------------------------------------------------------- 4: how many follow before taps or outputs end
  coord_t taps_left, outs_left;
  always_comb begin
    taps_left = '0;
    outs_left = '0;
    if (hit3_q) begin
      taps_left = coord_t'(div_small(16'(axis3_q.taps) - 16'(tap3_q) - 1'b1, 5'(axis3_q.tap_step)));
      outs_left = coord_t'(div_small(16'(axis3_q.size) - 16'(out3_q) - 1'b1, 5'(axis3_q.out_step)));
    end
  end
  always_ff @(posedge clk_i) begin
    if (en_i[4]) begin
      hit_o <= '{hit: hit3_q, o: out3_q, k: tap3_q, extra: (taps_left < outs_left) ? taps_left : outs_left};
    end
  end
endmodule
