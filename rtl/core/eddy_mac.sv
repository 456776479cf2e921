// SPDX-License-Identifier: Apache-2.0
/// Multiply-accumulate: one accumulator word of Lanes neurons a cycle.
///
///   weights, unpack (eddy_mac_fetch) | 0 read accumulators | 1 data, multiply | 2 align, add | 3 write
///
/// A word that is still on its way is not read but taken from the pipeline, at distance 1, 2 and 3; when the next op updates
/// the same word, the write is left to it. No bank: without the write all stages stand still, without a read stage 0 waits.
/// Reads and writes are three cycles apart, so words of alternating phase never meet. A token leaves behind the write of
/// its op.
`include "eddy_assert.svh"

module eddy_mac
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,             // TabCode
    // ops
    input  logic         op_valid_i,
    output logic         op_ready_o,
    input  op_t          op_i,
    // banks
    output mem_req_t     mem_write_o,
    input  logic         mem_write_gnt_i,
    output mem_req_t     mem_read_o,
    input  logic         mem_read_gnt_i,
    input  word_t        mem_read_rdata_i,
    output mem_req_t     mem_weight_o,
    input  logic         mem_weight_gnt_i,
    input  word_t        mem_weight_rdata_i,
    // tokens
    input  mark_seq_t    marks_done_i,
    output progress_t    progress_o,
    // why stage 0 did not move on
    output logic         frozen_o,            // a write waits for its bank
    output logic         token_waits_o,       // a token waits for marks
    output logic         phase_o,             // this pipeline's write has the bank of the read
    output logic         read_denied_o,
    output logic         cut_o,               // bits of a product were cut
    output logic         active_o
);
  typedef enum logic [1:0] {
    FromRam,   // arrives in stage 1
    FromKeep,
    FromSum,   // of the op two before, which is in stage 3 when this one is in stage 1
    FromChain  // of the op just before, which is in stage 3 when this one is in stage 2
  } source_e;

  // ---------------------------------------------------------------- stages
  typedef struct packed {
    logic      word;   // there is a word
    addr_t     acc;
    progress_t token;
    mark_seq_t marks;
  } stage_t;
  stage_t stage1_q, stage2_q, stage3_q;
  source_e source1_q;
  logic    chain2_q;
  act_t    value1_q;
  logic fp16_1_q, real1_q;  // the value is FP16; the weights are
  logic [5:0] point1_q;
  word_t keep_q, acc2_q, sum3_q;

  logic busy;  // there is something in stages 1 to 3
  assign busy = stage1_q.word || stage2_q.word || stage3_q.word || stage1_q.token.valid || stage2_q.token.valid ||
                stage3_q.token.valid;
  logic move, go;  // stages 1 to 3 move on; stage 0 does

  // ---------------------------------------------------------------- weights
  logic op_valid;
  op_t op;
  act_t [Lanes-1:0] weight;
  eddy_mac_fetch u_fetch (
      .clk_i,
      .rst_ni,
      .table_i,
      .op_valid_i,
      .op_ready_o,
      .op_i,
      .op_valid_o (op_valid),
      .op_ready_i (go),
      .op_o       (op),
      .weight_o   (weight),
      .mem_o      (mem_weight_o),
      .mem_gnt_i  (mem_weight_gnt_i),
      .mem_rdata_i(mem_weight_rdata_i)
  );

  // ---------------------------------------------------------------- 0: read
  source_e source0;
  always_comb begin
    source0 = FromRam;
    if (op.word) begin
      if (stage1_q.word && stage1_q.acc == op.acc) source0 = FromChain;
      else if (stage2_q.word && stage2_q.acc == op.acc) source0 = FromSum;
      else if (stage3_q.word && stage3_q.acc == op.acc) source0 = FromKeep;
    end
  end
  always_comb begin
    mem_read_o       = '0;
    mem_read_o.valid = op_valid && op.word && source0 == FromRam;
    mem_read_o.addr  = op.acc;
  end

  assign go = op_valid && move && (!mem_read_o.valid || mem_read_gnt_i);

  // ---------------------------------------------------------------- 1: multiply, 2: add
  word_t product, sum;
  logic cut;
  eddy_mac_product u_product (
      .clk_i,
      .en_i     (stage1_q.word && move),
      .value_i  (value1_q),
      .fp16_i   (fp16_1_q),
      .point_i  (point1_q),
      .real_i   (real1_q),
      .weight_i (weight),
      .product_o(product),
      .cut_o    (cut)
  );
  always_comb begin
    sum = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (stage2_q.word) sum[32*l+:32] = (chain2_q ? sum3_q[32*l+:32] : acc2_q[32*l+:32]) + product[32*l+:32];
    end
  end
  assign cut_o = stage2_q.word && move && cut;

  // ---------------------------------------------------------------- 3: write
  logic merged, token_ready;
  assign merged = stage2_q.word && chain2_q && !stage3_q.token.valid;
  always_comb begin
    mem_write_o       = '0;
    mem_write_o.valid = stage3_q.word && !merged && (!stage3_q.token.valid || token_ready);
    mem_write_o.we    = 1'b1;
    mem_write_o.addr  = stage3_q.acc;
    mem_write_o.mask  = '1;
    mem_write_o.data  = sum3_q;
  end
  assign token_waits_o = stage3_q.token.valid && !token_ready;
  assign frozen_o      = mem_write_o.valid && !mem_write_gnt_i;
  assign move          = !frozen_o && !token_waits_o;

  logic token_active;
  eddy_mac_token u_token (
      .clk_i,
      .rst_ni,
      .valid_i (stage3_q.token.valid && !frozen_o),
      .ready_o (token_ready),
      .token_i (stage3_q.token),
      .marks_i (stage3_q.marks),
      .marks_done_i,
      .progress_o,
      .active_o(token_active)
  );

  // ---------------------------------------------------------------- registers
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      stage1_q <= '0;
      stage2_q <= '0;
      stage3_q <= '0;
    end else if (move && (go || busy)) begin
      stage1_q <= '0;
      if (go) stage1_q <= '{word: op.word, acc: op.acc, token: op.token, marks: op.marks};
      stage2_q <= stage1_q;
      stage3_q <= stage2_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (go && op.word) begin
      source1_q <= source0;
      value1_q  <= op.value;
      fp16_1_q  <= op.fp16;
      real1_q   <= op.format >= WeightCode8;
      point1_q  <= op.point;
      if (source0 == FromKeep) keep_q <= sum3_q;
    end
    if (stage1_q.word && move) begin
      chain2_q <= source1_q == FromChain;
      if (source1_q == FromRam) acc2_q <= mem_read_rdata_i;
      else if (source1_q == FromKeep) acc2_q <= keep_q;
      else if (source1_q == FromSum) acc2_q <= sum3_q;
    end
    // The banks' output is good for one cycle.
    if (stage1_q.word && !move && source1_q == FromRam) begin
      source1_q <= FromKeep;
      keep_q    <= mem_read_rdata_i;
    end
    if (stage2_q.word && move) sum3_q <= sum;
  end

  assign active_o = op_valid_i || op_valid || busy || token_active;

  // ---------------------------------------------------------------- why stage 0 waits
  assign phase_o = mem_read_o.valid && !mem_read_gnt_i && mem_write_o.valid && bank_of(
      mem_read_o.addr
  ) == bank_of(
      mem_write_o.addr
  );
  assign read_denied_o = mem_read_o.valid && !mem_read_gnt_i;

  `EDDY_ASSERT_HELD(FrozenHolds, 1'b1, move, {stage1_q, stage2_q, stage3_q})
  `EDDY_ASSERT(ChainHasPredecessor, !(stage2_q.word && chain2_q) || (stage3_q.word && stage3_q.acc == stage2_q.acc))
endmodule
