// SPDX-License-Identifier: Apache-2.0
/// Results: checks the events and tokens of the output populations, and writes one frame's events to one drain buffer.
///
/// A frame is complete when every in-axon has delivered its last token. Only then is the next buffer opened, and only
/// when it is open do the populations get credit for the next frame; so room for all they may send is there before
/// they send it. That holds for the first frame after a restart as well: a population that needs no input may send as
/// soon as its tile runs. Events that come without a buffer are an error, and dropped: they are taken in any case.
module eddy_results
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    input  host_config_t        config_i,
    input  tile_id_t            tile_id_i,
    input  logic                restart_i,
    input  logic         [63:0] cycle_i,
    input  table_write_t        table_i,          // TabArrival, TabInSource
    input  host_error_t         error_i,          // the first one that stands
    // events and tokens out of the network
    input  logic                rx_valid_i,
    output logic                rx_ready_o,
    input  flit_t               rx_flit_i,
    // credits
    output logic                tx_valid_o,
    input  logic                tx_ready_i,
    output flit_t               tx_flit_o,
    // drain ring
    input  logic                drain_valid_i,
    output logic                drain_ready_o,
    input  descriptor_t         drain_i,
    output logic                done_valid_o,
    input  logic                done_ready_i,
    output completion_t         done_o,
    output logic                done_irq_o,
    // memory
    output write_ask_t          write_o,
    input  write_give_t         write_i,
    // frames
    input  logic                frame_started_i,
    input  logic         [ 7:0] in_flight_i,
    output logic                open_o,
    output logic                frame_done_o,     // pulse
    output host_error_t         error_o,
    output host_error_t         arrival_error_o,
    output logic                active_o
);
  // ------------------------------------------------------------- arrival
  logic entry_valid, entry_ready, arrival_bad, arrival_active;
  entry_t entry;
  error_t arrival_error;
  event_t event_in;
  token_t token_in;
  assign event_in = event_t'(entry.body);
  assign token_in = token_t'(entry.body);

  eddy_arrival u_arrival (
      .clk_i,
      .rst_ni,
      .table_i,
      .tile_id_i,
      .in_axons_i   (config_i.in_axons),
      .valid_i      (rx_valid_i),
      .ready_o      (rx_ready_o),
      .flit_i       (rx_flit_i),
      .valid_o      (entry_valid),
      .ready_i      (entry_ready),
      .entry_o      (entry),
      .error_valid_o(arrival_bad),
      .error_o      (arrival_error),
      .active_o     (arrival_active)
  );
  assign arrival_error_o = '{
          valid: arrival_bad,
          code: host_err_e'(arrival_error.code),
          tile: arrival_error.tile,
          error: arrival_error
      };

  // ------------------------------------------------------------- drain buffer
  typedef enum logic [2:0] {
    Closed,
    Check,
    Open,
    End,     // end-of-frame record
    Flush,
    Done
  } state_e;
  state_e state_q;
  host_err_e code_q;
  axi_addr_t address_q;
  logic [31:0] capacity_q, count_q;
  logic [63:0] start_q, finish_q;
  logic [AxonBits:0] lasts_q;
  logic irq_q, parity_q, whole_q, bad_drain, complete, expired, refused_q;

  assign drain_ready_o = state_q == Closed && !refused_q;
  assign bad_drain = drain_i.op != OpDrain || drain_i.address[$clog2(
      BeatBytes
  )-1:0] != '0 || drain_i.address[63:AxiAddrBits] != '0 || config_i.in_axons == '0;
  assign complete = lasts_q == config_i.in_axons;
  assign open_o = state_q == Open;

  // ------------------------------------------------------------- records
  logic is_event, room, event_valid, record_valid, record_ready, stored, is_last;
  record_t record;
  assign is_event    = entry_valid && !entry.token;
  assign is_last     = entry_valid && entry.token && token_in.last;
  assign room        = count_q != capacity_q;
  assign event_valid = is_event && open_o && room && !config_i.abort;
  assign entry_ready = !event_valid || record_ready;

  always_comb begin
    record_valid = event_valid;
    record       = '{last: 1'b0, unused: '0, axon: event_in.axon, pos: event_in.pos, value: event_in.value};
    if (state_q == End) begin
      record_valid = 1'b1;
      record       = '{last: 1'b1, unused: '0, axon: '0, pos: count_q[PosBits-1:0], value: '0};
    end
  end

  eddy_result_store u_store (
      .clk_i,
      .rst_ni,
      .start_i (state_q == Check),
      .addr_i  (address_q),
      .valid_i (record_valid),
      .ready_o (record_ready),
      .record_i(record),
      .done_o  (stored),
      .write_o,
      .write_i
  );

  // ------------------------------------------------------------- sequence
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= Closed;
      lasts_q   <= '0;
      parity_q  <= 1'b0;
      refused_q <= 1'b0;
    end else if (restart_i) begin
      state_q   <= Closed;
      lasts_q   <= '0;
      parity_q  <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      unique case (state_q)
        Closed: if (drain_valid_i && drain_ready_o) state_q <= bad_drain ? Done : Check;
        Check:  state_q <= Open;
        Open:   if (complete || expired) state_q <= End;
        End:    if (record_ready) state_q <= Flush;
        Flush:  if (stored) state_q <= Done;
        default: if (done_ready_i) state_q <= Closed;
      endcase
      if (frame_done_o) begin
        lasts_q  <= '0;
        parity_q <= !parity_q;
      end else if (is_last && open_o) begin
        lasts_q <= lasts_q + 1'b1;
      end
      // After a frame that did not end, nothing can be matched any more: only a restart helps.
      if (expired) refused_q <= 1'b1;
    end
  end
  assign frame_done_o = state_q == Flush && stored && whole_q;

  always_ff @(posedge clk_i) begin
    if (drain_valid_i && drain_ready_o) begin
      address_q  <= drain_i.address[AxiAddrBits-1:0];
      capacity_q <= drain_i.count;
      count_q    <= '0;
      irq_q      <= drain_i.irq || bad_drain;
      code_q     <= drain_i.op != OpDrain ? HostErrOpcode : bad_drain ? HostErrDescriptor : HostOk;
      start_q    <= cycle_i;
      finish_q   <= cycle_i;
      whole_q    <= 1'b0;
    end else begin
      if (event_valid && record_ready) count_q <= count_q + 1'b1;
      if (state_q == Open && complete) whole_q <= 1'b1;
      if (state_q == Flush) finish_q <= cycle_i;
      if (open_o && code_q == HostOk) begin
        if (expired) code_q <= HostErrWaitResult;
        else if (is_event && config_i.abort) code_q <= HostErrAbort;
        else if (is_event && !room) code_q <= HostErrCapacity;
      end
    end
  end

  assign done_valid_o = state_q == Done;
  assign done_irq_o = irq_q || done_o.code != HostOk;
  assign done_o = '{
          finish: finish_q,
          start: start_q,
          unused_b: '0,
          error: error_i.valid ? error_i.error : '0,
          count: count_q,
          unused_a: '0,
          code: code_q == HostOk && error_i.valid ? error_i.code : code_q,
          done: 8'd1
      };

  // ------------------------------------------------------------- credits for the frame that this buffer takes
  logic credit_active;
  eddy_result_credit u_credit (
      .clk_i,
      .rst_ni,
      .table_i,
      .in_axons_i(config_i.in_axons),
      .start_i   (state_q == Check),
      .parity_i  (!parity_q),
      .tx_valid_o,
      .tx_ready_i,
      .tx_flit_o,
      .active_o  (credit_active)
  );

  // ------------------------------------------------------------- errors
  eddy_watch u_watch (
      .clk_i,
      .rst_ni,
      .waiting_i (open_o && in_flight_i != '0 && !config_i.halt),
      .progress_i(entry_valid || frame_started_i),
      .limit_i   (config_i.limit_frame),
      .expired_o (expired)
  );

  always_comb begin
    error_o            = '0;
    error_o.tile       = tile_id_i;
    error_o.error.tile = tile_id_i;
    error_o.error.axon = event_in.axon;
    error_o.error.info = count_q[26:0];
    if (is_event && open_o && !room && !config_i.abort) begin
      error_o.valid = 1'b1;
      error_o.code  = HostErrCapacity;
    end else if (entry_valid && !open_o) begin
      error_o.valid = 1'b1;
      error_o.code  = HostErrRoom;
    end else if (expired) begin
      error_o.valid = 1'b1;
      error_o.code  = HostErrWaitResult;
    end else if (drain_valid_i && drain_ready_o && bad_drain) begin
      error_o.valid = 1'b1;
      error_o.code  = drain_i.op != OpDrain ? HostErrOpcode : HostErrDescriptor;
    end
  end

  assign active_o = arrival_active || credit_active || (drain_valid_i && drain_ready_o)
      || (state_q != Closed && state_q != Open) || (open_o && complete);
endmodule
