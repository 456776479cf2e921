// SPDX-License-Identifier: Apache-2.0
/// Where a row of a population lies: its pool windows' rows inside the slice, and the addresses that its pixels start from.
///
/// Two cycles behind `start_i`; the products are taken one after the other.
module eddy_sweep_geometry
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic       clk_i,
    input  logic       start_i,
    input  pop_t       pop_i,    // stable from start_i on
    input  coord_t     row_i,    // in the cycle of start_i
    output sweep_row_t row_o
);
  typedef logic signed [CoordBits+3:0] place_t;
  typedef logic [2:0] tap_t;

  place_t       edge_q;  // first row of the windows, may lie outside
  addr_t        pixels_q;  // before this row
  logic         last_q;

  place_t       over;
  tap_t         first;
  logic   [7:0] pairs;
  assign pairs = 8'((9'(pop_i.words) + 9'd1) >> 1);
  assign over  = edge_q + place_t'({1'b0, pop_i.pool_y.size}) - place_t'({1'b0, pop_i.acc_rows});
  assign first = (edge_q < 0) ? tap_t'(-edge_q) : '0;

  place_t top;
  assign top = edge_q + place_t'({1'b0, first});

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      edge_q   <= place_t'(16'(row_i) * 16'(pop_i.pool_y.stride)) - place_t'(pop_i.pool_y.pad);
      pixels_q <= addr_t'(row_i) * addr_t'(pop_i.cols);
      last_q   <= row_i + 1'b1 == pop_i.rows;
    end
  end

  logic start_q;
  always_ff @(posedge clk_i) begin
    start_q <= start_i;
    if (start_q) begin
      row_o <= '{
          ky_first: first,
          ky_last: pop_i.pool_y.size - 1'b1 - ((over > 0) ? tap_t'(over) : '0),
          odd: top[0],
          last: last_q,
          acc: pop_i.acc_base + addr_t'(top) * pop_i.acc_row,
          reference: pop_i.ref_base + pixels_q * addr_t'(pairs)
      };
    end
  end
endmodule
