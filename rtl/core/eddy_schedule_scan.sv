// SPDX-License-Identifier: Apache-2.0
/// Goes over the axons of one population: how many rows of its frame may be swept, and if none, what it waits for.
///
/// Takes two cycles and one for each axon, in-axons and out-axons side by side. What comes in meanwhile may be missed: it
/// marks the population, and a later scan sees it. Limits only grow within a frame, so an old one is safe.
module eddy_schedule_scan
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input table_write_t table_i,  // TabPop, TabProgress, TabCredit, TabSent, TabInSource, TabOutAxon
    input logic [AxonBits:0] out_axons_i,
    // scan
    input logic start_i,  // only while not busy
    input pop_id_t pop_i,
    input logic parity_i,
    input coord_t row_i,  // the row in question
    output logic busy_o,
    output logic end_o,  // pulse, with the results:
    output pop_id_t pop_o,
    output coord_t limit_o,  // rows [0, limit) may be swept
    output logic full_o,  // these are all
    output logic bound_o,  // the limit is a credit for this row alone: ask again behind it
    output sweep_wait_e wait_o,
    // what moves limits
    input progress_t progress_i,
    input logic credit_valid_i,
    input token_t credit_i,
    output logic touched_o,  // a population's credit has changed
    output pop_id_t touched_pop_o,
    input logic sent_valid_i,
    input axon_id_t sent_axon_i,
    input logic sent_parity_i,
    output logic error_valid_o,
    output err_e error_code_o,
    output axon_id_t error_axon_o,
    output coord_t error_row_o,
    output logic active_o
);
  typedef enum logic [1:0] {
    Idle,
    Start,  // the population's entry is there
    Scan
  } state_e;
  state_e state_q;

  typedef struct packed {
    coord_t            y0;
    coord_t            rows;
    axon_id_t          in_first;
    logic [AxonBits:0] in_count;
    axon_id_t          out_first;
    logic [AxonBits:0] out_count;
  } entry_t;

  pop_t load;
  entry_t load_entry, entry;
  assign load = pop_t'(table_i.data[$bits(pop_t)-1:0]);
  assign load_entry = '{
          y0: load.y0,
          rows: load.rows,
          in_first: load.in_first,
          in_count: load.in_count,
          out_first: load.out_first,
          out_count: load.out_count
      };
  eddy_ram_1r1w #(
      .Words(MaxPops),
      .Width($bits(entry_t))
  ) u_pops (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabPop),
      .waddr_i(table_i.index[PopBits-1:0]),
      .wdata_i(load_entry),
      .re_i   (start_i),
      .raddr_i(pop_i),
      .rdata_o(entry)
  );

  logic inputs_busy, outputs_busy, outputs_active;
  logic parity_q, bound, allowed;
  coord_t row_q, complete;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle: if (start_i) state_q <= Start;
        Start: state_q <= Scan;
        Scan: if (end_o) state_q <= Idle;
        default: state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      pop_o    <= pop_i;
      parity_q <= parity_i;
      row_q    <= row_i;
    end
  end

  eddy_axon_inputs u_inputs (
      .clk_i,
      .rst_ni,
      .table_i,
      .progress_i,
      .start_i (state_q == Start),
      .first_i (entry.in_first),
      .count_i (entry.in_count),
      .parity_i(parity_q),
      .busy_o  (inputs_busy),
      .limit_o (complete)
  );

  eddy_axon_outputs u_outputs (
      .clk_i,
      .rst_ni,
      .table_i,
      .out_axons_i,
      .credit_valid_i,
      .credit_i,
      .touched_o,
      .touched_pop_o,
      .error_valid_o,
      .error_code_o,
      .error_axon_o,
      .error_row_o,
      .sent_valid_i,
      .sent_axon_i,
      .sent_parity_i,
      .start_i  (state_q == Start),
      .first_i  (entry.out_first),
      .count_i  (entry.out_count),
      .parity_i (parity_q),
      .y_i      (entry.y0 + row_q),
      .busy_o   (outputs_busy),
      .bound_o  (bound),
      .allowed_o(allowed),
      .active_o (outputs_active)
  );

  // The last row needs the last token of every in-axon: nothing of a frame may come behind its end.
  coord_t most, input_limit, credit_limit;
  assign most         = (complete == '1) ? entry.rows : entry.rows - 1'b1;
  assign input_limit  = (complete < most) ? complete : most;
  assign credit_limit = !bound ? entry.rows : allowed ? row_q + 1'b1 : row_q;

  assign end_o        = state_q == Scan && !inputs_busy && !outputs_busy;
  assign limit_o      = (credit_limit < input_limit) ? credit_limit : input_limit;
  assign full_o       = limit_o == entry.rows;
  assign bound_o      = bound;
  assign wait_o       = (input_limit <= row_q) ? WaitInput : (credit_limit <= row_q) ? WaitCredit : WaitNone;

  assign busy_o       = state_q != Idle;
  assign active_o     = busy_o || outputs_active;
endmodule
