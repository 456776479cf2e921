// SPDX-License-Identifier: Apache-2.0
/// Network interface of the core: sorts what comes out of the router by kind, and merges what goes in.
///
/// Everything is taken in finite time: events and tokens as the queue has room, credits at once, host accesses as the banks allow.
/// On the way in, answers and errors go first: they are rare, and each waits in a register of its own.
module eddy_ni
  import eddy_pkg::*;
(
    input  logic     clk_i,
    input  logic     rst_ni,
    input  tile_id_t tile_id_i,
    // router
    input  logic     rx_valid_i,
    output logic     rx_ready_o,
    input  flit_t    rx_flit_i,
    output logic     tx_valid_o,
    input  logic     tx_ready_i,
    output flit_t    tx_flit_o,
    // events and tokens
    output logic     arrival_valid_o,
    input  logic     arrival_ready_i,
    // credits
    output logic     credit_valid_o,
    // writes and reads
    output logic     host_valid_o,
    input  logic     host_ready_i,
    // senders
    input  logic     answer_valid_i,
    output logic     answer_ready_o,
    input  flit_t    answer_i,
    input  logic     error_valid_i,
    output logic     error_ready_o,
    input  flit_t    error_i,
    input  logic     sweep_valid_i,
    output logic     sweep_ready_o,
    input  flit_t    sweep_i,
    // a kind that no core takes
    output logic     bad_kind_o,
    output error_t   bad_o
);
  always_comb begin
    arrival_valid_o = 1'b0;
    credit_valid_o  = 1'b0;
    host_valid_o    = 1'b0;
    bad_kind_o      = 1'b0;
    rx_ready_o      = 1'b1;
    unique case (rx_flit_i.kind)
      KindEvent, KindToken: begin
        arrival_valid_o = rx_valid_i;
        rx_ready_o      = arrival_ready_i;
      end
      KindCredit: credit_valid_o = rx_valid_i;
      KindWrite, KindRead: begin
        host_valid_o = rx_valid_i;
        rx_ready_o   = host_ready_i;
      end
      default: bad_kind_o = rx_valid_i;
    endcase
  end
  assign bad_o = '{code: ErrKind, tile: tile_id_i, axon: '0, info: 27'(rx_flit_i.kind)};

  // A flit that was offered and not taken stays on offer.
  typedef enum logic [1:0] {
    FromAnswer,
    FromError,
    FromSweep
  } from_e;
  from_e from, from_q;
  logic held_q;

  always_comb begin
    if (held_q) from = from_q;
    else if (answer_valid_i) from = FromAnswer;
    else if (error_valid_i) from = FromError;
    else from = FromSweep;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b0;
    else held_q <= tx_valid_o && !tx_ready_i;
  end
  always_ff @(posedge clk_i) begin
    if (tx_valid_o) from_q <= from;
  end

  always_comb begin
    answer_ready_o = 1'b0;
    error_ready_o  = 1'b0;
    sweep_ready_o  = 1'b0;
    unique case (from)
      FromAnswer: begin
        tx_valid_o     = answer_valid_i;
        tx_flit_o      = answer_i;
        answer_ready_o = tx_ready_i;
      end
      FromError: begin
        tx_valid_o    = error_valid_i;
        tx_flit_o     = error_i;
        error_ready_o = tx_ready_i;
      end
      default: begin
        tx_valid_o    = sweep_valid_i;
        tx_flit_o     = sweep_i;
        sweep_ready_o = tx_ready_i;
      end
    endcase
  end
endmodule
