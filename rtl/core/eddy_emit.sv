// SPDX-License-Identifier: Apache-2.0
/// Sends the events of a row to the out-axons that want them, counts them, and closes rows with tokens.
///
/// Owns TabOutAxon and TabSent. A user goes through each row so: EmitOpen (one cycle an axon), groups in order of x and c,
/// EmitClose (one cycle an axon, sends the tokens that are due). Rows without events need no EmitOpen, and rows whose tokens
/// are merged into a later row's no EmitClose. An event costs a cycle for each axon that takes it, none for the others.
/// `row_ready_o` takes a command; `idle_o` says that all that was asked for has left `flit_o`.
`include "eddy_assert.svh"

module eddy_emit
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,        // TabOutAxon, TabSent; only while idle
    // rows
    input  logic         row_valid_i,
    output logic         row_ready_o,
    input  emit_op_e     row_op_i,
    input  emit_row_t    row_i,
    // groups of the row that is open
    input  logic         group_valid_i,
    output logic         group_ready_o,
    input  group_t       group_i,
    // to the network
    output logic         flit_valid_o,
    input  logic         flit_ready_i,
    output flit_t        flit_o,
    // pulses
    output logic         error_valid_o,  // ErrOverflow: more events between two tokens than the counter holds
    output axon_id_t     error_axon_o,   // its out-axon
    output logic         event_o,        // an event goes into flit_o
    output logic         cut_o,          // its value is not exact in FP16
    output logic         token_o,        // a token goes into flit_o
    // last token of a frame goes into flit_o: its out-axon, and the parity of the frame that is next
    output logic         sent_valid_o,
    output axon_id_t     sent_axon_o,
    output logic         sent_parity_o,
    output logic         idle_o
);
  typedef enum logic [1:0] {
    Idle,  // groups pass
    Load,  // axons into the slots
    Save,  // counts back to the table
    Close  // tokens
  } state_e;
  state_e state_q;

  coord_t y_q;
  logic   parity_q;

  // ---------------------------------------------------------------- command
  logic start, events_valid;
  assign row_ready_o = state_q == Idle && !events_valid;
  assign start       = row_valid_i && row_ready_o;

  // ---------------------------------------------------------------- scan of the table: address, data, token
  axon_id_t              next_q;  // axon to be read
  logic     [AxonBits:0] left_q;
  logic read, advance;
  logic     data_valid_q;
  axon_id_t data_index_q;
  logic out_free, due, token_valid;

  assign out_free = !flit_valid_o || flit_ready_i;
  assign advance  = !due || out_free;
  assign read     = (state_q == Load || state_q == Close) && left_q != '0 && advance;

  logic scan_done;
  assign scan_done = left_q == '0 && !data_valid_q && !token_valid;

  logic save_valid;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= Idle;
      left_q       <= '0;
      data_valid_q <= 1'b0;
    end else begin
      unique case (state_q)
        Idle: if (start) state_q <= (row_op_i == EmitOpen) ? Load : Save;
        Load: if (scan_done) state_q <= Idle;
        Save: if (!save_valid) state_q <= Close;
        Close: if (scan_done) state_q <= Idle;
        default: state_q <= Idle;
      endcase
      if (start) left_q <= row_i.out_count;
      else if (read) left_q <= left_q - 1'b1;
      if (advance) data_valid_q <= read;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start) begin
      next_q   <= row_i.out_first;
      y_q      <= row_i.y;
      parity_q <= row_i.parity;
    end
    if (read) begin
      next_q       <= next_q + 1'b1;
      data_index_q <= next_q;
    end
  end

  // ---------------------------------------------------------------- tables
  out_axon_t axon;
  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(out_axon_t))
  ) u_axons (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabOutAxon),
      .waddr_i(table_i.index[AxonBits-1:0]),
      .wdata_i(table_i.data[$bits(out_axon_t)-1:0]),
      .re_i   (read),
      .raddr_i(next_q),
      .rdata_o(axon)
  );

  // TabSent in two parts: a row that ends without tokens writes back the counts only.
  typedef struct packed {
    logic   parity;
    coord_t row;
  } sent_t;
  axon_state_t load_state;
  logic        load_sent;
  assign load_state = axon_state_t'(table_i.data[$bits(axon_state_t)-1:0]);
  assign load_sent  = table_i.valid && table_i.sel == TabSent;

  sent_t  sent;
  count_t count;
  logic   token_send;
  axon_id_t token_index, save_index;
  axon_state_t token_state;
  count_t      save_count;
  assign token_send = due && out_free;

  axon_id_t sent_addr, count_addr;
  sent_t  sent_data;
  count_t count_data;
  always_comb begin
    sent_addr = token_index;
    sent_data = '{parity: token_state.parity, row: token_state.row};
    if (load_sent) begin
      sent_addr = table_i.index[AxonBits-1:0];
      sent_data = '{parity: load_state.parity, row: load_state.row};
    end
    count_addr = (state_q == Save) ? save_index : sent_addr;
    count_data = (state_q == Save) ? save_count : load_sent ? load_state.count : '0;
  end

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(sent_t))
  ) u_sent (
      .clk_i,
      .we_i   (load_sent || token_send),
      .waddr_i(sent_addr),
      .wdata_i(sent_data),
      .re_i   (read),
      .raddr_i(next_q),
      .rdata_o(sent)
  );

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width(CountBits)
  ) u_counts (
      .clk_i,
      .we_i   (load_sent || token_send || (state_q == Save && save_valid)),
      .waddr_i(count_addr),
      .wdata_i(count_data),
      .re_i   (read),
      .raddr_i(next_q),
      .rdata_o(count)
  );

  // ---------------------------------------------------------------- events
  logic   load;
  coord_t dy;
  assign dy   = y_q - axon.y0;
  assign load = state_q == Load && data_valid_q && y_q >= axon.y0 && y_q <= axon.y1 && (dy[1:0] & axon.y_mask) == '0;

  pos_t       base_q;
  logic [4:0] cbits_q;
  always_ff @(posedge clk_i) begin
    if (start && row_op_i == EmitOpen) begin
      base_q  <= pos_t'(row_i.y) << (6'(row_i.xbits) + 6'(row_i.cbits));
      cbits_q <= row_i.cbits;
    end
  end

  logic group_ready;
  flit_t event_flit, token_flit;
  eddy_emit_events u_events (
      .clk_i,
      .rst_ni,
      .clear_i      (start && row_op_i == EmitOpen),
      .base_i       (base_q),
      .cbits_i      (cbits_q),
      .load_i       (load),
      .load_index_i (data_index_q),
      .load_axon_i  (axon),
      .load_count_i (count),
      .group_valid_i(group_valid_i && state_q == Idle),
      .group_ready_o(group_ready),
      .group_i      (group_i),
      .flit_valid_o (events_valid),
      .flit_ready_i (out_free),
      .flit_o       (event_flit),
      .cut_o,
      .overflow_o   (error_valid_o),
      .index_o      (error_axon_o),
      .save_valid_o (save_valid),
      .save_ready_i (state_q == Save),
      .save_index_o (save_index),
      .save_count_o (save_count)
  );
  assign group_ready_o = group_ready && state_q == Idle;

  // ---------------------------------------------------------------- tokens
  eddy_emit_token u_token (
      .clk_i,
      .rst_ni,
      .enable_i(advance),
      .valid_i (data_valid_q && state_q == Close),
      .index_i (data_index_q),
      .axon_i  (axon),
      .sent_i  ('{parity: sent.parity, row: sent.row, count: count}),
      .y_i     (y_q),
      .parity_i(parity_q),
      .valid_o (token_valid),
      .due_o   (due),
      .index_o (token_index),
      .flit_o  (token_flit),
      .sent_o  (token_state)
  );

  // ---------------------------------------------------------------- out: events and tokens never meet
  assign event_o = events_valid && out_free;
  assign token_o = token_send;

  assign sent_valid_o = token_send && token_state.parity != parity_q;
  assign sent_axon_o = token_index;
  assign sent_parity_o = token_state.parity;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) flit_valid_o <= 1'b0;
    else if (out_free) flit_valid_o <= events_valid || due;
  end

  always_ff @(posedge clk_i) begin
    if (event_o) flit_o <= event_flit;
    else if (token_o) flit_o <= token_flit;
  end

  assign idle_o = row_ready_o && !flit_valid_o;

  `EDDY_ASSERT(EventsBeforeTokens, !(events_valid && due))
  `EDDY_ASSERT_HELD(FlitStable, flit_valid_o, flit_ready_i, flit_o)
  `EDDY_ASSERT(SavedBeforeOpen, !(start && row_op_i == EmitOpen) || !save_valid)
endmodule
