// SPDX-License-Identifier: Apache-2.0
/// Marks: one bit for each pixel (behind the pool) that events have touched since it was last swept.
///
/// The walk hands over ranges of columns, eddy_marks_words makes words of them, and here they are read, and written a cycle
/// later. The MAC's marks go first, the sweep reads and clears beside them. A mark and a clear of one word never meet: a row is swept when its events are in, and gets new ones only after
/// its credit.
`include "eddy_assert.svh"

module eddy_marks
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,
    // from the walk
    input  logic         valid_i,
    output logic         ready_o,
    input  mark_t        mark_i,
    output logic         forget_o,     // a word was changed from outside
    output mark_seq_t    done_o,       // marks that are set, all in all
    // sweep: data one cycle after ready, held until the next read
    input  logic         rd_valid_i,
    output logic         rd_ready_o,
    input  mark_addr_t   rd_addr_i,
    output mark_word_t   rd_data_o,
    input  logic         clr_valid_i,
    output logic         clr_ready_o,
    input  mark_addr_t   clr_addr_i,
    output logic         active_o
);
  // ---------------------------------------------------------------- words to touch
  logic touch, end_of_mark, words_active;
  mark_addr_t addr;
  mark_word_t mask;
  eddy_marks_words u_words (
      .clk_i,
      .rst_ni,
      .table_i,
      .valid_i,
      .ready_o,
      .mark_i,
      .touch_o (touch),
      .addr_o  (addr),
      .mask_o  (mask),
      .end_o   (end_of_mark),
      .active_o(words_active)
  );

  // ---------------------------------------------------------------- read, a cycle later write
  logic touch_q, end_q, again_q;  // again: the word was written in the cycle of its read
  mark_addr_t addr_q;
  mark_word_t mask_q, word_q, ram, merged;
  assign merged = (again_q ? word_q : ram) | mask_q;

  logic load, clear, again, sweep_read;
  assign load        = table_i.valid && table_i.sel == TabMark;
  assign clr_ready_o = !touch_q && !load && !(touch && addr == clr_addr_i);
  assign clear       = clr_valid_i && clr_ready_o;
  assign forget_o    = clear || load;
  assign again       = touch && touch_q && addr == addr_q;
  assign rd_ready_o  = !touch && !(touch_q && addr_q == rd_addr_i) && !(clr_valid_i && clr_addr_i == rd_addr_i);
  assign sweep_read  = rd_valid_i && rd_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      touch_q <= 1'b0;
      end_q   <= 1'b0;
      done_o  <= '0;
    end else begin
      touch_q <= touch;
      end_q   <= end_of_mark;
      if (end_q) done_o <= done_o + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (touch) begin
      again_q <= again;
      addr_q  <= addr;
      mask_q  <= mask;
      if (again) word_q <= merged;
    end
  end

  mark_addr_t write_addr;
  mark_word_t write_data;
  always_comb begin
    if (load) begin
      write_addr = table_i.index[MarkAddrBits-1:0];
      write_data = table_i.data[MarkBits-1:0];
    end else if (touch_q) begin
      write_addr = addr_q;
      write_data = merged;
    end else begin
      write_addr = clr_addr_i;
      write_data = '0;
    end
  end

  eddy_ram_1r1w #(
      .Words(MarkWords),
      .Width(MarkBits)
  ) u_marks (
      .clk_i,
      .we_i   (load || touch_q || clear),
      .waddr_i(write_addr),
      .wdata_i(write_data),
      .re_i   ((touch && !again) || sweep_read),
      .raddr_i(touch ? addr : rd_addr_i),
      .rdata_o(ram)
  );

  // ---------------------------------------------------------------- what the sweep has read
  logic       fresh_q;
  mark_word_t kept_q;
  assign rd_data_o = fresh_q ? ram : kept_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) fresh_q <= 1'b0;
    else fresh_q <= sweep_read;
  end
  always_ff @(posedge clk_i) begin
    if (fresh_q) kept_q <= ram;
  end

  assign active_o = words_active || touch_q || end_q || fresh_q;

  `EDDY_ASSUME(TableOnlyAtRest, !(load && (touch || touch_q)))
endmodule
