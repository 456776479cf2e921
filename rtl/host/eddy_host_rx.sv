// SPDX-License-Identifier: Apache-2.0
/// Sorts what comes out of the network by kind. Nothing is ever refused: kinds that no gateway takes are an error.
module eddy_host_rx
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  tile_id_t    tile_id_i,
    // network
    input  logic        rx_valid_i,
    output logic        rx_ready_o,
    input  flit_t       rx_flit_i,
    // by kind
    output flit_t       flit_o,
    output logic        result_valid_o,  // events, tokens
    input  logic        result_ready_i,
    output logic        credit_valid_o,
    input  logic        credit_ready_i,
    output logic        answer_valid_o,  // taken at once
    output host_error_t error_o,
    output logic        taken_o,         // pulse, with flit_o
    output logic        active_o
);
  logic valid, ready;

  eddy_slice #(
      .data_t(flit_t)
  ) u_slice (
      .clk_i,
      .rst_ni,
      .valid_i(rx_valid_i),
      .ready_o(rx_ready_o),
      .data_i (rx_flit_i),
      .valid_o(valid),
      .ready_i(ready),
      .data_o (flit_o)
  );

  error_t sent;
  assign sent     = error_t'(flit_o.body);
  assign taken_o  = valid && ready;
  assign active_o = valid;

  always_comb begin
    result_valid_o = 1'b0;
    credit_valid_o = 1'b0;
    answer_valid_o = 1'b0;
    error_o        = '0;
    ready          = 1'b1;
    unique case (flit_o.kind)
      KindEvent, KindToken: begin
        result_valid_o = valid;
        ready          = result_ready_i;
      end
      KindCredit: begin
        credit_valid_o = valid;
        ready          = credit_ready_i;
      end
      KindAnswer: answer_valid_o = valid;
      KindError:  error_o = '{valid: valid, code: HostErrTile, tile: sent.tile, error: sent};
      default: begin
        error_o.valid = valid;
        error_o.code  = host_err_e'(ErrKind);
        error_o.tile  = tile_id_i;
        error_o.error = '{code: ErrKind, tile: tile_id_i, axon: '0, info: 27'(flit_o.kind)};
      end
    endcase
  end
endmodule
