// SPDX-License-Identifier: Apache-2.0
/// Last two stages of decode: what an event hits on both axes becomes addresses and the steps between them.
///
/// Stage 0 multiplies, stage 1 adds; each loads when its bit of en_i is high, the control stands outside.
module eddy_decode_address
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic                clk_i,
    input  logic          [1:0] en_i,
    input  logic                token_i,
    input  port_id_t            id_i,
    input  port_address_t       port_i,
    input  axis_hit_t           y_i,
    input  axis_hit_t           x_i,
    input  event_t              event_i,  // position: the channel alone
    input  token_t              body_i,   // the same bits as a token
    output job_t                job_o
);
  chan_t channel, row_channel;  // counted from the port's first one; as rows of the weights
  assign channel     = chan_t'(event_i.pos) - port_i.c0;
  assign row_channel = port_i.c_lane ? channel % chan_t'(Lanes) : channel;

  // ---------------------------------------------------------------- 0: products
  job_t job_q;  // address and run: without the position
  addr_t acc_y_q, acc_x_q;
  run_t run_y_q, run_x_q;
  logic [7:0] word_q;

  always_ff @(posedge clk_i) begin
    if (en_i[0]) begin
      job_q.token  <= token_i;
      job_q.pop    <= port_i.pop;
      job_q.axon   <= body_i.axon;
      job_q.row    <= body_i.row;
      job_q.parity <= body_i.parity;
      job_q.last   <= body_i.last;
    end
    if (en_i[0] && !token_i) begin
      job_q.hit        <= y_i.hit && x_i.hit;
      job_q.port       <= id_i;
      job_q.value      <= event_i.value;
      job_q.format     <= port_i.format;
      job_q.code_base  <= port_i.code_base;
      job_q.fp16       <= port_i.fp16;
      job_q.point      <= port_i.point;
      job_q.w_base     <= port_i.w_base;
      job_q.acc        <= port_i.acc_base;
      job_q.run        <= run_t'(row_channel * port_i.w_c);
      job_q.acc_y      <= addr_t'(port_i.y_out_step * port_i.acc_row);
      job_q.acc_x      <= addr_t'(port_i.x_out_step * port_i.acc_words);
      job_q.run_y      <= run_t'(port_i.y_tap_step * port_i.w_y);
      job_q.run_x      <= run_t'(port_i.x_tap_step * port_i.w_x);
      job_q.odd        <= port_i.flip && y_i.o[0];
      job_q.odd_step   <= port_i.flip && port_i.y_out_step[0];
      job_q.words      <= port_i.words;
      job_q.rows_extra <= y_i.extra;
      job_q.cols_extra <= x_i.extra;
      job_q.y          <= y_i.o;
      job_q.y_step     <= port_i.y_out_step;
      job_q.x          <= x_i.o;
      job_q.x_last     <= x_i.o + coord_t'(x_i.extra * port_i.x_out_step);

      acc_y_q          <= addr_t'(y_i.o * port_i.acc_row);
      acc_x_q          <= addr_t'(x_i.o * port_i.acc_words);
      run_y_q          <= run_t'(y_i.k * port_i.w_y);
      run_x_q          <= run_t'(x_i.k * port_i.w_x);
      word_q           <= port_i.word0 + (port_i.depthwise ? 8'(channel >> port_i.dw_shift) : 8'd0);
    end
  end

  // ---------------------------------------------------------------- 1: sums
  always_ff @(posedge clk_i) begin
    if (en_i[1]) begin
      job_o     <= job_q;
      job_o.acc <= job_q.acc + acc_y_q + acc_x_q + addr_t'(word_q);
      job_o.run <= job_q.run + run_y_q + run_x_q;
    end
  end
endmodule
