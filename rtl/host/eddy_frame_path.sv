// SPDX-License-Identifier: Apache-2.0
/// The way of a frame: from memory through scan and table into the network, references back to memory.
module eddy_frame_path
  import eddy_pkg::*, eddy_sweep_pkg::*, eddy_host_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    input  host_config_t        config_i,
    input  tile_id_t            tile_id_i,
    // tables: TabOutAxon, TabSent; pixels
    input  table_write_t        table_i,
    input  logic                pixel_we_i,
    input  logic         [ 9:0] pixel_addr_i,
    input  act_t                pixel_data_i,
    // frame
    input  logic                start_i,       // only while not busy
    input  axi_addr_t           values_i,
    input  axi_addr_t           refs_i,
    input  logic         [31:0] beats_i,
    input  logic         [19:0] elements_i,    // of a row
    input  logic                first_i,
    input  logic                parity_i,
    output logic                busy_o,        // the last token has not left
    input  logic                flush_i,       // then: references to memory, held until done
    output logic                in_memory_o,
    // memory: input, references
    output read_ask_t           value_read_o,
    input  read_give_t          value_read_i,
    output read_ask_t           ref_read_o,
    input  read_give_t          ref_read_i,
    output write_ask_t          write_o,
    input  write_give_t         write_i,
    // network
    output logic                tx_valid_o,
    input  logic                tx_ready_i,
    output flit_t               tx_flit_o,
    // errors, counters
    output host_error_t         error_o,       // the counts overflow
    output logic         [ 4:0] scanned_o,
    output logic                fired_o,
    output logic                starved_o,
    output trace_t              trace_o        // elements as they are sent, of population 0
);
  // ------------------------------------------------------------- input and references
  logic whole;
  assign whole = first_i || config_i.frame.spatial;

  logic value_valid, value_ready, value_busy, ref_valid, ref_ready, ref_busy;
  beat_t value_beat, ref_beat;

  eddy_axi_fetch u_values (
      .clk_i,
      .rst_ni,
      .start_i(start_i),
      .addr_i (values_i),
      .beats_i(beats_i),
      .drop_i (1'b0),
      .busy_o (value_busy),
      .read_o (value_read_o),
      .read_i (value_read_i),
      .valid_o(value_valid),
      .ready_i(value_ready),
      .data_o (value_beat)
  );

  eddy_axi_fetch u_refs (
      .clk_i,
      .rst_ni,
      .start_i(start_i && !whole),
      .addr_i (refs_i),
      .beats_i(beats_i),
      .drop_i (1'b0),
      .busy_o (ref_busy),
      .read_o (ref_read_o),
      .read_i (ref_read_i),
      .valid_o(ref_valid),
      .ready_i(ref_ready),
      .data_o (ref_beat)
  );

  logic scan_valid, scan_ready, store_valid, store_ready, scanning, sending, emit_idle;
  scan_t  scan;
  store_t store;
  eddy_frame_scan u_scan (
      .clk_i,
      .rst_ni,
      .start_i      (start_i),
      .config_i     (config_i.frame),
      .elements_i   (elements_i),
      .first_i      (first_i),
      .refs_i       (refs_i),
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
      .starved_o    (starved_o)
  );

  eddy_axi_store u_store (
      .clk_i,
      .rst_ni,
      .valid_i(store_valid),
      .ready_o(store_ready),
      .store_i(store),
      .flush_i,
      .done_o (in_memory_o),
      .write_o,
      .write_i
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
      .start_i      (start_i),
      .config_i     (config_i.frame),
      .first_i      (first_i),
      .parity_i     (parity_i),
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
      .cut_o        (),
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

  // ------------------------------------------------------------- trace
  logic sending_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sending_q <= 1'b0;
    else sending_q <= sending;
  end
  eddy_trace u_trace (
      .clk_i,
      .rst_ni,
      .sent_i (group_valid && group_ready),
      .end_i  (sending_q && !sending),
      .pop_i  ('0),
      .parity_i,
      .y_i    (row.y),
      .group_i(group),
      .trace_o
  );

  assign busy_o = value_busy || ref_busy || scanning || sending || !emit_idle;
endmodule
