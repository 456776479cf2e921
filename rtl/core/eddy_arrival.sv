// SPDX-License-Identifier: Apache-2.0
/// Checks events and tokens as they come out of the network, before the event queue: a loss is an error at once.
///
/// Each token must carry the number of events that came on its axon since the token before, rows that rise within a frame, and
/// the parity of the frame that is due. Messages on axons that are not in use are dropped. One message a cycle, latency one cycle.
/// States are written by the host while no message is on its way to them; for that cycle the way in is closed.
module eddy_arrival
  import eddy_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  tile_id_t                  tile_id_i,
    input  logic         [AxonBits:0] in_axons_i,
    // events and tokens out of the network
    input  logic                      valid_i,
    output logic                      ready_o,
    input  flit_t                     flit_i,
    // to the event queue
    output logic                      valid_o,
    input  logic                      ready_i,
    output entry_t                    entry_o,
    output logic                      error_valid_o,
    output error_t                    error_o,
    output logic                      active_o
);
  logic push, pop;
  token_t arriving;  // axon is in one place in both kinds
  assign arriving = token_t'(flit_i.body);

  logic valid_q, load;
  entry_t entry_q;
  token_t token;
  assign token = token_t'(entry_q.body);

  logic known;
  assign known    = (AxonBits + 1)'(token.axon) < in_axons_i;

  assign valid_o  = valid_q && known;
  assign entry_o  = entry_q;
  assign pop      = valid_q && (ready_i || !known);
  assign ready_o  = !load && (!valid_q || pop);
  assign push     = valid_i && ready_o;
  assign active_o = valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= push || (valid_q && !pop);
  end

  always_ff @(posedge clk_i) begin
    if (push) entry_q <= '{token: flit_i.kind == KindToken, body: flit_i.body};
  end

  // The state of the axon in stage 1: from the RAM, or what the message just before has written.
  axon_state_t state, next, read, written_q;
  logic bypass, bypass_q;
  assign bypass = pop && known && arriving.axon == token.axon;
  assign load   = table_i.valid && table_i.sel == TabArrival;

  always_ff @(posedge clk_i) begin
    if (push) bypass_q <= bypass;
    if (pop && known) written_q <= next;
  end

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(axon_state_t))
  ) u_state (
      .clk_i,
      .we_i   (load || (pop && known)),
      .waddr_i(load ? table_i.index[AxonBits-1:0] : token.axon),
      .wdata_i(load ? table_i.data[$bits(axon_state_t)-1:0] : next),
      .re_i   (push && !bypass),
      .raddr_i(arriving.axon),
      .rdata_o(read)
  );
  assign state = bypass_q ? written_q : read;

  logic bad_count, bad_token;
  assign bad_count = entry_q.token && token.count != state.count;
  // The last token may repeat a row that is open already, and never takes one back.
  assign bad_token = entry_q.token &&
      (token.parity != state.parity || token.row < state.row || (!token.last && token.row == state.row));

  always_comb begin
    next = state;
    if (!entry_q.token) begin
      next.count = state.count + 1'b1;
    end else begin
      next.count  = '0;
      next.row    = token.last ? '0 : token.row;
      next.parity = state.parity ^ token.last;
    end
  end

  assign error_valid_o = pop && (!known || bad_count || bad_token);
  always_comb begin
    error_o = '{code: ErrAxon, tile: tile_id_i, axon: token.axon, info: '0};
    if (known) begin
      error_o.code = bad_count ? ErrCount : ErrToken;
      error_o.info = bad_count ? 27'(state.count) : 27'(state.row);
    end
  end
endmodule
