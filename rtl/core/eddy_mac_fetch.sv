// SPDX-License-Identifier: Apache-2.0
/// Weights of the MAC, one op ahead of it: reads the word, takes the run out of it, looks codes up.
///
/// An op waits here for its weight word, and is in stage 0 of the MAC in the cycle in which the word arrives. Its weights
/// are on weight_o in the cycle after it has been taken from there, until the next one is taken.
module eddy_mac_fetch
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic                     clk_i,
    input  logic                     rst_ni,
    input  table_write_t             table_i,     // TabCode
    // ops in
    input  logic                     op_valid_i,
    output logic                     op_ready_o,
    input  op_t                      op_i,
    // ops in stage 0
    output logic                     op_valid_o,
    input  logic                     op_ready_i,
    output op_t                      op_o,
    output act_t         [Lanes-1:0] weight_o,
    // memory
    output mem_req_t                 mem_o,
    input  logic                     mem_gnt_i,
    input  word_t                    mem_rdata_i
);
  // ---------------------------------------------------------------- word
  logic free, need, take;
  word_t word;
  assign free       = !op_valid_o || op_ready_i;
  assign op_ready_o = free && (!need || mem_gnt_i);
  assign take       = op_valid_o && op_ready_i && op_o.word;

  eddy_mac_weights u_weights (
      .clk_i,
      .rst_ni,
      .valid_i(op_valid_i && op_i.word),
      .addr_i (op_i.weight),
      .take_i (free),
      .idle_i (!op_valid_i && !op_valid_o),
      .need_o (need),
      .mem_o,
      .mem_gnt_i,
      .mem_rdata_i,
      .word_o (word)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) op_valid_o <= 1'b0;
    else if (free) op_valid_o <= op_valid_i && op_ready_o;
  end
  always_ff @(posedge clk_i) begin
    if (op_valid_i && op_ready_o) op_o <= op_i;
  end

  // ---------------------------------------------------------------- run
  act_t [Lanes-1:0] run;
  eddy_unpack u_unpack (
      .word_i  (word),
      .format_i(op_o.format),
      .run_i   (op_o.run),
      .weight_o(run)
  );

  act_t [Lanes-1:0] plain_q;
  always_ff @(posedge clk_i) begin
    if (take) plain_q <= run;
  end

  // ---------------------------------------------------------------- codes
  if (Fp16) begin : gen_codes
    logic coded;
    assign coded = op_o.format inside {WeightCode8, WeightCode4, WeightCode2};

    logic coded_q;
    act_t [Lanes-1:0] value;
    always_ff @(posedge clk_i) begin
      if (take) coded_q <= coded;
    end
    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      eddy_ram_1r1w #(
          .Words(MaxCodes),
          .Width($bits(fp16_t))
      ) u_codes (
          .clk_i,
          .we_i   (table_i.valid && table_i.sel == TabCode),
          .waddr_i(table_i.index[CodeAddrBits-1:0]),
          .wdata_i(table_i.data[$bits(fp16_t)-1:0]),
          .re_i   (take && coded),
          .raddr_i(op_o.code_base + code_addr_t'(run[l])),
          .rdata_o(value[l])
      );
    end
    assign weight_o = coded_q ? value : plain_q;
  end else begin : gen_plain
    assign weight_o = plain_q;
  end
endmodule
