// SPDX-License-Identifier: Apache-2.0
/// Sweep path of the event core: takes rows whose input is complete, and sends what has changed.
///
/// Schedule -> sweep -> requantise -> pool -> delta -> emit; docs/core-sweep.md has the drawing. 4 neurons a cycle; a row
/// that nothing touched costs a few cycles. Progress and credits are always taken. Tables and the state of the axons
/// are written over `table_i` only while nothing runs.
`include "eddy_assert.svh"

module eddy_sweep_path
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                       clk_i,
    input  logic                       rst_ni,
    // set-up
    input  table_write_t               table_i,
    input  logic                       run_i,             // rows may be taken
    input  logic                       reset_i,           // pulse: row and parity of all populations to 0
    input  tile_id_t                   tile_id_i,
    input  logic         [ AxonBits:0] in_axons_i,        // entries in use
    input  logic         [ AxonBits:0] out_axons_i,
    input  logic         [  PopBits:0] pops_i,
    // what allows rows: no back-pressure
    input  progress_t                  progress_i,
    input  logic                       credit_valid_i,
    input  token_t                     credit_i,
    // banks: A and B are always granted; data one cycle after the grant
    output mem_req_t                   mem_a_o,
    output mem_req_t                   mem_b_o,
    output mem_req_t                   mem_ref_o,
    input  logic                       mem_ref_gnt_i,
    input  word_t                      mem_a_rdata_i,
    input  word_t                      mem_b_rdata_i,
    input  word_t                      mem_ref_rdata_i,
    // marks: data one cycle after ready, held until the next read
    output logic                       mark_rd_valid_o,
    input  logic                       mark_rd_ready_i,
    output mark_addr_t                 mark_rd_addr_o,
    input  mark_word_t                 mark_rd_data_i,
    output logic                       mark_clr_valid_o,
    input  logic                       mark_clr_ready_i,
    output mark_addr_t                 mark_clr_addr_o,
    // to the network
    output logic                       flit_valid_o,
    input  logic                       flit_ready_i,
    output flit_t                      flit_o,
    // for people and counters
    output trace_t                     trace_o,
    output logic                       error_valid_o,     // pulse
    output error_t                     error_o,
    output sweep_wait_e  [MaxPops-1:0] wait_o,
    output sweep_pulse_t               pulse_o,
    output logic                       active_o
);
  // ---------------------------------------------------------------- schedule
  logic row_valid, row_ready, parity, next_ok, step, done, frame;
  pop_id_t pop_id;
  coord_t  row;
  logic sent_valid, sent_parity, schedule_active;
  axon_id_t sent_axon;
  logic     credit_error;
  err_e     credit_error_code;
  axon_id_t credit_error_axon;
  coord_t   credit_error_row;
  eddy_schedule u_schedule (
      .clk_i,
      .rst_ni,
      .table_i,
      .run_i,
      .reset_i,
      .pops_i,
      .out_axons_i,
      .progress_i,
      .credit_valid_i,
      .credit_i,
      .sent_valid_i (sent_valid),
      .sent_axon_i  (sent_axon),
      .sent_parity_i(sent_parity),
      .valid_o      (row_valid),
      .ready_i      (row_ready),
      .pop_o        (pop_id),
      .parity_o     (parity),
      .row_o        (row),
      .next_o       (next_ok),
      .step_i       (step),
      .done_i       (done),
      .frame_i      (frame),
      .wait_o,
      .error_valid_o(credit_error),
      .error_code_o (credit_error_code),
      .error_axon_o (credit_error_axon),
      .error_row_o  (credit_error_row),
      .active_o     (schedule_active)
  );

  // ---------------------------------------------------------------- sweep
  logic emit_valid, emit_ready, group_valid, group_ready;
  emit_op_e  emit_op;
  emit_row_t emit_row;
  group_t    group;
  logic credit_start, credit_busy, neurons, sweep_active;
  pop_t pop;
  logic pixel;
  eddy_sweep u_sweep (
      .clk_i,
      .rst_ni,
      .table_i,
      .valid_i       (row_valid),
      .ready_o       (row_ready),
      .pop_i         (pop_id),
      .parity_i      (parity),
      .row_i         (row),
      .next_i        (next_ok),
      .step_o        (step),
      .done_o        (done),
      .frame_o       (frame),
      .mem_a_o,
      .mem_b_o,
      .mem_ref_o,
      .mem_ref_gnt_i,
      .mem_a_rdata_i,
      .mem_b_rdata_i,
      .mem_ref_rdata_i,
      .mark_rd_valid_o,
      .mark_rd_ready_i,
      .mark_rd_addr_o,
      .mark_rd_data_i,
      .mark_clr_valid_o,
      .mark_clr_ready_i,
      .mark_clr_addr_o,
      .emit_valid_o  (emit_valid),
      .emit_ready_i  (emit_ready),
      .emit_op_o     (emit_op),
      .emit_row_o    (emit_row),
      .group_valid_o (group_valid),
      .group_ready_i (group_ready),
      .group_o       (group),
      .credit_start_o(credit_start),
      .credit_busy_i (credit_busy),
      .pop_o         (pop),
      .pixel_o       (pixel),
      .neurons_o     (neurons),
      .active_o      (sweep_active)
  );

  // ---------------------------------------------------------------- events, tokens, credits
  logic emit_flit_valid, emit_flit_ready, event_sent, event_cut, token_sent, emit_idle;
  flit_t    emit_flit;
  logic     overflow;
  axon_id_t overflow_axon;
  eddy_emit u_emit (
      .clk_i,
      .rst_ni,
      .table_i,
      .row_valid_i  (emit_valid),
      .row_ready_o  (emit_ready),
      .row_op_i     (emit_op),
      .row_i        (emit_row),
      .group_valid_i(group_valid),
      .group_ready_o(group_ready),
      .group_i      (group),
      .flit_valid_o (emit_flit_valid),
      .flit_ready_i (emit_flit_ready),
      .flit_o       (emit_flit),
      .error_valid_o(overflow),
      .error_axon_o (overflow_axon),
      .event_o      (event_sent),
      .cut_o        (event_cut),
      .token_o      (token_sent),
      .sent_valid_o (sent_valid),
      .sent_axon_o  (sent_axon),
      .sent_parity_o(sent_parity),
      .idle_o       (emit_idle)
  );

  logic credit_flit_valid, credit_flit_ready;
  flit_t credit_flit;
  eddy_axon_credits u_credits (
      .clk_i,
      .rst_ni,
      .table_i,
      .reset_i,
      .start_i     (credit_start),
      .pop_i       (pop_id),
      .first_i     (pop.in_first),
      .count_i     (pop.in_count),
      .rows_i      (row + 1'b1),
      .last_i      (frame),
      .parity_i    (parity),
      .busy_o      (credit_busy),
      .flit_valid_o(credit_flit_valid),
      .flit_ready_i(credit_flit_ready),
      .flit_o      (credit_flit)
  );

  // Credits first: others wait for them. But a flit that was offered stays.
  logic out_valid, out_ready, offered_q, credit_turn;
  assign credit_turn       = credit_flit_valid && !offered_q;
  assign out_valid         = credit_turn || emit_flit_valid;
  assign credit_flit_ready = out_ready && credit_turn;
  assign emit_flit_ready   = out_ready && !credit_turn;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) offered_q <= 1'b0;
    else offered_q <= emit_flit_valid && !emit_flit_ready && !credit_turn;
  end

  eddy_slice #(
      .data_t(flit_t)
  ) u_out (
      .clk_i,
      .rst_ni,
      .valid_i(out_valid),
      .ready_o(out_ready),
      .data_i (credit_turn ? credit_flit : emit_flit),
      .valid_o(flit_valid_o),
      .ready_i(flit_ready_i),
      .data_o (flit_o)
  );

  // ---------------------------------------------------------------- trace, errors, counters
  logic group_sent;
  assign group_sent = group_valid && group_ready;
  eddy_trace u_trace (
      .clk_i,
      .rst_ni,
      .sent_i  (group_sent),
      .end_i   (done && frame),
      .pop_i   (pop_id),
      .parity_i(parity),
      .y_i     (emit_row.y),
      .group_i (group),
      .trace_o
  );

  assign error_valid_o = credit_error || overflow;
  always_comb begin
    error_o = '{code: ErrOverflow, tile: tile_id_i, axon: overflow_axon, info: '0};
    if (credit_error) begin
      error_o.code = credit_error_code;
      error_o.axon = credit_error_axon;
      error_o.info = 27'(credit_error_row);
    end
  end

  logic waits_for_credit, waits_for_input;
  always_comb begin
    waits_for_credit = 1'b0;
    waits_for_input  = 1'b0;
    for (int unsigned p = 0; p < MaxPops; p++) begin
      waits_for_credit |= wait_o[p] == WaitCredit;
      waits_for_input |= wait_o[p] == WaitInput;
    end
  end

  localparam int unsigned LaneCountBits = $clog2(Lanes + 1);
  assign pulse_o = '{
          cut: event_cut,
          pixels: pixel,
          neurons: neurons ? LaneCountBits'(Lanes) : '0,
          pop: pop_id,
          fired: group_sent ? LaneCountBits'($countones(group.fire)) : '0,
          events: event_sent,
          tokens: token_sent,
          credits: credit_flit_valid && credit_flit_ready,
          network: flit_valid_o && !flit_ready_i,
          credit: run_i && waits_for_credit,
          starved: run_i && waits_for_input && !waits_for_credit && !sweep_active
      };

  assign active_o = schedule_active || sweep_active || !emit_idle || credit_busy || flit_valid_o ||
      trace_o.valid || trace_o.frame_end;

  `EDDY_ASSUME(ProgressOnKnownAxon, !progress_i.valid || (AxonBits + 1)'(progress_i.axon) < in_axons_i)
endmodule
