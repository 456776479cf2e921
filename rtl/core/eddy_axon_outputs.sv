// SPDX-License-Identifier: Apache-2.0
/// Credits of the out-axons: may a population send a certain row?
///
/// Owns TabCredit, and the row rule of TabOutAxon. Credits are taken in every cycle and checked; a scan goes over a
/// population's axons, one a cycle, and gives way to credits. An axon's last row waits for the credit of the consumer's
/// last: so nobody is two frames ahead of another, and a parity tells frames apart.
`include "eddy_assert.svh"

module eddy_axon_outputs
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  logic         [AxonBits:0] out_axons_i,
    // credits
    input  logic                      credit_valid_i,
    input  token_t                    credit_i,
    output logic                      touched_o,       // a population's credit has changed
    output pop_id_t                   touched_pop_o,
    output logic                      error_valid_o,
    output err_e                      error_code_o,
    output axon_id_t                  error_axon_o,
    output coord_t                    error_row_o,
    // last tokens that are sent: no consumer finishes a frame before it has got it all
    input  logic                      sent_valid_i,
    input  axon_id_t                  sent_axon_i,
    input  logic                      sent_parity_i,   // of the next frame
    // scan
    input  logic                      start_i,
    input  axon_id_t                  first_i,
    input  logic         [AxonBits:0] count_i,
    input  logic                      parity_i,        // stable during the scan
    input  coord_t                    y_i,             // row in coordinates of the layer; stable during the scan
    output logic                      busy_o,
    output logic                      bound_o,         // some consumer is still in the frame before ...
    output logic                      allowed_o,       // ... and all have swept what the row touches
    output logic                      active_o
);
  // ---------------------------------------------------------------- rule
  typedef struct packed {
    pop_id_t            pop;
    coord_t             y1;
    logic [4:0]         a;
    logic signed [15:0] b;
    logic [4:0]         d;
    coord_t             rows;
  } rule_t;

  axon_id_t addr, next_q;
  logic read, scan;
  out_axon_t load_axon;
  rule_t load_rule, rule;
  assign load_axon = out_axon_t'(table_i.data[$bits(out_axon_t)-1:0]);
  assign load_rule = '{
          pop: load_axon.pop,
          y1: load_axon.y1,
          a: load_axon.a,
          b: load_axon.b_credit,
          d: load_axon.d,
          rows: load_axon.rows
      };
  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(rule_t))
  ) u_rules (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabOutAxon),
      .waddr_i(table_i.index[AxonBits-1:0]),
      .wdata_i(load_rule),
      .re_i   (read),
      .raddr_i(addr),
      .rdata_o(rule)
  );

  // ---------------------------------------------------------------- state of an axon: credit, and frames sent
  typedef struct packed {
    logic   parity;
    coord_t row;
  } credit_state_t;

  axon_state_t load_state;
  logic load_credit, load_sent;
  assign load_state  = axon_state_t'(table_i.data[$bits(axon_state_t)-1:0]);
  assign load_credit = table_i.valid && table_i.sel == TabCredit;
  assign load_sent   = table_i.valid && table_i.sel == TabSent;

  // A credit in stage 1: read, now checked and written.
  logic credit_valid_q, known, good;
  token_t credit_q;
  credit_state_t state, next;

  // The state just written, or the frame just sent, if it was asked for in the same cycle.
  logic same_state, same_sent;
  logic same_state_q, same_sent_q;
  credit_state_t written_q, read_state;
  logic written_sent_q, read_sent, sent;
  assign same_state = credit_valid_q && good && credit_q.axon == addr;
  assign same_sent  = sent_valid_i && sent_axon_i == addr;
  assign state      = same_state_q ? written_q : read_state;
  assign sent       = same_sent_q ? written_sent_q : read_sent;

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(credit_state_t))
  ) u_credits (
      .clk_i,
      .we_i   (load_credit || (credit_valid_q && good)),
      .waddr_i(load_credit ? table_i.index[AxonBits-1:0] : credit_q.axon),
      .wdata_i(load_credit ? {load_state.parity, load_state.row} : next),
      .re_i   (read && !same_state),
      .raddr_i(addr),
      .rdata_o(read_state)
  );

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width(1)
  ) u_sent (
      .clk_i,
      .we_i   (load_sent || sent_valid_i),
      .waddr_i(load_sent ? table_i.index[AxonBits-1:0] : sent_axon_i),
      .wdata_i(load_sent ? load_state.parity : sent_parity_i),
      .re_i   (read && !same_sent),
      .raddr_i(addr),
      .rdata_o(read_sent)
  );

  // ---------------------------------------------------------------- read: credits first
  logic [AxonBits:0] left_q;
  assign scan = left_q != '0 && !credit_valid_i;
  assign addr = credit_valid_i ? credit_i.axon : next_q;
  assign read = credit_valid_i || scan;

  // ---------------------------------------------------------------- check of a credit
  assign known = (AxonBits + 1)'(credit_q.axon) < out_axons_i;
  assign good = known && credit_q.parity == state.parity && credit_q.count == count_t'(state.row) &&
                credit_q.row > state.row && credit_q.row <= rule.rows && (!credit_q.last || sent != credit_q.parity);
  assign next = '{parity: credit_q.parity ^ credit_q.last, row: credit_q.last ? '0 : credit_q.row};
  assign touched_o = credit_valid_q && good;
  assign touched_pop_o = rule.pop;
  assign error_valid_o = credit_valid_q && !good;
  assign error_code_o = known ? ErrCredit : ErrAxon;
  assign error_axon_o = credit_q.axon;
  assign error_row_o = credit_q.row;

  // ---------------------------------------------------------------- scan: two stages behind the RAMs
  typedef struct packed {
    logic        last;       // the axon's last row
    logic [15:0] numerator;
    logic [4:0]  d;
    coord_t      most;
    coord_t      row;        // swept by the consumer
  } stage_t;
  logic scan_q, need, need_q;
  stage_t stage_q;
  assign need = scan_q && state.parity != parity_i && y_i <= rule.y1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      credit_valid_q <= 1'b0;
      left_q         <= '0;
      scan_q         <= 1'b0;
      need_q         <= 1'b0;
    end else begin
      credit_valid_q <= credit_valid_i;
      if (start_i) left_q <= count_i;
      else if (scan) left_q <= left_q - 1'b1;
      scan_q <= scan;
      need_q <= need;
    end
  end

  always_ff @(posedge clk_i) begin
    if (credit_valid_i) credit_q <= credit_i;
    if (start_i) next_q <= first_i;
    else if (scan) next_q <= next_q + 1'b1;
    if (read) begin
      same_state_q <= same_state;
      same_sent_q  <= same_sent;
      if (same_state) written_q <= next;
      if (same_sent) written_sent_q <= sent_parity_i;
    end
    if (need) begin
      stage_q <= '{
          last: y_i == rule.y1,
          numerator: rule_numerator(rule.a, y_i, rule.b),
          d: rule.d,
          most: rule.rows - 1'b1,
          row: state.row
      };
    end
    if (start_i) bound_o <= 1'b0;
    else if (need) bound_o <= 1'b1;
    if (start_i) allowed_o <= 1'b1;
    else if (need_q && (stage_q.last || stage_q.row <= rule_row(stage_q.numerator, stage_q.d, stage_q.most)))
      allowed_o <= 1'b0;
  end

  assign busy_o   = left_q != '0 || scan_q || need_q;
  assign active_o = busy_o || credit_valid_q;
endmodule
