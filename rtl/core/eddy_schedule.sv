// SPDX-License-Identifier: Apache-2.0
/// Decides which population's row is swept next.
///
/// Keeps the frame and the next row of each population, and how many rows of that frame it may take (`limit`). Progress,
/// credits and finished rows mark a population; a scan over its axons then moves its limit, beside the sweep. Of the
/// populations that may take a row, the one in the lowest frame goes first, then round robin. A population that must wait
/// holds nothing.
`include "eddy_assert.svh"

module eddy_schedule
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                       clk_i,
    input  logic                       rst_ni,
    input  table_write_t               table_i,
    input  logic                       run_i,
    input  logic                       reset_i,
    input  logic         [  PopBits:0] pops_i,
    input  logic         [ AxonBits:0] out_axons_i,
    // what moves limits
    input  progress_t                  progress_i,
    input  logic                       credit_valid_i,
    input  token_t                     credit_i,
    input  logic                       sent_valid_i,
    input  axon_id_t                   sent_axon_i,
    input  logic                       sent_parity_i,
    // a row to the sweep
    output logic                       valid_o,
    input  logic                       ready_i,
    output pop_id_t                    pop_o,           // holds until the row is done
    output logic                       parity_o,
    output coord_t                     row_o,
    output logic                       next_o,          // the population may take the row after row_o
    input  logic                       step_i,          // it has taken it
    input  logic                       done_i,          // row_o is swept
    input  logic                       frame_i,         // with done_i: it was the last
    // watchdog, errors
    output sweep_wait_e  [MaxPops-1:0] wait_o,
    output logic                       error_valid_o,
    output err_e                       error_code_o,
    output axon_id_t                   error_axon_o,
    output coord_t                     error_row_o,
    output logic                       active_o
);
  localparam int unsigned FrameBits = 8;
  typedef logic [MaxPops-1:0] pop_set_t;

  // ---------------------------------------------------------------- state of the populations
  logic [MaxPops-1:0][FrameBits-1:0] frame_q;  // wraps; bit 0 is the parity
  coord_t row_q[MaxPops];  // next row, or the one that is being swept
  coord_t limit_q[MaxPops];  // rows [0, limit) of this frame may be swept
  pop_set_t dirty_q;  // something has changed since it was scanned
  pop_set_t full_q;  // all its rows may be swept
  pop_set_t bound_q;  // its limit is one row's credit
  pop_set_t used;
  assign used = ~(pop_set_t'('1) << pops_i);

  logic held_q, taken_q;  // a row is offered or being swept; it is being swept
  pop_id_t  held_pop_q;

  // ---------------------------------------------------------------- scan
  pop_set_t scannable;
  logic pick, scan_busy, scan_active;
  pop_id_t pick_pop;
  assign scannable = dirty_q & ~full_q & used;
  assign pick      = !scan_busy && run_i && scannable != '0;

  always_comb begin
    pick_pop = '0;
    if (pick) for (int unsigned p = MaxPops; p > 0; p--) if (scannable[p-1]) pick_pop = pop_id_t'(p - 1);
  end

  logic scan_end, scan_full, scan_bound, touched;
  pop_id_t scan_pop, touched_pop;
  coord_t      scan_limit;
  sweep_wait_e scan_wait;
  eddy_schedule_scan u_scan (
      .clk_i,
      .rst_ni,
      .table_i,
      .out_axons_i,
      .start_i      (pick),
      .pop_i        (pick_pop),
      .parity_i     (frame_q[pick_pop][0]),
      // A row that is being swept needs nothing more: the one behind it is in question.
      .row_i        (row_q[pick_pop] + coord_t'(held_q && held_pop_q == pick_pop)),
      .busy_o       (scan_busy),
      .end_o        (scan_end),
      .pop_o        (scan_pop),
      .limit_o      (scan_limit),
      .full_o       (scan_full),
      .bound_o      (scan_bound),
      .wait_o       (scan_wait),
      .progress_i,
      .credit_valid_i,
      .credit_i,
      .touched_o    (touched),
      .touched_pop_o(touched_pop),
      .sent_valid_i,
      .sent_axon_i,
      .sent_parity_i,
      .error_valid_o,
      .error_code_o,
      .error_axon_o,
      .error_row_o,
      .active_o     (scan_active)
  );

  // ---------------------------------------------------------------- a row to the sweep
  pop_set_t ready;
  pop_id_t  ready_pop;
  logic hold, restart;
  coord_t after;
  assign after   = row_q[held_pop_q] + 1'b1;
  assign restart = done_i && frame_i;
  assign hold    = !held_q && run_i && ready != '0;

  always_comb begin
    ready = '0;
    if (!held_q && run_i) for (int unsigned p = 0; p < MaxPops; p++) ready[p] = used[p] && row_q[p] < limit_q[p];
  end

  eddy_schedule_pick #(
      .FrameBits(FrameBits)
  ) u_pick (
      .clk_i,
      .rst_ni,
      .ready_i(ready),
      .frame_i(frame_q),
      .adv_i  (hold),
      .pop_o  (ready_pop)
  );

  assign valid_o  = held_q && !taken_q && run_i;
  assign pop_o    = held_pop_q;
  assign parity_o = frame_q[held_pop_q][0];
  assign row_o    = row_q[held_pop_q];
  assign next_o   = run_i && after < limit_q[held_pop_q];

  // ---------------------------------------------------------------- registers
  pop_set_t marked;  // to be scanned (again)
  always_comb begin
    marked = '0;
    if (progress_i.valid) marked[progress_i.pop] = 1'b1;
    if (touched) marked[touched_pop] = 1'b1;
    if (restart || ((done_i || step_i) && bound_q[held_pop_q])) marked[held_pop_q] = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      dirty_q <= '1;
      full_q  <= '0;
      bound_q <= '0;
      held_q  <= 1'b0;
      taken_q <= 1'b0;
      frame_q <= '0;
      wait_o  <= '{MaxPops{WaitNone}};
      for (int unsigned p = 0; p < MaxPops; p++) begin
        row_q[p]   <= '0;
        limit_q[p] <= '0;
      end
    end else if (reset_i) begin
      dirty_q <= '1;
      full_q  <= '0;
      held_q  <= 1'b0;
      frame_q <= '0;
      wait_o  <= '{MaxPops{WaitNone}};
      for (int unsigned p = 0; p < MaxPops; p++) begin
        row_q[p]   <= '0;
        limit_q[p] <= '0;
      end
    end else begin
      // The host may have written states while nothing ran: look at all again.
      if (!run_i) dirty_q <= '1;
      else if (marked != '0 || pick) dirty_q <= (dirty_q & ~(pop_set_t'(pick) << pick_pop)) | marked;
      if (scan_end) begin
        limit_q[scan_pop] <= scan_limit;
        full_q[scan_pop]  <= scan_full;
        bound_q[scan_pop] <= scan_bound;
        wait_o[scan_pop]  <= scan_wait;
      end
      if (hold) held_q <= 1'b1;
      if (valid_o && ready_i) taken_q <= 1'b1;
      if (step_i || done_i) row_q[held_pop_q] <= frame_i ? '0 : after;
      if (done_i) begin
        held_q  <= 1'b0;
        taken_q <= 1'b0;
      end
      if (restart) begin
        frame_q[held_pop_q] <= frame_q[held_pop_q] + 1'b1;
        limit_q[held_pop_q] <= '0;
        full_q[held_pop_q]  <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (hold) held_pop_q <= ready_pop;
  end

  assign active_o = scan_active || pick || hold || taken_q || valid_o;

  `EDDY_ASSERT(NoScanOfFullPopulation, !(restart && scan_busy && scan_pop == held_pop_q))
  `EDDY_ASSERT(StepInLimit, !step_i || next_o)
  `EDDY_ASSERT(DoneIsTaken, !(done_i || step_i) || taken_q)
  `EDDY_ASSUME(ResetWhileQuiet, !reset_i || (!taken_q && !scan_busy))
endmodule
