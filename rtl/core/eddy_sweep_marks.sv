// SPDX-License-Identifier: Apache-2.0
/// Finds the pixels of a row that must be visited: those marked as touched, or all.
///
/// Reads the row's mark words, one a cycle as long as they are zero, and clears those from which a pixel was taken. So a
/// row can be looked at first: as long as no pixel is taken nothing changes, and `stop_i` ends it.
module eddy_sweep_marks
  import eddy_pkg::*;
(
    input  logic       clk_i,
    input  logic       rst_ni,
    // row
    input  logic       start_i,
    input  logic       stop_i,
    input  logic       all_i,        // visit every pixel; marks are left alone
    input  mark_addr_t base_i,
    input  coord_t     cols_i,
    // pixels, ascending
    output logic       valid_o,
    input  logic       ready_i,
    output coord_t     x_o,
    output logic       done_o,       // no pixel is left, and their marks are cleared
    // marks
    output logic       rd_valid_o,
    input  logic       rd_ready_i,
    output mark_addr_t rd_addr_o,
    input  mark_word_t rd_data_i,
    output logic       clr_valid_o,
    input  logic       clr_ready_i,
    output mark_addr_t clr_addr_o
);
  localparam int unsigned BitBits = $clog2(MarkBits);
  typedef logic [CoordBits-BitBits:0] word_id_t;

  coord_t     cols_q;
  word_id_t   words_q;

  // ---------------------------------------------------------------- read ahead: one word stands on rd_data_i
  word_id_t   ask_q;  // next word to read
  mark_addr_t ask_addr_q;
  logic       have_q;
  word_id_t   have_word_q;
  mark_addr_t have_addr_q;
  logic asked, next;

  assign rd_valid_o = ask_q != words_q && (!have_q || next);
  assign rd_addr_o  = ask_addr_q;
  assign asked      = rd_valid_o && rd_ready_i;

  // ---------------------------------------------------------------- the current word
  mark_word_t bits_q;  // pixels that are left
  word_id_t   bits_word_q;
  mark_addr_t bits_addr_q;
  logic       dirty_q;  // it must still be cleared
  logic       taken_q;  // a pixel of it was taken
  assign next        = have_q && bits_q == '0 && !dirty_q;
  assign clr_valid_o = dirty_q && taken_q;
  assign clr_addr_o  = bits_addr_q;

  // Marks beyond the last column mean nothing.
  logic       [BitBits-1:0] tail;
  mark_word_t               fresh;
  assign tail = cols_q[BitBits-1:0];
  always_comb begin
    fresh = '0;
    if (have_q) begin
      fresh = rd_data_i;
      if (tail != '0 && have_word_q + 1'b1 == words_q) fresh &= ~(mark_word_t'('1) << tail);
    end
  end

  logic [BitBits-1:0] lowest;
  always_comb begin
    lowest = '0;
    if (bits_q != '0) begin
      for (int unsigned b = MarkBits; b > 0; b--) if (bits_q[b-1]) lowest = BitBits'(b - 1);
    end
  end

  // ---------------------------------------------------------------- all pixels
  logic all_q, all_busy_q;
  coord_t all_x_q;

  logic   take;
  assign valid_o = all_q ? all_busy_q : bits_q != '0;
  assign x_o     = all_q ? all_x_q : {bits_word_q[CoordBits-BitBits-1:0], lowest};
  assign take    = valid_o && ready_i;
  assign done_o  = !valid_o && ask_q == words_q && !have_q && !dirty_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      all_q      <= 1'b0;
      all_busy_q <= 1'b0;
      ask_q      <= '0;
      words_q    <= '0;
      have_q     <= 1'b0;
      bits_q     <= '0;
      dirty_q    <= 1'b0;
      taken_q    <= 1'b0;
    end else if (start_i || stop_i) begin
      all_q      <= start_i && all_i;
      all_busy_q <= start_i && all_i;
      ask_q      <= '0;
      words_q    <= (stop_i || all_i) ? '0 : word_id_t'((32'(cols_i) + MarkBits - 1) >> BitBits);
      have_q     <= 1'b0;
      bits_q     <= '0;
      dirty_q    <= 1'b0;
      taken_q    <= 1'b0;
    end else begin
      if (asked) ask_q <= ask_q + 1'b1;
      if (asked || next) have_q <= asked;
      if (take && all_q && all_x_q + 1'b1 == cols_q) all_busy_q <= 1'b0;
      if (take && !all_q) begin
        bits_q  <= bits_q & (bits_q - 1'b1);
        taken_q <= 1'b1;
      end
      if (clr_valid_o && clr_ready_i) dirty_q <= 1'b0;
      if (next) begin
        bits_q  <= fresh;
        dirty_q <= fresh != '0;
        taken_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      cols_q     <= cols_i;
      ask_addr_q <= base_i;
      all_x_q    <= '0;
    end else begin
      if (asked) begin
        ask_addr_q  <= ask_addr_q + 1'b1;
        have_word_q <= ask_q;
        have_addr_q <= ask_addr_q;
      end
      if (next) begin
        bits_word_q <= have_word_q;
        bits_addr_q <= have_addr_q;
      end
      if (take && all_q) all_x_q <= all_x_q + 1'b1;
    end
  end
endmodule
