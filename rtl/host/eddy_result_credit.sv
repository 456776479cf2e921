// SPDX-License-Identifier: Apache-2.0
/// Gives the output populations credit for their next frame: one credit to the source of each in-axon.
///
/// Owns the gateway's TabInSource; its field `idle` holds the axon's number of rows here.
module eddy_result_credit
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  logic         [AxonBits:0] in_axons_i,
    // one round
    input  logic                      start_i,     // only while idle
    input  logic                      parity_i,    // of the frame that is done
    // network
    output logic                      tx_valid_o,
    input  logic                      tx_ready_i,
    output flit_t                     tx_flit_o,
    output logic                      active_o
);
  logic busy_q, parity_q, read;
  logic [AxonBits:0] axon_q;
  in_source_t source;
  token_t credit;

  assign read     = busy_q && axon_q != in_axons_i && (!tx_valid_o || tx_ready_i);
  assign active_o = busy_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q     <= 1'b0;
      tx_valid_o <= 1'b0;
    end else begin
      if (start_i) busy_q <= 1'b1;
      else if (axon_q == in_axons_i && !tx_valid_o) busy_q <= 1'b0;
      if (read) tx_valid_o <= 1'b1;
      else if (tx_ready_i) tx_valid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      axon_q   <= '0;
      parity_q <= parity_i;
    end else if (read) begin
      axon_q <= axon_q + 1'b1;
    end
  end

  // Read data stays until the next read, so it is the flit's register.
  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(in_source_t))
  ) u_sources (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabInSource),
      .waddr_i(table_i.index[AxonBits-1:0]),
      .wdata_i(table_i.data[$bits(in_source_t)-1:0]),
      .re_i   (read),
      .raddr_i(axon_q[AxonBits-1:0]),
      .rdata_o(source)
  );

  assign credit    = '{
          axon: source.axon,
          row: source.idle,
          parity: parity_q,
          last: 1'b1,
          count: '0,
          unused: '0
      };
  assign tx_flit_o = '{kind: KindCredit, dest: source.dest, body: credit};
endmodule
