// SPDX-License-Identifier: Apache-2.0
/// Walks the accumulators of a row's pixels: pairs of words ascending, for each the positions of its pool window.
///
/// Each position takes two cycles (one where a pixel ends in a single word): the first reads the pair over ports A and B,
/// the second writes zeros to it where this was its last use in a spatial population. The words of the pair are
/// announced as beats, one a cycle; their data comes one cycle later on the banks' outputs. The reference of a pair is
/// asked for with its last position.
///
/// A step is held back by `room_i` and by a reference read that the banks refused once: the ports A and B are idle then,
/// so that the next try succeeds. A and B never depend on a grant of the same cycle.
`include "eddy_assert.svh"

module eddy_sweep_walk
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                            clk_i,
    input  logic                            rst_ni,
    input  pop_t                            pop_i,         // stable while busy
    input  sweep_row_t                      row_i,
    // pixels, in coordinates of the slice
    input  logic                            valid_i,
    output logic                            ready_o,
    input  coord_t                          x_i,
    // banks
    output mem_req_t                        mem_a_o,
    output mem_req_t                        mem_b_o,
    output logic                            ref_valid_o,
    input  logic                            ref_gnt_i,
    output addr_t                           ref_addr_o,
    // words
    input  logic                            room_i,        // for one more result
    output logic                            beat_valid_o,
    output sweep_beat_t                     beat_o,
    output logic        [ParamAddrBits-1:0] beat_param_o,
    output logic                            busy_o
);
  typedef logic [2:0] tap_t;
  typedef logic signed [CoordBits+3:0] place_t;  // of a window's edge

  logic [7:0] pairs;
  assign pairs = 8'((9'(pop_i.words) + 9'd1) >> 1);

  // ---------------------------------------------------------------- pixel, stage 1: its window
  logic p1_valid_q, p1_ready, p2_ready;
  coord_t p1_x_q;
  place_t p1_edge_q;  // first column of the window, may lie outside
  assign p1_ready = !p1_valid_q || p2_ready;
  assign ready_o  = p1_ready;

  // ---------------------------------------------------------------- pixel, stage 2: taps inside the slice, addresses
  logic p2_valid_q, load;
  coord_t p2_x_q;
  tap_t p2_first_q, p2_last_q;
  addr_t p2_acc_q, p2_ref_q;
  assign p2_ready = !p2_valid_q || load;

  tap_t first, last;
  place_t over;  // columns of the window right of the slice
  assign over  = p1_edge_q + place_t'({1'b0, pop_i.pool_x.size}) - place_t'({1'b0, pop_i.acc_cols});
  assign first = (p1_edge_q < 0) ? tap_t'(-p1_edge_q) : '0;
  assign last  = pop_i.pool_x.size - 1'b1 - ((over > 0) ? tap_t'(over) : '0);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      p1_valid_q <= 1'b0;
      p2_valid_q <= 1'b0;
    end else begin
      if (p1_ready) p1_valid_q <= valid_i;
      if (p2_ready) p2_valid_q <= p1_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && p1_ready) begin
      p1_x_q    <= x_i;
      p1_edge_q <= place_t'(16'(x_i) * 16'(pop_i.pool_x.stride)) - place_t'(pop_i.pool_x.pad);
    end
    if (p1_valid_q && p2_ready) begin
      p2_x_q     <= p1_x_q;
      p2_first_q <= first;
      p2_last_q  <= last;
      p2_acc_q   <= row_i.acc + addr_t'((p1_edge_q + place_t'({1'b0, first})) * place_t'({1'b0, pop_i.words}));
      p2_ref_q   <= row_i.reference + addr_t'(p1_x_q) * addr_t'(pairs);
    end
  end

  // ---------------------------------------------------------------- walk
  logic busy_q, second_q;  // second cycle of a position
  coord_t x_q;
  tap_t kx_q, ky_q, kx_first_q, kx_last_q;
  logic       x_last_q;
  logic [7:0] pair_q;
  addr_t pair_acc_q, line_acc_q, acc_q, ref_q;  // address at the pair's first tap, at the line's first tap, here
  logic odd_q;  // of the accumulator row

  logic first_pos, last_pos, last_pair, two, clear, step, position_end, pixel_end;
  assign first_pos = kx_q == kx_first_q && ky_q == row_i.ky_first;
  assign last_pos = kx_q == kx_last_q && ky_q == row_i.ky_last;
  assign last_pair = pair_q + 1'b1 == pairs;
  assign two = !(last_pair && pop_i.words[0]);
  // Last use: no later window has this column, or this row.
  assign clear        = !pop_i.keep_acc && (kx_q < pop_i.pool_x.stride || x_last_q) &&
                        (ky_q < pop_i.pool_y.stride || row_i.last);
  assign position_end = step && (second_q || !(two || clear));
  assign pixel_end = position_end && last_pos && last_pair;
  assign load = p2_valid_q && (!busy_q || pixel_end);

  // ---------------------------------------------------------------- reference: asked for one cycle after its pair
  logic ref_valid_q, refused_q, ask;
  addr_t ref_addr_q;
  assign ask         = step && !second_q && last_pos && pop_i.send_delta;
  assign ref_valid_o = ref_valid_q;
  assign ref_addr_o  = ref_addr_q;

  // One request stands at most: with a pair every two cycles that costs nothing.
  assign step        = busy_q && room_i && !refused_q && !(ref_valid_q && !second_q && last_pos);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q      <= 1'b0;
      second_q    <= 1'b0;
      ref_valid_q <= 1'b0;
      refused_q   <= 1'b0;
    end else begin
      busy_q <= load || (busy_q && !pixel_end);
      if (step) second_q <= !position_end;
      ref_valid_q <= ask || (ref_valid_q && !ref_gnt_i);
      refused_q   <= ref_valid_q && !ref_gnt_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      x_q        <= p2_x_q;
      x_last_q   <= p2_x_q + 1'b1 == pop_i.cols;
      kx_first_q <= p2_first_q;
      kx_last_q  <= p2_last_q;
      kx_q       <= p2_first_q;
      ky_q       <= row_i.ky_first;
      odd_q      <= row_i.odd;
      pair_q     <= '0;
      pair_acc_q <= p2_acc_q;
      line_acc_q <= p2_acc_q;
      acc_q      <= p2_acc_q;
      ref_q      <= p2_ref_q;
    end else if (position_end) begin
      if (kx_q != kx_last_q) begin
        kx_q  <= kx_q + 1'b1;
        acc_q <= acc_q + addr_t'(pop_i.words);
      end else if (!last_pos) begin
        kx_q       <= kx_first_q;
        ky_q       <= ky_q + 1'b1;
        odd_q      <= !odd_q;
        line_acc_q <= line_acc_q + pop_i.acc_row;
        acc_q      <= line_acc_q + pop_i.acc_row;
      end else begin
        kx_q       <= kx_first_q;
        ky_q       <= row_i.ky_first;
        odd_q      <= row_i.odd;
        pair_q     <= pair_q + 1'b1;
        pair_acc_q <= pair_acc_q + addr_t'(2);
        line_acc_q <= pair_acc_q + addr_t'(2);
        acc_q      <= pair_acc_q + addr_t'(2);
        ref_q      <= ref_q + 1'b1;
      end
    end
    if (ask) ref_addr_q <= ref_q;
  end

  // ---------------------------------------------------------------- requests and beats
  logic use_banks, phase;
  addr_t acc_b;
  assign use_banks = step && (!second_q || clear);
  assign phase = pop_i.flip && odd_q;
  assign acc_b = acc_q + 1'b1;
  assign mem_a_o = '{
          valid: use_banks,
          we: second_q,
          addr: {acc_q[AddrBits-1:1], acc_q[0] ^ phase},
          mask: '1,
          data: '0
      };
  assign mem_b_o = '{
          valid: use_banks && two,
          we: second_q,
          addr: {acc_b[AddrBits-1:1], acc_b[0] ^ phase},
          mask: '1,
          data: '0
      };

  assign beat_valid_o = step && (!second_q || two);
  assign beat_o = '{
          first: first_pos,
          last: last_pos,
          half: second_q,
          pair_end: second_q || !two,
          pixel_end: last_pair && (second_q || !two),
          x: pop_i.x0 + x_q,
          c: pop_i.c0 + chan_t'({pair_q, second_q}) * chan_t'(Lanes),
          reference: ref_q
      };
  assign beat_param_o = pop_i.param_base + ParamAddrBits'({pair_q, second_q});
  assign busy_o = busy_q || p1_valid_q || p2_valid_q || ref_valid_q || refused_q;

  `EDDY_ASSERT(WindowInSlice, !p2_valid_q || p2_first_q <= p2_last_q)
endmodule
