// SPDX-License-Identifier: Apache-2.0
/// Credits of the frame input: owns its TabCredit, checks what arrives, and says when a frame may be sent.
///
/// A frame of parity p may start when every consumer has finished the frame before, that is, when the state of every
/// out-axon has parity p. Credits for single rows are checked and stored, but not waited for. A credit takes two cycles.
`include "eddy_assert.svh"

module eddy_host_credit
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  logic         [AxonBits:0] out_axons_i,
    input  tile_id_t                  tile_id_i,
    // credits out of the network
    input  logic                      valid_i,
    output logic                      ready_o,
    input  token_t                    credit_i,
    // frame: held until granted
    input  logic                      want_i,
    input  logic                      parity_i,
    output logic                      granted_o,
    // errors
    output host_error_t               error_o,
    output logic                      active_o
);
  // ------------------------------------------------------------- credits: read, then check and write
  logic take, known, credit_q, write, load;
  token_t token_q;
  axon_state_t state, next;

  assign ready_o = !credit_q && !load;
  assign take    = valid_i && ready_o;
  assign load    = table_i.valid && table_i.sel == TabCredit;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) credit_q <= 1'b0;
    else if (take) credit_q <= 1'b1;
    else if (!load) credit_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (take) token_q <= credit_i;
  end

  logic bad;
  assign known = (AxonBits + 1)'(token_q.axon) < out_axons_i;
  assign bad   = token_q.parity != state.parity || token_q.count != count_t'(state.row) || token_q.row <= state.row;
  assign next  = '{parity: state.parity ^ token_q.last, row: token_q.last ? '0 : token_q.row, count: '0};
  assign write = credit_q && !load && known && !bad;

  always_comb begin
    error_o            = '0;
    error_o.valid      = credit_q && !load && (!known || bad);
    error_o.code       = host_err_e'(known ? ErrCredit : ErrAxon);
    error_o.tile       = tile_id_i;
    error_o.error.code = known ? ErrCredit : ErrAxon;
    error_o.error.tile = tile_id_i;
    error_o.error.axon = token_q.axon;
    error_o.error.info = 27'({state.row, state.parity, token_q.row, token_q.parity});
  end

  // ------------------------------------------------------------- may the frame start: axon by axon
  // An axon that has the frame's parity keeps it until the frame is sent, so none is looked at twice.
  logic [AxonBits:0] axon_q;
  logic look, looked_q, pass;
  assign granted_o = want_i && axon_q == out_axons_i;
  assign look      = want_i && !granted_o && !looked_q && !take && !credit_q && !load;
  assign pass      = looked_q && state.parity == parity_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      axon_q   <= '0;
      looked_q <= 1'b0;
    end else begin
      looked_q <= look;
      if (!want_i) axon_q <= '0;
      else if (pass) axon_q <= axon_q + 1'b1;
    end
  end

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(axon_state_t))
  ) u_state (
      .clk_i,
      .we_i   (load || write),
      .waddr_i(load ? table_i.index[AxonBits-1:0] : token_q.axon),
      .wdata_i(load ? table_i.data[$bits(axon_state_t)-1:0] : next),
      .re_i   (take || look),
      .raddr_i(take ? credit_i.axon : axon_q[AxonBits-1:0]),
      .rdata_o(state)
  );

  assign active_o = credit_q || want_i;
endmodule
