// SPDX-License-Identifier: Apache-2.0
/// Turns a range of columns of an accumulator row into mark words: the pool windows that it lies in, 32 a cycle.
///
/// 1 table | 2 windows | 3 rows and words. Behind a FIFO of two; a mark of one word costs one cycle, latency 4.
module eddy_marks_words
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,
    // from the walk
    input  logic         valid_i,
    output logic         ready_o,
    input  mark_t        mark_i,
    // one word a cycle, always taken
    output logic         touch_o,
    output mark_addr_t   addr_o,
    output mark_word_t   mask_o,
    output logic         end_o,    // last word of a mark; also of one that touches nothing
    output logic         active_o
);
  localparam int unsigned BitBits = $clog2(MarkBits);
  typedef logic [CoordBits-BitBits-1:0] index_t;  // of a word in its row

  // ---------------------------------------------------------------- 1: table
  typedef struct packed {
    mark_addr_t base;
    logic [6:0] row;     // words a row
    pool_axis_t pool_y;
    pool_axis_t pool_x;
    coord_t     rows;
    coord_t     cols;
  } config_t;

  logic valid, ready1, ready2, ready3;
  logic valid1_q, valid2_q, valid3_q;
  mark_t mark, mark1_q;
  eddy_fifo #(
      .data_t(mark_t),
      .Depth (2)
  ) u_fifo (
      .clk_i,
      .rst_ni,
      .valid_i,
      .ready_o,
      .data_i (mark_i),
      .valid_o(valid),
      .ready_i(ready1),
      .data_o (mark),
      .count_o()
  );

  port_t   written;
  config_t config1;
  assign written = port_t'(table_i.data[$bits(port_t)-1:0]);
  eddy_ram_1r1w #(
      .Words(MaxPorts),
      .Width($bits(config_t))
  ) u_config (
      .clk_i,
      .we_i(table_i.valid && table_i.sel == TabPort),
      .waddr_i(table_i.index[PortBits-1:0]),
      .wdata_i({
        written.mark_base, written.mark_row, written.pool_y, written.pool_x, written.out_rows, written.out_cols
      }),
      .re_i(valid && ready1),
      .raddr_i(mark.port),
      .rdata_o(config1)
  );
  always_ff @(posedge clk_i) begin
    if (valid && ready1) mark1_q <= mark;
  end

  // ---------------------------------------------------------------- 2: windows
  logic none_y, none_x;
  coord_t first_y, last_y, first_x, last_x;
  eddy_marks_window u_y (
      .pool_i   (config1.pool_y),
      .windows_i(config1.rows),
      .first_i  (mark1_q.y),
      .last_i   (mark1_q.y),
      .none_o   (none_y),
      .first_o  (first_y),
      .last_o   (last_y)
  );
  eddy_marks_window u_x (
      .pool_i   (config1.pool_x),
      .windows_i(config1.cols),
      .first_i  (mark1_q.x),
      .last_i   (mark1_q.x_last),
      .none_o   (none_x),
      .first_o  (first_x),
      .last_o   (last_x)
  );

  logic none2_q, none3_q;
  mark_addr_t base2_q, row3_q;
  logic [6:0] step2_q, step3_q;
  coord_t first_y_q, last_y_q, first2_q, last2_q, first3_q, last3_q;
  logic   [2:0] rows3_q;  // left behind the current one
  index_t       index3_q;

  always_ff @(posedge clk_i) begin
    if (valid1_q && ready2) begin
      none2_q   <= none_y || none_x;
      base2_q   <= config1.base;
      step2_q   <= config1.row;
      first_y_q <= first_y;
      last_y_q  <= last_y;
      first2_q  <= first_x;
      last2_q   <= last_x;
    end
  end

  // ---------------------------------------------------------------- 3: word by word
  logic first_word, last_word;
  assign first_word = index3_q == first3_q[CoordBits-1:BitBits];
  assign last_word  = index3_q == last3_q[CoordBits-1:BitBits];
  assign ready3     = !valid3_q || none3_q || (last_word && rows3_q == '0);
  assign ready2     = !valid2_q || ready3;
  assign ready1     = !valid1_q || ready2;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
      valid3_q <= 1'b0;
    end else begin
      if (ready1) valid1_q <= valid;
      if (ready2) valid2_q <= valid1_q;
      if (ready3) valid3_q <= valid2_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid2_q && ready3) begin
      none3_q  <= none2_q;
      row3_q   <= base2_q + mark_addr_t'(first_y_q * step2_q);
      step3_q  <= step2_q;
      rows3_q  <= 3'(last_y_q - first_y_q);
      first3_q <= first2_q;
      last3_q  <= last2_q;
      index3_q <= first2_q[CoordBits-1:BitBits];
    end else if (valid3_q && last_word) begin
      row3_q   <= row3_q + mark_addr_t'(step3_q);
      rows3_q  <= rows3_q - 1'b1;
      index3_q <= first3_q[CoordBits-1:BitBits];
    end else if (valid3_q) begin
      index3_q <= index3_q + 1'b1;
    end
  end

  assign touch_o  = valid3_q && !none3_q;
  assign end_o    = valid3_q && ready3;
  assign addr_o   = row3_q + mark_addr_t'(index3_q);
  assign active_o = valid || valid1_q || valid2_q || valid3_q;
  always_comb begin
    mask_o = '0;
    if (touch_o) begin
      mask_o = '1;
      if (first_word) mask_o &= mark_word_t'('1) << first3_q[BitBits-1:0];
      if (last_word) mask_o &= ~(mark_word_t'('1) << last3_q[BitBits-1:0] << 1);
    end
  end
endmodule
