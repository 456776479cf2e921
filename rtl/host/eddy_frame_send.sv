// SPDX-License-Identifier: Apache-2.0
/// Sends what the scan found: one element a cycle through the table, in raster order, and closes the rows.
///
/// Owns the pixel table, twice: once read at the value, once at the reference. Rows in which nothing fires send no
/// token of their own: the next token closes them too, after MaxMerge such rows at the latest.
module eddy_frame_send
  import eddy_pkg::*, eddy_sweep_pkg::*, eddy_host_pkg::*;
(
    input  logic                       clk_i,
    input  logic                       rst_ni,
    // pixel table
    input  logic                       table_we_i,
    input  logic          [       9:0] table_addr_i,   // channel, pixel
    input  act_t                       table_data_i,
    // frame
    input  logic                       start_i,
    input  input_config_t              config_i,
    input  logic                       first_i,
    input  logic                       parity_i,
    input  logic          [AxonBits:0] out_axons_i,
    output logic                       busy_o,
    // beats in which something fires, and last ones of rows
    input  logic                       valid_i,
    output logic                       ready_o,
    input  scan_t                      scan_i,
    // eddy_emit
    output logic                       row_valid_o,
    input  logic                       row_ready_i,
    output emit_op_e                   row_op_o,
    output emit_row_t                  row_o,
    output logic                       group_valid_o,
    input  logic                       group_ready_i,
    output group_t                     group_o,
    output logic                       fired_o         // an element goes into group_o
);
  localparam int unsigned LaneBits = $clog2(PixelLanes);
  localparam int unsigned MergeBits = $clog2(MaxMerge);

  logic whole;
  assign whole = first_i || config_i.spatial;

  // ------------------------------------------------------------- rows
  logic running_q, open_q, last_row;
  coord_t y_q;
  logic [MergeBits-1:0] merged_q;
  logic [PixelLanes-1:0] sent_q, pending, one;
  logic [LaneBits-1:0] lane;
  logic [$clog2(ValueLanes)-1:0] value_lane;
  logic must_open, row_end, close, ended, send, stage_free, pipe_empty;

  assign pending = scan_i.fire & ~sent_q;
  assign one = pending & (~pending + 1'b1);
  assign last_row = y_q == config_i.rows - 1'b1;
  assign must_open = valid_i && pending != '0 && !open_q;
  assign send = valid_i && pending != '0 && open_q && stage_free;
  assign row_end = valid_i && pending == '0 && scan_i.last && pipe_empty;
  assign close = open_q || last_row || merged_q == MergeBits'(MaxMerge - 1);
  assign ended = row_end && (!close || row_ready_i);
  assign ready_o = ended || (send && pending == one && !scan_i.last);
  assign busy_o = running_q;

  assign row_valid_o = must_open || (row_end && close);
  assign row_op_o = must_open ? EmitOpen : EmitClose;
  assign row_o = '{
          y: y_q,
          parity: parity_i,
          xbits: config_i.xbits,
          cbits: config_i.cbits,
          out_first: '0,
          out_count: out_axons_i
      };

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      open_q    <= 1'b0;
      sent_q    <= '0;
    end else begin
      if (start_i) running_q <= 1'b1;
      else if (ended && last_row) running_q <= 1'b0;
      if (ended) open_q <= 1'b0;
      else if (must_open && row_ready_i) open_q <= 1'b1;
      if (ready_o) sent_q <= '0;
      else if (send) sent_q <= sent_q | one;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      y_q      <= '0;
      merged_q <= '0;
    end else if (ended) begin
      y_q      <= y_q + 1'b1;
      merged_q <= close ? '0 : merged_q + 1'b1;
    end
  end

  // ------------------------------------------------------------- stage 1: element, its place, table lookup
  always_comb begin
    lane = '0;
    for (int unsigned i = 0; i < PixelLanes; i++) begin
      if (one[i]) lane |= LaneBits'(i);
    end
  end

  assign value_lane = lane[$clog2(ValueLanes)-1:0];

  step_t step;
  logic [7:0] pixel, pixel_base;
  act_t looked_up, looked_up_base, value_q, value_base_q;
  logic stage_q, out_free;
  coord_t x_q;
  chan_t  c_q;

  assign step       = pixel_step(scan_i.c, 5'(lane), config_i.chans);
  assign pixel      = scan_i.value[8*lane+:8];
  assign pixel_base = scan_i.base[8*lane+:8];
  assign stage_free = !stage_q || out_free;
  assign pipe_empty = !stage_q && !group_valid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) stage_q <= 1'b0;
    else if (stage_free) stage_q <= send;
  end
  always_ff @(posedge clk_i) begin
    if (send) begin
      x_q          <= scan_i.x + step.dx;
      c_q          <= step.c;
      value_q      <= scan_i.value[16*value_lane+:16];
      value_base_q <= scan_i.base[16*value_lane+:16];
    end
  end

  eddy_ram_1r1w #(
      .Words(256 * PixelChans),
      .Width(16)
  ) u_table (
      .clk_i,
      .we_i   (table_we_i),
      .waddr_i(table_addr_i),
      .wdata_i(table_data_i),
      .re_i   (send && !config_i.wide),
      .raddr_i({step.c[1:0], pixel}),
      .rdata_o(looked_up)
  );
  eddy_ram_1r1w #(
      .Words(256 * PixelChans),
      .Width(16)
  ) u_table_base (
      .clk_i,
      .we_i   (table_we_i),
      .waddr_i(table_addr_i),
      .wdata_i(table_data_i),
      .re_i   (send && !config_i.wide && !whole),
      .raddr_i({step.c[1:0], pixel_base}),
      .rdata_o(looked_up_base)
  );

  // ------------------------------------------------------------- stage 2: what is sent, if anything
  act_t minuend, subtrahend, difference;
  assign minuend    = config_i.wide ? value_q : looked_up;
  assign subtrahend = whole ? '0 : config_i.wide ? value_base_q : looked_up_base;
  assign difference = minuend - subtrahend;
  assign out_free   = !group_valid_o || group_ready_i;
  assign fired_o    = stage_q && out_free && difference != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) group_valid_o <= 1'b0;
    else if (out_free) group_valid_o <= fired_o;
  end
  always_ff @(posedge clk_i) begin
    if (fired_o) group_o <= '{x: x_q, c: c_q, fire: Lanes'(1), value: (16 * Lanes)'($unsigned(difference))};
  end
endmodule
