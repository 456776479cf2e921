// SPDX-License-Identifier: Apache-2.0
/// Pool windows that a range of rows (or columns) lies in, on one axis. Combinational.
module eddy_marks_window
  import eddy_pkg::*;
(
    input  pool_axis_t pool_i,
    input  coord_t     windows_i,  // in the slice
    input  coord_t     first_i,
    input  coord_t     last_i,
    output logic       none_o,
    output coord_t     first_o,
    output coord_t     last_o
);
  // Window p covers [p * stride - pad, + size).
  typedef logic signed [15:0] wide_t;
  wide_t above, below;
  assign above = wide_t'({4'b0, first_i}) + wide_t'(pool_i.pad) + wide_t'({13'b0, pool_i.stride}) -
                 wide_t'({13'b0, pool_i.size});
  assign below = wide_t'({4'b0, last_i}) + wide_t'(pool_i.pad);

  logic [15:0] first, last;
  assign first   = (above < 0) ? '0 : div_small(above, 5'(pool_i.stride));
  assign last    = div_small(below, 5'(pool_i.stride));

  assign first_o = coord_t'(first);
  assign last_o  = (last < 16'(windows_i)) ? coord_t'(last) : windows_i - 1'b1;
  assign none_o  = below < 0 || first >= 16'(windows_i) || first > last;
endmodule
