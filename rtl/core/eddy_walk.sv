// SPDX-License-Identifier: Apache-2.0
/// Walks over what an event touches: kernel rows ascending, columns to and fro, words ascending; one op a cycle.
///
/// The next event is loaded with the last op of this one. At the start of a kernel row its mark is handed over, unless the
/// event before had the same area. A token needs no op of its own: it is taken beside an event and goes with its last op;
/// only when nothing is walked it goes alone. Latency 1 cycle from load to op.
`include "eddy_assert.svh"

module eddy_walk
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic  clk_i,
    input  logic  rst_ni,
    // jobs
    input  logic  valid_i,
    output logic  ready_o,
    input  job_t  job_i,
    // ops
    output logic  op_valid_o,
    input  logic  op_ready_i,
    output op_t   op_o,
    // marks
    output logic  mark_valid_o,
    input  logic  mark_ready_i,
    output mark_t mark_o,
    input  logic  forget_i,      // a mark was cleared: handed over is not the same as set any more
    output logic  missed_o,      // an event hit nothing, and is gone
    output logic  active_o
);
  // ---------------------------------------------------------------- current event
  logic   busy_q;
  job_t   job_q;
  addr_t  pixel_q;  // its first word, and the weights of that
  run_t   run_q;
  logic   odd_q;  // the accumulator phase is turned
  logic   back_q;  // columns descend
  coord_t y_q;
  coord_t rows_q, cols_q;  // left behind the current one
  logic [7:0] word_q;

  logic last_word, last_col, last_row, final_word;
  assign last_word  = word_q + 1'b1 == job_q.words;
  assign last_col   = cols_q == '0;
  assign last_row   = rows_q == '0;
  assign final_word = last_word && last_col && last_row;

  // ---------------------------------------------------------------- marks
  logic area_q;  // the area of job_q is marked, or will be
  logic skip_q;  // the event before has marked the area of this one
  logic due_q;  // the current row must still be marked
  logic same;
  mark_seq_t marks_q, marks;  // handed over
  logic marking;
  assign mark_valid_o = due_q;
  assign mark_o = '{port: job_q.port, y: y_q, x: job_q.x, x_last: job_q.x_last};
  assign marking = due_q && mark_ready_i;
  assign marks = marks_q + mark_seq_t'(marking);
  assign same         = area_q && !forget_i && job_i.port == job_q.port && job_i.y == job_q.y && job_i.x == job_q.x &&
                        job_i.rows_extra == job_q.rows_extra && job_i.cols_extra == job_q.cols_extra;

  // ---------------------------------------------------------------- what happens in this cycle
  progress_t token_q;  // goes with the last op
  logic step, free, load, take_token, take_event;
  assign step = (!op_valid_o || op_ready_i) && (busy_q ? !due_q || mark_ready_i : token_q.valid);
  assign free = (step && busy_q) ? final_word : step || !(busy_q || token_q.valid);

  always_comb begin
    take_token = valid_i && job_i.token && (!token_q.valid || (step && free));
    take_event = valid_i && !job_i.token && free;
    load       = take_event && job_i.hit;
  end
  assign ready_o  = job_i.token ? take_token : take_event;
  assign missed_o = take_event && !job_i.hit;
  assign active_o = busy_q || token_q.valid || op_valid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q     <= 1'b0;
      token_q    <= '0;
      area_q     <= 1'b0;
      due_q      <= 1'b0;
      marks_q    <= '0;
      op_valid_o <= 1'b0;
    end else begin
      if (load) busy_q <= 1'b1;
      else if (free) busy_q <= 1'b0;

      if (take_token) begin
        token_q <= '{
            valid: 1'b1,
            axon: job_i.axon,
            pop: job_i.pop,
            row: job_i.row,
            parity: job_i.parity,
            last: job_i.last
        };
      end else if (step && free) token_q.valid <= 1'b0;

      if (forget_i) area_q <= 1'b0;
      else if (load) area_q <= 1'b1;

      if (load) due_q <= !same;
      else if (step && busy_q && last_word && last_col && !last_row) due_q <= !skip_q;
      else if (marking) due_q <= 1'b0;
      marks_q <= marks;

      if (step) op_valid_o <= 1'b1;
      else if (op_ready_i) op_valid_o <= 1'b0;
    end
  end

  // ---------------------------------------------------------------- walk
  always_ff @(posedge clk_i) begin
    if (load) begin
      job_q   <= job_i;
      skip_q  <= same;
      pixel_q <= job_i.acc;
      run_q   <= job_i.run;
      odd_q   <= job_i.odd;
      back_q  <= 1'b0;
      y_q     <= job_i.y;
      rows_q  <= job_i.rows_extra;
      cols_q  <= job_i.cols_extra;
      word_q  <= '0;
    end else if (step && busy_q) begin
      word_q <= last_word ? '0 : word_q + 1'b1;
      if (last_word && !last_col) begin
        pixel_q <= back_q ? pixel_q - job_q.acc_x : pixel_q + job_q.acc_x;
        run_q   <= back_q ? run_q - job_q.run_x : run_q + job_q.run_x;
        cols_q  <= cols_q - 1'b1;
      end else if (last_word) begin
        pixel_q <= pixel_q + job_q.acc_y;
        run_q   <= run_q + job_q.run_y;
        odd_q   <= odd_q ^ job_q.odd_step;
        back_q  <= !back_q;
        y_q     <= y_q + coord_t'(job_q.y_step);
        rows_q  <= rows_q - 1'b1;
        cols_q  <= job_q.cols_extra;
      end
    end
  end

  // ---------------------------------------------------------------- op
  run_t run;
  assign run = run_q + run_t'(word_q);

  always_ff @(posedge clk_i) begin
    if (step) begin
      op_o.word        <= busy_q;
      op_o.final_word  <= busy_q && final_word;
      op_o.token       <= token_q;
      op_o.token.valid <= token_q.valid && (!busy_q || final_word);
      op_o.marks       <= marks;
      op_o.pop         <= job_q.pop;
      op_o.acc         <= (pixel_q + addr_t'(word_q)) ^ addr_t'(odd_q);
      op_o.value       <= job_q.value;
      op_o.format      <= job_q.format;
      op_o.code_base   <= job_q.code_base;
      op_o.fp16        <= job_q.fp16;
      op_o.point       <= job_q.point;
      unique case (job_q.format)
        WeightInt16, WeightFp16: {op_o.weight, op_o.run} <= {job_q.w_base + addr_t'(run[RunBits-1:1]), 3'b0, run[0]};
        WeightInt4, WeightCode4: {op_o.weight, op_o.run} <= {job_q.w_base + addr_t'(run[RunBits-1:3]), 1'b0, run[2:0]};
        WeightInt2, WeightCode2: {op_o.weight, op_o.run} <= {job_q.w_base + addr_t'(run[RunBits-1:4]), run[3:0]};
        default:                 {op_o.weight, op_o.run} <= {job_q.w_base + addr_t'(run[RunBits-1:2]), 2'b0, run[1:0]};
      endcase
    end
  end

  `EDDY_ASSERT_HELD(OpStable, op_valid_o, op_ready_i, op_o)
  `EDDY_ASSERT_HELD(MarkStable, mark_valid_o, mark_ready_i, mark_o)
endmodule
