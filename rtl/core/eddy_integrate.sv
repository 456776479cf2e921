// SPDX-License-Identifier: Apache-2.0
/// Integrate path of the event core: adds what events bring into the accumulators that they touch.
///
/// Queue -> decode -> walk -> MAC, and marks beside the walk; docs/core-integrate.md has the drawing. One accumulator word
/// a cycle. A token follows the events before it, and leaves as progress when their sums are written and their marks set.
/// Tables are written over `table_i` only while nothing runs.
`include "eddy_assert.svh"

module eddy_integrate
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic                          clk_i,
    input  logic                          rst_ni,
    // set-up
    input  table_write_t                  table_i,
    input  addr_t                         queue_base_i,          // ring of the event queue
    input  logic             [AddrBits:0] queue_words_i,         // a power of two; 0: no ring
    // events and tokens
    input  logic                          entry_valid_i,
    output logic                          entry_ready_o,
    input  entry_t                        entry_i,
    // banks: data one cycle after the grant
    output mem_req_t                      mem_acc_write_o,
    input  logic                          mem_acc_write_gnt_i,
    output mem_req_t                      mem_acc_read_o,
    input  logic                          mem_acc_read_gnt_i,
    input  word_t                         mem_acc_read_rdata_i,
    output mem_req_t                      mem_weight_o,
    input  logic                          mem_weight_gnt_i,
    input  word_t                         mem_weight_rdata_i,
    output mem_req_t                      mem_queue_o,
    input  logic                          mem_queue_gnt_i,
    input  word_t                         mem_queue_rdata_i,
    // marks, for the sweep: data one cycle after ready, held until the next read
    input  logic                          mark_rd_valid_i,
    output logic                          mark_rd_ready_o,
    input  mark_addr_t                    mark_rd_addr_i,
    output mark_word_t                    mark_rd_data_o,
    input  logic                          mark_clr_valid_i,
    output logic                          mark_clr_ready_o,
    input  mark_addr_t                    mark_clr_addr_i,
    // what is in the accumulators: no back-pressure
    output progress_t                     progress_o,
    output integrate_pulse_t              pulse_o,
    output logic                          waiting_o,             // events or tokens wait in front of the MAC
    output logic                          active_o
);
  // ---------------------------------------------------------------- queue
  logic entry_valid, entry_ready, queue_waiting;
  entry_t entry;
  count_t queue_peak;
  eddy_event_queue u_queue (
      .clk_i,
      .rst_ni,
      .base_i     (queue_base_i),
      .words_i    (queue_words_i),
      .valid_i    (entry_valid_i),
      .ready_o    (entry_ready_o),
      .entry_i,
      .valid_o    (entry_valid),
      .ready_i    (entry_ready),
      .entry_o    (entry),
      .mem_o      (mem_queue_o),
      .mem_gnt_i  (mem_queue_gnt_i),
      .mem_rdata_i(mem_queue_rdata_i),
      .waiting_o  (queue_waiting),
      .peak_o     (queue_peak)
  );

  // ---------------------------------------------------------------- decode
  logic job_valid, job_ready, event_in, decode_active;
  job_t    job;
  pop_id_t event_pop;
  eddy_decode u_decode (
      .clk_i,
      .rst_ni,
      .table_i,
      .valid_i    (entry_valid),
      .ready_o    (entry_ready),
      .entry_i    (entry),
      .job_valid_o(job_valid),
      .job_ready_i(job_ready),
      .job_o      (job),
      .event_o    (event_in),
      .event_pop_o(event_pop),
      .active_o   (decode_active)
  );

  // ---------------------------------------------------------------- walk
  logic op_valid, op_ready, mark_valid, mark_ready, forget, missed, walk_active;
  op_t   op;
  mark_t mark;
  eddy_walk u_walk (
      .clk_i,
      .rst_ni,
      .valid_i     (job_valid),
      .ready_o     (job_ready),
      .job_i       (job),
      .op_valid_o  (op_valid),
      .op_ready_i  (op_ready),
      .op_o        (op),
      .mark_valid_o(mark_valid),
      .mark_ready_i(mark_ready),
      .mark_o      (mark),
      .forget_i    (forget),
      .missed_o    (missed),
      .active_o    (walk_active)
  );

  // ---------------------------------------------------------------- MAC
  mark_seq_t marks_done;
  logic frozen, token_waits, phase, read_denied, cut, mac_active;
  eddy_mac u_mac (
      .clk_i,
      .rst_ni,
      .table_i,
      .op_valid_i      (op_valid),
      .op_ready_o      (op_ready),
      .op_i            (op),
      .mem_write_o     (mem_acc_write_o),
      .mem_write_gnt_i (mem_acc_write_gnt_i),
      .mem_read_o      (mem_acc_read_o),
      .mem_read_gnt_i  (mem_acc_read_gnt_i),
      .mem_read_rdata_i(mem_acc_read_rdata_i),
      .mem_weight_o,
      .mem_weight_gnt_i,
      .mem_weight_rdata_i,
      .marks_done_i    (marks_done),
      .progress_o,
      .frozen_o        (frozen),
      .token_waits_o   (token_waits),
      .phase_o         (phase),
      .read_denied_o   (read_denied),
      .cut_o           (cut),
      .active_o        (mac_active)
  );

  logic marks_active;
  eddy_marks u_marks (
      .clk_i,
      .rst_ni,
      .table_i,
      .valid_i    (mark_valid),
      .ready_o    (mark_ready),
      .mark_i     (mark),
      .forget_o   (forget),
      .done_o     (marks_done),
      .rd_valid_i (mark_rd_valid_i),
      .rd_ready_o (mark_rd_ready_o),
      .rd_addr_i  (mark_rd_addr_i),
      .rd_data_o  (mark_rd_data_o),
      .clr_valid_i(mark_clr_valid_i),
      .clr_ready_o(mark_clr_ready_o),
      .clr_addr_i (mark_clr_addr_i),
      .active_o   (marks_active)
  );

  // ---------------------------------------------------------------- counters
  count_t events_q;  // taken in, and not yet walked to the end
  logic event_enters, event_leaves, bubble;
  assign event_enters = entry_valid_i && entry_ready_o && !entry_i.token;
  assign event_leaves = op_valid && op_ready && op.final_word;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) events_q <= '0;
    else if (event_enters || event_leaves || missed) begin
      events_q <= events_q + count_t'(event_enters) - count_t'(event_leaves) - count_t'(missed);
    end
  end

  always_comb begin
    pulse_o             = '0;
    pulse_o.queue_peak  = queue_peak;
    pulse_o.event_in    = event_in;
    pulse_o.event_pop   = event_pop;
    pulse_o.mac_word    = op_valid && op_ready && op.word;
    pulse_o.mac_pop     = op.pop;
    pulse_o.mac_waiting = events_q != '0;
    pulse_o.cut         = cut;

    bubble              = pulse_o.mac_waiting && !pulse_o.mac_word;
    if (bubble) begin
      if (token_waits || (!op_valid && mark_valid && !mark_ready)) pulse_o.bubble_mark = 1'b1;
      else if (!op_valid || !op.word) pulse_o.bubble_decode = 1'b1;
      else if (frozen) pulse_o.bubble_steal = 1'b1;
      else if (phase) pulse_o.bubble_phase = 1'b1;
      else if (read_denied) pulse_o.bubble_steal = 1'b1;
      else pulse_o.bubble_weight = 1'b1;
    end
  end

  assign waiting_o = queue_waiting || decode_active;
  assign active_o  = queue_waiting || decode_active || walk_active || mac_active || marks_active;

  `EDDY_ASSERT(WordsOnlyOfEvents, !pulse_o.mac_word || pulse_o.mac_waiting)
endmodule
