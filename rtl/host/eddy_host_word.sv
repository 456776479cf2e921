// SPDX-License-Identifier: Apache-2.0
/// Reads one word of a tile: a request into the network, and a place kept for its answer.
///
/// One read at a time, so an answer is always taken. An answer that does not come within the limit ends the read; one
/// that nobody waits for is an error.
module eddy_host_word
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic               clk_i,
    input  logic               rst_ni,
    input  tile_id_t           tile_id_i,
    input  logic        [31:0] limit_i,
    // request
    input  logic               valid_i,
    output logic               ready_o,
    input  dest_t              dest_i,
    input  host_addr_t         addr_i,
    // its end
    output logic               done_o,       // pulse
    output logic               failed_o,     // with done: no answer
    output logic        [31:0] data_o,
    // network
    output logic               tx_valid_o,
    input  logic               tx_ready_i,
    output flit_t              tx_flit_o,
    input  logic               rx_valid_i,   // answers; always taken
    input  write_t             rx_answer_i,
    output host_error_t        error_o,
    output logic               active_o
);
  typedef enum logic [1:0] {
    Idle,
    Ask,
    Wait
  } state_e;
  state_e state_q;
  dest_t dest_q;
  host_addr_t addr_q;
  logic match, expired;

  assign ready_o    = state_q == Idle;
  assign match      = rx_valid_i && state_q == Wait && rx_answer_i.addr == addr_q;
  assign done_o     = match || expired;
  assign failed_o   = !match;
  assign data_o     = rx_answer_i.data;
  assign tx_valid_o = state_q == Ask;
  assign active_o   = state_q != Idle;

  read_t request;
  assign request   = '{addr: addr_q, reply: '{tile: tile_id_i, io: 1'b1}, unused: '0};
  assign tx_flit_o = '{kind: KindRead, dest: dest_q, body: request};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle:    if (valid_i) state_q <= Ask;
        Ask:     if (tx_ready_i) state_q <= Wait;
        default: if (done_o) state_q <= Idle;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) begin
      dest_q <= dest_i;
      addr_q <= addr_i;
    end
  end

  eddy_watch u_watch (
      .clk_i,
      .rst_ni,
      .waiting_i (state_q == Wait),
      .progress_i(match),
      .limit_i,
      .expired_o (expired)
  );

  always_comb begin
    error_o            = '0;
    error_o.valid      = expired || (rx_valid_i && !match);
    error_o.code       = expired ? HostErrWaitAnswer : HostErrAnswer;
    error_o.tile       = dest_q.tile;
    error_o.error.tile = dest_q.tile;
    error_o.error.info = 27'(expired ? addr_q : rx_answer_i.addr);
  end
endmodule
