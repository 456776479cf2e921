// SPDX-License-Identifier: Apache-2.0
/// Frame input: reads one frame and its references, sends what changed to the out-axons, row by row.
///
/// A frame starts when fewer than the allowed number are in flight and, where this gateway takes results, a drain
/// buffer is open; then when every out-axon has its credit. It ends when its last token has left and its references
/// are in memory. Either wait may end in an error, with nothing sent.
`include "eddy_assert.svh"

module eddy_frame_input
  import eddy_pkg::*, eddy_sweep_pkg::*, eddy_host_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  host_config_t config_i,
    input  tile_id_t     tile_id_i,
    input  logic         restart_i,
    input  logic [63:0]  cycle_i,
    // tables: TabOutAxon, TabSent, TabCredit; pixels
    input  table_write_t table_i,
    input  logic         pixel_we_i,
    input  logic [9:0]   pixel_addr_i,
    input  act_t         pixel_data_i,
    // command
    input  logic         start_i,        // only while idle
    input  axi_addr_t    values_i,
    input  axi_addr_t    refs_i,
    input  logic         first_i,
    input  logic         parity_i,
    output logic         done_o,         // pulse
    output host_err_e    code_o,         // with done, as the next
    output logic [31:0]  count_o,        // elements sent
    output logic [63:0]  cycle_o,        // first pixel asked for
    // frames in flight
    input  logic         open_i,         // a drain buffer is open
    input  logic         frame_done_i,   // a frame has delivered all results
    output logic         started_o,      // pulse
    output logic [7:0]   in_flight_o,
    // memory: input, references
    output logic         value_read_valid_o,
    input  logic         value_read_ready_i,
    output burst_t       value_read_o,
    input  logic         value_r_valid_i,
    output logic         ref_read_valid_o,
    input  logic         ref_read_ready_i,
    output burst_t       ref_read_o,
    input  logic         ref_r_valid_i,
    input  beat_t        r_data_i,
    output logic         write_valid_o,
    input  logic         write_ready_i,
    output burst_t       write_o,
    output write_beat_t  beat_o,
    input  logic         beat_ready_i,
    input  logic         written_i,
    // network
    output logic         tx_valid_o,
    input  logic         tx_ready_i,
    output flit_t        tx_flit_o,
    input  logic         credit_valid_i,
    output logic         credit_ready_o,
    input  token_t       credit_i,
    // errors, counters
    output host_error_t  error_o,        // a wait has lasted too long, or the counts overflow
    output host_error_t  credit_error_o,
    output logic [4:0]   scanned_o,
    output logic         fired_o,
    output logic         stall_read_o,
    output logic         stall_credit_o,
    output logic         stall_frame_o,
    output logic         busy_o,
    output logic         active_o
);
  input_config_t shape;
  assign shape = config_i.frame;

  typedef enum logic [2:0] {
    Idle,
    Check,
    Gate,     // frames in flight
    Credit,
    Run,
    Flush,    // references to memory
    Failed
  } state_e;
  state_e state_q;
  host_err_e code_q;
  logic first_q, parity_q, timeout, expired, gate_open, begin_run, joins, whole, sending, scanning, emit_idle, empty, granted;
  axi_addr_t values_q, refs_q;

  // ------------------------------------------------------------- shape
  logic [27:0] elements;  // of a row
  logic [19:0] elements_q;
  logic [16:0] row_beats;
  logic [31:0] beats_q;
  logic bad_shape;
  assign elements  = 28'(shape.cols) * 28'(shape.chans);
  assign row_beats = shape.wide ? 17'((32'(elements_q) + ValueLanes - 1) / ValueLanes)
                                : 17'((32'(elements_q) + PixelLanes - 1) / PixelLanes);
  assign bad_shape = shape.rows == '0 || elements == '0 || elements >= 28'h100000
      || (!shape.wide && shape.chans > chan_t'(PixelChans));

  always_ff @(posedge clk_i) begin
    if (state_q == Check) elements_q <= elements[19:0];
    if (state_q == Gate) beats_q <= 32'(row_beats) * 32'(shape.rows);
  end

  // ------------------------------------------------------------- frames in flight
  assign gate_open = config_i.in_axons == '0
      || (open_i && (in_flight_o == '0 || in_flight_o < config_i.in_flight));
  assign started_o = begin_run;
  assign joins     = begin_run && config_i.in_axons != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) in_flight_o <= '0;
    else if (restart_i) in_flight_o <= '0;
    else if (joins != (frame_done_i && in_flight_o != '0)) begin
      in_flight_o <= joins ? in_flight_o + 1'b1 : in_flight_o - 1'b1;
    end
  end

  // ------------------------------------------------------------- sequence
  assign begin_run = state_q == Credit && granted;
  assign timeout   = expired && !begin_run;
  assign done_o    = (state_q == Flush && empty && written_i) || state_q == Failed;
  assign code_o    = code_q;
  assign whole     = first_q || shape.spatial;
  assign busy_o    = state_q != Idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle: if (start_i) state_q <= Check;
        Check: state_q <= bad_shape ? Failed : Gate;
        Gate: if (timeout) state_q <= Failed;
        else if (gate_open && !config_i.halt) state_q <= Credit;
        Credit: if (timeout) state_q <= Failed;
        else if (begin_run) state_q <= Run;
        Run: if (!scanning && !sending && emit_idle) state_q <= Flush;
        default: if (done_o) state_q <= Idle;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      first_q  <= first_i;
      parity_q <= parity_i;
      values_q <= values_i;
      refs_q   <= refs_i;
      code_q   <= HostOk;
      count_o  <= '0;
      cycle_o  <= '0;
    end else begin
      if (state_q == Check && bad_shape) code_q <= HostErrShape;
      if (timeout) code_q <= state_q == Gate ? HostErrWaitFrame : HostErrWaitCredit;
      if (state_q == Run && config_i.abort) code_q <= HostErrAbort;
      if (begin_run) cycle_o <= cycle_i;
      if (fired_o) count_o <= count_o + 1'b1;
    end
  end

  eddy_watch u_watch (
      .clk_i,
      .rst_ni,
      .waiting_i ((state_q == Gate && !config_i.halt) || state_q == Credit),
      .progress_i(state_q == Gate && gate_open),
      .limit_i   (config_i.limit_frame),
      .expired_o (expired)
  );
  assign stall_frame_o  = state_q == Gate && !gate_open;
  assign stall_credit_o = state_q == Credit;

  // ------------------------------------------------------------- credits
  logic credit_active;
  eddy_host_credit u_credit (
      .clk_i,
      .rst_ni,
      .table_i,
      .out_axons_i(config_i.out_axons),
      .tile_id_i,
      .valid_i    (credit_valid_i),
      .ready_o    (credit_ready_o),
      .credit_i,
      .want_i     (state_q == Credit),
      .parity_i   (parity_q),
      .granted_o  (granted),
      .error_o    (credit_error_o),
      .active_o   (credit_active)
  );

  // ------------------------------------------------------------- input and references
  logic value_valid, value_ready, value_busy, ref_valid, ref_ready, ref_busy;
  beat_t value_beat, ref_beat;

  eddy_axi_fetch u_values (
      .clk_i,
      .rst_ni,
      .start_i      (begin_run),
      .addr_i       (values_q),
      .beats_i      (beats_q),
      .drop_i       (1'b0),
      .busy_o       (value_busy),
      .burst_valid_o(value_read_valid_o),
      .burst_ready_i(value_read_ready_i),
      .burst_o      (value_read_o),
      .r_valid_i    (value_r_valid_i),
      .r_data_i,
      .valid_o      (value_valid),
      .ready_i      (value_ready),
      .data_o       (value_beat)
  );

  eddy_axi_fetch u_refs (
      .clk_i,
      .rst_ni,
      .start_i      (begin_run && !whole),
      .addr_i       (refs_q),
      .beats_i      (beats_q),
      .drop_i       (1'b0),
      .busy_o       (ref_busy),
      .burst_valid_o(ref_read_valid_o),
      .burst_ready_i(ref_read_ready_i),
      .burst_o      (ref_read_o),
      .r_valid_i    (ref_r_valid_i),
      .r_data_i,
      .valid_o      (ref_valid),
      .ready_i      (ref_ready),
      .data_o       (ref_beat)
  );

  logic scan_valid, scan_ready, store_valid, store_ready;
  scan_t scan;
  store_t store;
  eddy_frame_scan u_scan (
      .clk_i,
      .rst_ni,
      .start_i      (begin_run),
      .config_i     (shape),
      .elements_i   (elements_q),
      .first_i      (first_q),
      .refs_i       (refs_q),
      .halt_i       (config_i.halt),
      .abort_i      (config_i.abort),
      .busy_o       (scanning),
      .value_valid_i(value_valid),
      .value_ready_o(value_ready),
      .value_i      (value_beat),
      .ref_valid_i  (ref_valid),
      .ref_ready_o  (ref_ready),
      .ref_i        (ref_beat),
      .valid_o      (scan_valid),
      .ready_i      (scan_ready),
      .scan_o       (scan),
      .store_valid_o(store_valid),
      .store_ready_i(store_ready),
      .store_o      (store),
      .scanned_o,
      .starved_o    (stall_read_o)
  );

  eddy_axi_store u_store (
      .clk_i,
      .rst_ni,
      .valid_i      (store_valid),
      .ready_o      (store_ready),
      .store_i      (store),
      .flush_i      (state_q == Flush),
      .empty_o      (empty),
      .burst_valid_o(write_valid_o),
      .burst_ready_i(write_ready_i),
      .burst_o      (write_o),
      .beat_o,
      .beat_ready_i
  );

  // ------------------------------------------------------------- out
  logic row_valid, row_ready, group_valid, group_ready, overflow;
  emit_op_e row_op;
  emit_row_t row;
  group_t group;
  axon_id_t overflow_axon;

  eddy_frame_send u_send (
      .clk_i,
      .rst_ni,
      .table_we_i   (pixel_we_i),
      .table_addr_i (pixel_addr_i),
      .table_data_i (pixel_data_i),
      .start_i      (begin_run),
      .config_i     (shape),
      .first_i      (first_q),
      .parity_i     (parity_q),
      .out_axons_i  (config_i.out_axons),
      .busy_o       (sending),
      .valid_i      (scan_valid),
      .ready_o      (scan_ready),
      .scan_i       (scan),
      .row_valid_o  (row_valid),
      .row_ready_i  (row_ready),
      .row_op_o     (row_op),
      .row_o        (row),
      .group_valid_o(group_valid),
      .group_ready_i(group_ready),
      .group_o      (group),
      .fired_o
  );

  eddy_emit u_emit (
      .clk_i,
      .rst_ni,
      .table_i,
      .row_valid_i  (row_valid),
      .row_ready_o  (row_ready),
      .row_op_i     (row_op),
      .row_i        (row),
      .group_valid_i(group_valid),
      .group_ready_o(group_ready),
      .group_i      (group),
      .flit_valid_o (tx_valid_o),
      .flit_ready_i (tx_ready_i),
      .flit_o       (tx_flit_o),
      .error_valid_o(overflow),
      .error_axon_o (overflow_axon),
      .event_o      (),
      .token_o      (),
      .sent_valid_o (),
      .sent_axon_o  (),
      .sent_parity_o(),
      .idle_o       (emit_idle)
  );

  always_comb begin
    error_o            = '0;
    error_o.valid      = overflow;
    error_o.code       = host_err_e'(ErrOverflow);
    error_o.tile       = tile_id_i;
    error_o.error.code = ErrOverflow;
    error_o.error.tile = tile_id_i;
    error_o.error.axon = overflow_axon;
  end

  assign active_o = busy_o || credit_active || value_busy || ref_busy || !emit_idle;

  `EDDY_ASSUME(StartWhileIdle, !start_i || !busy_o)
endmodule
