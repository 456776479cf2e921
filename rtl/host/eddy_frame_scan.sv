// SPDX-License-Identifier: Apache-2.0
/// Finds what changed: compares a beat of the input with its references each cycle, and writes the references back.
///
/// Rows start on a beat. Out comes one entry for each beat in which something fires, and for the last beat of a row in
/// any case. In a first frame and in spatial mode no references are read; spatial ones are not written either.
/// While `abort_i` is high nothing fires and no reference changes, so what was not sent goes out later.
`include "eddy_assert.svh"

module eddy_frame_scan
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                 clk_i,
    input  logic                 rst_ni,
    // frame
    input  logic                 start_i,
    input  input_config_t        config_i,
    input  logic          [19:0] elements_i,     // of a row
    input  logic                 first_i,
    input  axi_addr_t            refs_i,
    input  logic                 halt_i,         // take no new row
    input  logic                 abort_i,
    output logic                 busy_o,
    // input and references, beat by beat
    input  logic                 value_valid_i,
    output logic                 value_ready_o,
    input  beat_t                value_i,
    input  logic                 ref_valid_i,
    output logic                 ref_ready_o,
    input  beat_t                ref_i,
    // what fires
    output logic                 valid_o,
    input  logic                 ready_i,
    output scan_t                scan_o,
    // references to memory
    output logic                 store_valid_o,
    input  logic                 store_ready_i,
    output store_t               store_o,
    output logic          [ 4:0] scanned_o,      // elements, this cycle
    output logic                 starved_o       // waits for memory
);
  logic whole;  // the value itself is sent, not a difference
  assign whole = first_i || config_i.spatial;

  // ------------------------------------------------------------- where
  logic running_q, row_start, last_beat, take;
  coord_t row_q, x_q;
  chan_t c_q;
  logic [19:0] left_q;
  axi_addr_t addr_q;
  logic [4:0] lanes, here;
  step_t step;

  assign lanes     = config_i.wide ? 5'(ValueLanes) : 5'(PixelLanes);
  assign row_start = left_q == elements_i;
  assign last_beat = left_q <= 20'(lanes);
  assign here      = last_beat ? left_q[4:0] : lanes;
  assign step      = pixel_step(c_q, lanes, config_i.chans);
  assign busy_o    = running_q || valid_o || store_valid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= 1'b0;
    else if (start_i) running_q <= 1'b1;
    else if (take && last_beat && row_q == config_i.rows - 1'b1) running_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      row_q  <= '0;
      x_q    <= '0;
      c_q    <= '0;
      left_q <= elements_i;
      addr_q <= refs_i;
    end else if (take) begin
      row_q  <= last_beat ? row_q + 1'b1 : row_q;
      x_q    <= last_beat ? '0 : x_q + step.dx;
      c_q    <= last_beat ? '0 : step.c;
      left_q <= last_beat ? elements_i : left_q - 20'(lanes);
      addr_q <= addr_q + axi_addr_t'(BeatBytes);
    end
  end

  // ------------------------------------------------------------- threshold of each lane
  function automatic pixel_chan_t lane_chan(input chan_t c, input int unsigned lane, input chan_t chans);
    unique case (chans)
      16'd2:   return {1'b0, c[0] ^ lane[0]};
      16'd3:   return pixel_chan_t'((32'(c[1:0]) + lane) % 3);
      16'd4:   return c[1:0] + 2'(lane);
      default: return '0;
    endcase
  endfunction

  // ------------------------------------------------------------- compare
  logic [PixelLanes-1:0][8:0] pixel, pixel_ref;
  logic [PixelLanes-1:0][7:0] pixel_theta;
  logic [ValueLanes-1:0][16:0] value, value_ref, value_next;
  logic [ValueLanes-1:0][14:0] value_theta;
  logic [PixelLanes-1:0] pixel_fire, valid_lanes, fire;
  logic [ValueLanes-1:0] value_fire;
  beat_t base;
  assign base = whole ? '0 : ref_i;

  always_comb begin
    for (int unsigned i = 0; i < PixelLanes; i++) begin
      pixel[i]       = {1'b0, value_i[8*i+:8]};
      pixel_ref[i]   = {1'b0, base[8*i+:8]};
      pixel_theta[i] = config_i.theta[lane_chan(c_q, i, config_i.chans)][7:0];
      valid_lanes[i] = 5'(i) < here;
    end
    for (int unsigned i = 0; i < ValueLanes; i++) begin
      value[i]       = 17'($signed(value_i[16*i+:16]));
      value_ref[i]   = 17'($signed(base[16*i+:16]));
      value_theta[i] = config_i.theta[lane_chan(c_q, i, config_i.chans)];
    end
  end

  eddy_delta #(
      .Lanes     (PixelLanes),
      .Width     (9),
      .ThetaWidth(8)
  ) u_pixels (
      .send_delta_i(1'b1),
      .value_i     (pixel),
      .reference_i (pixel_ref),
      .theta_i     (pixel_theta),
      .fire_o      (pixel_fire),
      .sent_o      (),
      .reference_o ()
  );

  eddy_delta #(
      .Lanes     (ValueLanes),
      .Width     (17),
      .ThetaWidth(15)
  ) u_values (
      .send_delta_i(1'b1),
      .value_i     (value),
      .reference_i (value_ref),
      .theta_i     (value_theta),
      .fire_o      (value_fire),
      .sent_o      (),
      .reference_o (value_next)
  );

  // Pixels that are sent whole all go through the table: only there is seen which of them are zero.
  always_comb begin
    if (config_i.wide) fire = PixelLanes'(value_fire);
    else fire = whole ? '1 : pixel_fire;
    fire &= valid_lanes;
    if (abort_i) fire = '0;
  end

  // ------------------------------------------------------------- references
  logic store_want, store_room;
  store_t store;
  always_comb begin
    store.addr      = addr_q;
    store.beat.data = value_i;
    store.beat.strb = first_i ? valid_lanes : fire;
    if (config_i.wide) begin
      for (int unsigned i = 0; i < ValueLanes; i++) begin
        store.beat.data[16*i+:16] = value_next[i][15:0];
        store.beat.strb[2*i+:2]   = {2{first_i ? valid_lanes[i] : fire[i]}};
      end
    end
  end
  assign store_want = !config_i.spatial && !abort_i && store.beat.strb != '0;

  // ------------------------------------------------------------- one beat
  logic scan_want, scan_room, there;
  assign there         = value_valid_i && (whole || ref_valid_i);
  assign scan_want     = fire != '0 || last_beat;
  assign take          = running_q && there && !(row_start && halt_i) && scan_room && store_room;
  assign value_ready_o = take;
  assign ref_ready_o   = take && !whole;
  assign scanned_o     = take ? here : '0;
  assign starved_o     = running_q && !there;

  scan_t scan;
  assign scan = '{value: value_i, base: base, fire: fire, x: x_q, c: c_q, last: last_beat};

  eddy_fifo #(
      .data_t(scan_t),
      .Depth (4)
  ) u_scan (
      .clk_i,
      .rst_ni,
      .valid_i(take && scan_want),
      .ready_o(scan_room),
      .data_i (scan),
      .valid_o,
      .ready_i,
      .data_o (scan_o),
      .count_o()
  );

  eddy_slice #(
      .data_t(store_t)
  ) u_store (
      .clk_i,
      .rst_ni,
      .valid_i(take && store_want),
      .ready_o(store_room),
      .data_i (store),
      .valid_o(store_valid_o),
      .ready_i(store_ready_i),
      .data_o (store_o)
  );

  `EDDY_ASSUME(StartWhileIdle, !start_i || !busy_o)
endmodule
