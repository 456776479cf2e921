// SPDX-License-Identifier: Apache-2.0
/// Frame input: reads one frame and its references, sends what changed to the out-axons, row by row.
///
/// A frame starts when fewer than the allowed number are in flight and, where this gateway takes results, a drain
/// buffer is open; then when every out-axon has its credit. It ends when its last token has left and its references
/// are in memory. Either wait may end in an error, with nothing sent.
`include "eddy_assert.svh"

module eddy_frame_input
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    input  host_config_t        config_i,
    input  tile_id_t            tile_id_i,
    input  logic                restart_i,
    input  logic         [63:0] cycle_i,
    // tables: TabOutAxon, TabSent, TabCredit; pixels
    input  table_write_t        table_i,
    input  logic                pixel_we_i,
    input  logic         [ 9:0] pixel_addr_i,
    input  act_t                pixel_data_i,
    // command
    input  logic                start_i,         // only while idle
    input  axi_addr_t           values_i,
    input  axi_addr_t           refs_i,
    input  logic                first_i,
    input  logic                parity_i,
    output logic                done_o,          // pulse
    output host_err_e           code_o,          // with done, as the next
    output logic         [31:0] count_o,         // elements sent
    output logic         [63:0] cycle_o,         // first pixel asked for
    // frames in flight
    input  logic                open_i,          // a drain buffer is open
    input  logic                frame_done_i,    // a frame has delivered all results
    output logic                started_o,       // pulse
    output logic         [ 7:0] in_flight_o,
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
    input  logic                credit_valid_i,
    output logic                credit_ready_o,
    input  token_t              credit_i,
    // errors, counters
    output host_error_t         error_o,         // the counts overflow
    output host_error_t         credit_error_o,
    output logic         [ 4:0] scanned_o,
    output logic                fired_o,
    output logic                stall_read_o,
    output logic                stall_credit_o,
    output logic                stall_frame_o,
    output logic                busy_o,
    output trace_t              trace_o,
    output logic                active_o
);
  input_config_t shape;
  assign shape = config_i.frame;

  typedef enum logic [2:0] {
    Idle,
    Check,
    Gate,    // frames in flight
    Credit,
    Run,
    Flush,   // references to memory
    Failed
  } state_e;
  state_e state_q;
  host_err_e code_q;
  logic first_q, parity_q, timeout, expired, gate_open, begin_run, joins, granted, path_busy, in_memory;
  axi_addr_t values_q, refs_q;

  // ------------------------------------------------------------- shape
  logic [27:0] elements;  // of a row
  logic [19:0] elements_q;
  logic [16:0] row_beats;
  logic [31:0] beats_q;
  logic bad_shape;
  assign elements = 28'(shape.cols) * 28'(shape.chans);
  assign row_beats = shape.wide ? 17'((32'(elements_q) + ValueLanes - 1) / ValueLanes)
                                : 17'((32'(elements_q) + PixelLanes - 1) / PixelLanes);
  assign bad_shape = shape.rows == '0 || elements == '0 || elements >= 28'h100000
      || (!shape.wide && shape.chans > chan_t'(PixelChans));

  always_ff @(posedge clk_i) begin
    if (state_q == Check) elements_q <= elements[19:0];
    if (state_q == Gate) beats_q <= 32'(row_beats) * 32'(shape.rows);
  end

  // ------------------------------------------------------------- frames in flight
  assign gate_open = config_i.in_axons == '0 || (open_i && (in_flight_o == '0 || in_flight_o < config_i.in_flight));
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
  assign done_o    = (state_q == Flush && in_memory) || state_q == Failed;
  assign code_o    = code_q;
  assign busy_o    = state_q != Idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle: if (start_i) state_q <= Check;
        Check: state_q <= bad_shape ? Failed : Gate;
        Gate:
        if (timeout) state_q <= Failed;
        else if (gate_open && !config_i.halt) state_q <= Credit;
        Credit:
        if (timeout) state_q <= Failed;
        else if (begin_run) state_q <= Run;
        Run: if (!path_busy) state_q <= Flush;
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

  // ------------------------------------------------------------- the frame itself
  eddy_frame_path u_path (
      .clk_i,
      .rst_ni,
      .config_i,
      .tile_id_i,
      .table_i,
      .pixel_we_i,
      .pixel_addr_i,
      .pixel_data_i,
      .start_i    (begin_run),
      .values_i   (values_q),
      .refs_i     (refs_q),
      .beats_i    (beats_q),
      .elements_i (elements_q),
      .first_i    (first_q),
      .parity_i   (parity_q),
      .busy_o     (path_busy),
      .flush_i    (state_q == Flush),
      .in_memory_o(in_memory),
      .value_read_o,
      .value_read_i,
      .ref_read_o,
      .ref_read_i,
      .write_o,
      .write_i,
      .tx_valid_o,
      .tx_ready_i,
      .tx_flit_o,
      .error_o,
      .scanned_o,
      .fired_o,
      .starved_o  (stall_read_o),
      .trace_o
  );

  assign active_o = busy_o || credit_active || path_busy;

  `EDDY_ASSUME(StartWhileIdle, !start_i || !busy_o)
endmodule
