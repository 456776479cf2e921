// SPDX-License-Identifier: Apache-2.0
/// Weight word of the MAC: read once while consecutive ops use it.
///
/// Asks for the word of the op in stage 0 unless it is the word that was read last; the word is on word_o from the next
/// cycle on, until another one has been taken. What has been read is forgotten while nothing is in the pipeline, so that
/// the host may change weights then.
module eddy_mac_weights
  import eddy_pkg::*;
(
    input  logic     clk_i,
    input  logic     rst_ni,
    // op in stage 0
    input  logic     valid_i,
    input  addr_t    addr_i,
    input  logic     take_i,       // the pipeline moves: a word that is read now may replace the current one
    input  logic     idle_i,       // no op uses the current word
    output logic     need_o,       // the word is yet to be read
    // memory
    output mem_req_t mem_o,
    input  logic     mem_gnt_i,
    input  word_t    mem_rdata_i,
    // current word
    output word_t    word_o
);
  logic  known_q;
  addr_t addr_q;
  logic  fresh_q;  // it arrives in this cycle
  word_t word_q;

  logic  read;
  assign need_o = valid_i && !(known_q && addr_q == addr_i);
  assign read   = need_o && mem_gnt_i && take_i;
  assign word_o = fresh_q ? mem_rdata_i : word_q;

  always_comb begin
    mem_o       = '0;
    mem_o.valid = need_o;
    mem_o.addr  = addr_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      known_q <= 1'b0;
      fresh_q <= 1'b0;
    end else begin
      fresh_q <= read;
      if (read) known_q <= 1'b1;
      else if (idle_i) known_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (read) addr_q <= addr_i;
    if (fresh_q) word_q <= mem_rdata_i;
  end
endmodule
