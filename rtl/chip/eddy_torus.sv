// SPDX-License-Identifier: Apache-2.0
/// Torus: tiles joined by links, with every tile's i/o end as a port. Wiring only.
///
/// Tile (y, x) stands in row y, column x; north is towards smaller y, and the edges wrap round: on a ring of one tile its
/// links lead back to itself.
module eddy_torus
  import eddy_pkg::*, eddy_noc_pkg::*, eddy_sweep_pkg::*;
#(
    parameter int unsigned Rows = 2,  // 1..16
    parameter int unsigned Cols = 2
) (
    input  logic                      clk_i,
    // Straps are taken over while it is low, at a clock edge: see eddy_noc_straps.
    /* verilator lint_off SYNCASYNCNET */
    input  logic                      rst_ni,
    /* verilator lint_on SYNCASYNCNET */
    // i/o ends, by row and column
    input  logic                      io_valid_i[Rows][Cols],
    output logic                      io_ready_o[Rows][Cols],
    input  flit_t                     io_flit_i [Rows][Cols],
    output logic                      io_valid_o[Rows][Cols],
    input  logic                      io_ready_i[Rows][Cols],
    output flit_t                     io_flit_o [Rows][Cols],
    // observation
    output link_t                     link_o    [Rows][Cols][NumLinks],  // what leaves each tile
    output trace_t                    trace_o   [Rows][Cols],
    output sweep_wait_e [MaxPops-1:0] wait_o    [Rows][Cols],
    output logic                      waiting_o [Rows][Cols],
    output logic                      active_o
);
  if (Rows < 1 || Rows > 16 || Cols < 1 || Cols > 16) begin : gen_check
    $error("eddy_torus: Rows and Cols must be 1 to 16");
  end

  localparam tile_id_t LastTile = '{y: 4'(Rows - 1), x: 4'(Cols - 1)};

  link_credit_t credit[Rows][Cols][NumLinks];
  logic [Rows-1:0][Cols-1:0] active;

  for (genvar y = 0; y < int'(Rows); y++) begin : gen_row
    for (genvar x = 0; x < int'(Cols); x++) begin : gen_col
      localparam int unsigned North = (y + Rows - 1) % Rows;
      localparam int unsigned East = (x + 1) % Cols;
      localparam int unsigned South = (y + 1) % Rows;
      localparam int unsigned West = (x + Cols - 1) % Cols;

      // Each input is fed by the neighbour's output of the other direction; credits come back from where flits go.
      link_t link_in[NumLinks];
      assign link_in = '{link_o[North][x][2], link_o[y][East][3], link_o[South][x][0], link_o[y][West][1]};
      link_credit_t credit_in[NumLinks];
      assign credit_in = '{credit[North][x][2], credit[y][East][3], credit[South][x][0], credit[y][West][1]};

      eddy_tile u_tile (
          .clk_i,
          .rst_ni,
          .tile_i       ('{y: 4'(y), x: 4'(x)}),
          .size_i       (LastTile),
          .elapsed_i    (32'd1),
          .link_i       (link_in),
          .link_credit_o(credit[y][x]),
          .link_o       (link_o[y][x]),
          .link_credit_i(credit_in),
          .io_valid_i   (io_valid_i[y][x]),
          .io_ready_o   (io_ready_o[y][x]),
          .io_flit_i    (io_flit_i[y][x]),
          .io_valid_o   (io_valid_o[y][x]),
          .io_ready_i   (io_ready_i[y][x]),
          .io_flit_o    (io_flit_o[y][x]),
          .trace_o      (trace_o[y][x]),
          .wait_o       (wait_o[y][x]),
          .waiting_o    (waiting_o[y][x]),
          .active_o     (active[y][x])
      );
    end
  end

  assign active_o = |active;
endmodule
