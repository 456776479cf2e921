// SPDX-License-Identifier: Apache-2.0
/// Scoreboard of the in-axons: how many rows of a population have all their input.
///
/// Owns TabProgress and the `idle` part of TabInSource. Progress is taken in every cycle; a scan goes over a population's
/// axons, one a cycle, and waits where it would read what is being written.
module eddy_axon_inputs
  import eddy_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  progress_t                 progress_i,
    // scan
    input  logic                      start_i,
    input  axon_id_t                  first_i,
    input  logic         [AxonBits:0] count_i,
    input  logic                      parity_i,    // of the population's frame; stable during the scan
    output logic                      busy_o,
    output coord_t                    limit_o      // rows [0, limit) have their input; all ones: every row
);
  typedef struct packed {
    logic   parity;
    coord_t row;
  } progress_state_t;

  // ---------------------------------------------------------------- scoreboard
  axon_state_t load_state;
  logic load, we;
  axon_id_t        waddr;
  progress_state_t wdata;
  assign load_state = axon_state_t'(table_i.data[$bits(axon_state_t)-1:0]);
  assign load       = table_i.valid && table_i.sel == TabProgress;
  assign we         = load || progress_i.valid;

  always_comb begin
    waddr = progress_i.axon;
    wdata = '{parity: progress_i.parity ^ progress_i.last, row: progress_i.last ? '0 : progress_i.row};
    if (load) begin
      waddr = table_i.index[AxonBits-1:0];
      wdata = '{parity: load_state.parity, row: load_state.row};
    end
  end

  // ---------------------------------------------------------------- scan
  axon_id_t              next_q;
  logic     [AxonBits:0] left_q;
  logic read, data_valid_q;
  assign read = left_q != '0 && !(we && waddr == next_q);

  progress_state_t state;
  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(progress_state_t))
  ) u_progress (
      .clk_i,
      .we_i   (we),
      .waddr_i(waddr),
      .wdata_i(wdata),
      .re_i   (read),
      .raddr_i(next_q),
      .rdata_o(state)
  );

  in_source_t source;
  coord_t     idle;
  assign source = in_source_t'(table_i.data[$bits(in_source_t)-1:0]);
  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width(CoordBits)
  ) u_idle (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabInSource),
      .waddr_i(table_i.index[AxonBits-1:0]),
      .wdata_i(source.idle),
      .re_i   (read),
      .raddr_i(next_q),
      .rdata_o(idle)
  );

  // An axon that is a frame ahead has finished this one.
  coord_t rows;
  assign rows = (state.parity != parity_i) ? '1 : (state.row > idle) ? state.row : idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q       <= '0;
      data_valid_q <= 1'b0;
    end else begin
      if (start_i) left_q <= count_i;
      else if (read) left_q <= left_q - 1'b1;
      data_valid_q <= read;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) next_q <= first_i;
    else if (read) next_q <= next_q + 1'b1;
    if (start_i) limit_o <= '1;
    else if (data_valid_q && rows < limit_o) limit_o <= rows;
  end

  assign busy_o = left_q != '0 || data_valid_q;
endmodule
