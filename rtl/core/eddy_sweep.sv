// SPDX-License-Identifier: Apache-2.0
/// Sweeps rows: finds the pixels to visit, drives the datapath over them, closes the row with tokens and credits.
///
/// A row that is handed over is walked pixel by pixel if it has any to visit, then drained. If the population may go on and
/// its next row is clean, that row is done as well and the tokens of the two are merged: a clean row costs its mark words
/// and three cycles. Otherwise emit closes the row, and beside it the next one is taken. Credits go by themselves; those of
/// a row are left out while others are on their way, for a later row's say more, and the frame's always go.
`include "eddy_assert.svh"

module eddy_sweep
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,           // TabPop, TabParam
    // rows from the schedule
    input  logic         valid_i,
    output logic         ready_o,
    input  pop_id_t      pop_i,
    input  logic         parity_i,          // this and row_i hold until the row is done
    input  coord_t       row_i,
    input  logic         next_i,            // the population may take the next row
    output logic         step_o,            // it is taken, and row_i moves on
    output logic         done_o,
    output logic         frame_o,           // with done: it was the last row
    // banks
    output mem_req_t     mem_a_o,
    output mem_req_t     mem_b_o,
    output mem_req_t     mem_ref_o,
    input  logic         mem_ref_gnt_i,
    input  word_t        mem_a_rdata_i,
    input  word_t        mem_b_rdata_i,
    input  word_t        mem_ref_rdata_i,
    // marks
    output logic         mark_rd_valid_o,
    input  logic         mark_rd_ready_i,
    output mark_addr_t   mark_rd_addr_o,
    input  mark_word_t   mark_rd_data_i,
    output logic         mark_clr_valid_o,
    input  logic         mark_clr_ready_i,
    output mark_addr_t   mark_clr_addr_o,
    // to emit
    output logic         emit_valid_o,
    input  logic         emit_ready_i,
    output emit_op_e     emit_op_o,
    output emit_row_t    emit_row_o,
    output logic         group_valid_o,
    input  logic         group_ready_i,
    output group_t       group_o,
    // credits
    output logic         credit_start_o,
    input  logic         credit_busy_i,
    output pop_t         pop_o,             // of the row at hand
    // counters
    output logic         pixel_o,
    output logic         neurons_o,         // a word of Lanes neurons
    output logic         active_o
);
  typedef enum logic [3:0] {
    Idle,
    Setup,  // the population's entry is there
    Look,   // has the row a pixel to visit?
    Open,   // it has: emit loads the axons
    Walk,
    Ahead,  // the row is done: may the next one be taken ...
    Peek,   // ... and is it clean?
    Close,  // tokens
    Credit
  } state_e;
  state_e state_q;

  // ---------------------------------------------------------------- population and row
  pop_t   pop;
  logic take, last_row, try_next;
  assign ready_o  = state_q == Idle;
  assign take     = valid_i && ready_o;
  assign last_row = row_i + 1'b1 == pop.rows;
  assign try_next = next_i && !last_row && !pop.visit_all;
  assign pop_o    = pop;

  eddy_ram_1r1w #(
      .Words(MaxPops),
      .Width($bits(pop_t))
  ) u_pops (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabPop),
      .waddr_i(table_i.index[PopBits-1:0]),
      .wdata_i(table_i.data[$bits(pop_t)-1:0]),
      .re_i   (take),
      .raddr_i(pop_i),
      .rdata_o(pop)
  );

  sweep_row_t row;
  eddy_sweep_geometry u_geometry (
      .clk_i,
      .start_i(state_q == Setup),
      .pop_i  (pop),
      .row_i,
      .row_o  (row)
  );

  // ---------------------------------------------------------------- control
  logic pixel_valid, pixel_ready, marks_done, walked;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle: if (valid_i) state_q <= Setup;
        Setup: state_q <= Look;
        Look:
        if (pixel_valid) state_q <= Open;
        else if (marks_done) state_q <= Ahead;
        Open: if (emit_ready_i) state_q <= Walk;
        Walk: if (walked) state_q <= Ahead;
        Ahead: state_q <= try_next ? Peek : Close;
        Peek:
        if (step_o) state_q <= Ahead;
        else if (pixel_valid || marks_done) state_q <= Close;
        Close: if (emit_ready_i) state_q <= last_row ? Credit : Idle;
        Credit: if (!credit_busy_i) state_q <= Idle;
        default: state_q <= Idle;
      endcase
    end
  end

  assign step_o = state_q == Peek && !pixel_valid && marks_done && next_i;
  assign frame_o = state_q == Credit;
  assign done_o = (state_q == Close && emit_ready_i && !last_row) || (state_q == Credit && !credit_busy_i);
  assign credit_start_o = done_o && !credit_busy_i;

  assign emit_valid_o = state_q == Open || state_q == Close;
  assign emit_op_o = (state_q == Open) ? EmitOpen : EmitClose;
  assign emit_row_o = '{
          y: pop.y0 + row_i,
          parity: parity_i,
          xbits: pop.xbits,
          cbits: pop.cbits,
          out_first: pop.out_first,
          out_count: pop.out_count
      };

  // ---------------------------------------------------------------- activation's table
  logic curve_ready, curve_we;
  curve_addr_t curve_waddr;
  mem_req_t    walk_a;
  eddy_curve_load u_curve_load (
      .clk_i,
      .rst_ni,
      .forget_i(table_i.valid && table_i.sel == TabPop),
      .need_i  (state_q == Open || state_q == Walk),
      .curve_i (pop.curve),
      .base_i  (pop.curve_base),
      .ready_o (curve_ready),
      .walk_i  (walk_a),
      .mem_o   (mem_a_o),
      .we_o    (curve_we),
      .waddr_o (curve_waddr)
  );

  logic walk;
  assign walk = state_q == Walk && curve_ready;

  // ---------------------------------------------------------------- pixels
  logic look;
  mark_addr_t mark_addr, mark_addr_q;
  coord_t x;
  assign look = state_q == Setup || (state_q == Ahead && try_next);
  assign mark_addr = (state_q == Setup) ? pop.mark_base + mark_addr_t'(row_i) * mark_addr_t'(pop.mark_row) :
                                          mark_addr_q + mark_addr_t'(pop.mark_row);
  always_ff @(posedge clk_i) if (look) mark_addr_q <= mark_addr;

  eddy_sweep_marks u_marks (
      .clk_i,
      .rst_ni,
      .start_i    (look),
      .stop_i     (state_q == Peek && pixel_valid),
      .all_i      (pop.visit_all),
      .base_i     (mark_addr),
      .cols_i     (pop.cols),
      .valid_o    (pixel_valid),
      .ready_i    (pixel_ready && walk),
      .x_o        (x),
      .done_o     (marks_done),
      .rd_valid_o (mark_rd_valid_o),
      .rd_ready_i (mark_rd_ready_i),
      .rd_addr_o  (mark_rd_addr_o),
      .rd_data_i  (mark_rd_data_i),
      .clr_valid_o(mark_clr_valid_o),
      .clr_ready_i(mark_clr_ready_i),
      .clr_addr_o (mark_clr_addr_o)
  );

  // ---------------------------------------------------------------- words
  logic walk_busy, room, beat_valid;
  sweep_beat_t beat;
  logic ref_read, ref_write;
  addr_t ref_read_addr, ref_write_addr;
  mask_t                     ref_write_mask;
  word_t                     ref_write_data;
  logic  [ParamAddrBits-1:0] beat_param;
  eddy_sweep_walk u_walk (
      .clk_i,
      .rst_ni,
      .pop_i       (pop),
      .row_i       (row),
      .valid_i     (pixel_valid && walk),
      .ready_o     (pixel_ready),
      .x_i         (x),
      .mem_a_o     (walk_a),
      .mem_b_o,
      .ref_valid_o (ref_read),
      .ref_gnt_i   (mem_ref_gnt_i),
      .ref_addr_o  (ref_read_addr),
      .room_i      (room),
      .beat_valid_o(beat_valid),
      .beat_o      (beat),
      .beat_param_o(beat_param),
      .busy_o      (walk_busy)
  );

  logic data_active, result_valid, fired;
  sweep_result_t result;
  eddy_sweep_data u_data (
      .clk_i,
      .rst_ni,
      .table_i,
      .pop_i        (pop),
      .beat_valid_i (beat_valid),
      .beat_i       (beat),
      .beat_param_i (beat_param),
      .mem_a_rdata_i,
      .mem_b_rdata_i,
      .curve_we_i   (curve_we),
      .curve_waddr_i(curve_waddr),
      .ref_valid_i  (ref_read && mem_ref_gnt_i),
      .mem_ref_rdata_i,
      .valid_o      (result_valid),
      .fired_o      (fired),
      .result_o     (result),
      .pixel_o,
      .active_o     (data_active)
  );
  assign neurons_o = result_valid;

  logic result_idle;
  eddy_sweep_result u_result (
      .clk_i,
      .rst_ni,
      .send_delta_i(pop.send_delta),
      .curve_i     (pop.curve),
      .room_o      (room),
      .reserve_i   (beat_valid && beat.last),
      .valid_i     (result_valid),
      .fired_i     (fired),
      .result_i    (result),
      .group_valid_o,
      .group_ready_i,
      .group_o,
      .ref_valid_o (ref_write),
      .ref_gnt_i   (mem_ref_gnt_i && !ref_read),
      .ref_addr_o  (ref_write_addr),
      .ref_mask_o  (ref_write_mask),
      .ref_data_o  (ref_write_data),
      .idle_o      (result_idle)
  );

  // Reads first: they have a date to keep, and leave every second cycle free.
  assign mem_ref_o = '{
          valid: ref_read || ref_write,
          we: !ref_read,
          addr: ref_read ? ref_read_addr : ref_write_addr,
          mask: ref_write_mask,
          data: ref_write_data
      };

  assign walked = marks_done && !walk_busy && !data_active && result_idle;
  assign active_o = state_q != Idle;

  `EDDY_ASSERT(QuietBetweenRows, state_q != Idle || (!walk_busy && !data_active && result_idle))
endmodule
