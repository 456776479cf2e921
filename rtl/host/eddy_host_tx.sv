// SPDX-License-Identifier: Apache-2.0
/// Merges the senders of the gateway into the network, in turn, and watches that the network moves.
module eddy_host_tx
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  tile_id_t                  tile_id_i,
    input  logic        [       31:0] limit_i,
    // senders
    input  logic        [Senders-1:0] valid_i,
    output logic        [Senders-1:0] ready_o,
    input  flit_t       [Senders-1:0] flit_i,
    // network
    output logic                      tx_valid_o,
    input  logic                      tx_ready_i,
    output flit_t                     tx_flit_o,
    output host_error_t               error_o
);
  logic [Senders-1:0] grant;
  logic [$clog2(Senders)-1:0] index;
  logic room, push, expired;

  // Pushed only when taken, so that the arbiter may change its mind until then.
  assign push    = (valid_i != '0) && room;
  assign ready_o = room ? grant : '0;

  eddy_arb_rr #(
      .N(Senders)
  ) u_arb (
      .clk_i,
      .rst_ni,
      .req_i  (valid_i),
      .adv_i  (push),
      .gnt_o  (grant),
      .index_o(index)
  );

  eddy_slice #(
      .data_t(flit_t)
  ) u_slice (
      .clk_i,
      .rst_ni,
      .valid_i(push),
      .ready_o(room),
      .data_i (flit_i[index]),
      .valid_o(tx_valid_o),
      .ready_i(tx_ready_i),
      .data_o (tx_flit_o)
  );

  eddy_watch u_watch (
      .clk_i,
      .rst_ni,
      .waiting_i (tx_valid_o),
      .progress_i(tx_ready_i),
      .limit_i,
      .expired_o (expired)
  );

  // The tile that the flit is for: the way to it is stuck.
  always_comb begin
    error_o            = '0;
    error_o.valid      = expired;
    error_o.code       = HostErrWaitNet;
    error_o.tile       = tx_flit_o.dest.tile;
    error_o.error.tile = tile_id_i;
    error_o.error.info = 27'(tx_flit_o.kind);
  end
endmodule
