// SPDX-License-Identifier: Apache-2.0
/// Datapath of the sweep: accumulators in, results of the delta unit out.
///
/// One word of Lanes neurons a cycle, latency 5 cycles behind the banks (8 where the population's activation is a table), no
/// back-pressure: whoever announces a beat has room for its result. References come two or more cycles before they are used
/// and wait in a FIFO.
`include "eddy_assert.svh"

module eddy_sweep_data
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                              clk_i,
    input  logic                              rst_ni,
    input  table_write_t                      table_i,          // TabParam
    input  pop_t                              pop_i,            // stable while active
    // words: announced, and a cycle later from the banks
    input  logic                              beat_valid_i,
    input  sweep_beat_t                       beat_i,
    input  logic          [ParamAddrBits-1:0] beat_param_i,
    input  word_t                             mem_a_rdata_i,
    input  word_t                             mem_b_rdata_i,
    // activation's table, from port A; no word is under way
    input  logic                              curve_we_i,
    input  curve_addr_t                       curve_waddr_i,
    // references
    input  logic                              ref_valid_i,      // data come in the next cycle
    input  word_t                             mem_ref_rdata_i,
    // results
    output logic                              valid_o,
    output logic                              fired_o,          // the result is not empty
    output sweep_result_t                     result_o,
    output logic                              pixel_o,          // it is the last of its pixel
    output logic                              active_o
);
  // ---------------------------------------------------------------- word and parameters
  logic        data_valid_q;
  sweep_beat_t data_beat_q;
  word_t       word_b_q;  // the banks may move on before it is used
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) data_valid_q <= 1'b0;
    else data_valid_q <= beat_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (beat_valid_i) data_beat_q <= beat_i;
    if (data_valid_q && !data_beat_q.half) word_b_q <= mem_b_rdata_i;
  end

  param_word_t params;
  eddy_ram_1r1w #(
      .Words(MaxParams),
      .Width($bits(param_word_t))
  ) u_params (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabParam),
      .waddr_i(table_i.index[ParamAddrBits-1:0]),
      .wdata_i(table_i.data[$bits(param_word_t)-1:0]),
      .re_i   (beat_valid_i),
      .raddr_i(beat_param_i),
      .rdata_o(params)
  );

  // ---------------------------------------------------------------- requantise, table, pool
  typedef logic [Lanes-1:0][$bits(params[0].theta)-1:0] thetas_t;
  typedef struct packed {
    sweep_beat_t beat;
    thetas_t     theta;
  } tag_t;

  tag_t data_tag;
  always_comb begin
    data_tag.beat = data_beat_q;
    for (int unsigned l = 0; l < Lanes; l++) data_tag.theta[l] = params[l].theta;
  end

  logic requant_valid, requant_active;
  act_t [Lanes-1:0] requant_value;
  tag_t             requant_tag;
  eddy_requant #(
      .tag_t(tag_t)
  ) u_requant (
      .clk_i,
      .rst_ni,
      .lo_i    (pop_i.lo),
      .hi_i    (pop_i.hi),
      .valid_i (data_valid_q),
      .acc_i   (data_beat_q.half ? word_b_q : mem_a_rdata_i),
      .params_i(params),
      .tag_i   (data_tag),
      .valid_o (requant_valid),
      .value_o (requant_value),
      .tag_o   (requant_tag),
      .active_o(requant_active)
  );

  logic curve_valid, curve_active;
  act_t [Lanes-1:0] curve_value;
  tag_t             curve_tag;
  eddy_curve #(
      .tag_t(tag_t)
  ) u_curve (
      .clk_i,
      .rst_ni,
      .we_i    (curve_we_i),
      .waddr_i (curve_waddr_i),
      .wdata_i (mem_a_rdata_i),
      .shift_i (pop_i.curve_shift),
      .valid_i (requant_valid && pop_i.curve),
      .value_i (requant_value),
      .tag_i   (requant_tag),
      .valid_o (curve_valid),
      .value_o (curve_value),
      .tag_o   (curve_tag),
      .active_o(curve_active)
  );

  // All words of a row take the same way.
  logic             act_valid;
  act_t [Lanes-1:0] act_value;
  tag_t             act_tag;
  assign act_valid = pop_i.curve ? curve_valid : requant_valid;
  assign act_value = pop_i.curve ? curve_value : requant_value;
  assign act_tag   = pop_i.curve ? curve_tag : requant_tag;

  act_t [Lanes-1:0] value;
  tag_t             tag;
  eddy_pool #(
      .tag_t(tag_t)
  ) u_pool (
      .clk_i,
      .rst_ni,
      .valid_i(act_valid),
      .first_i(act_tag.beat.first),
      .last_i (act_tag.beat.last),
      .half_i (act_tag.beat.half),
      .value_i(act_value),
      .tag_i  (act_tag),
      .valid_o(valid_o),
      .value_o(value),
      .tag_o  (tag)
  );

  // ---------------------------------------------------------------- references
  logic ref_valid_q, ref_valid;
  word_t references;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ref_valid_q <= 1'b0;
    else ref_valid_q <= ref_valid_i;
  end

  logic ref_ready;
  eddy_fifo #(
      .data_t(word_t),
      .Depth (4)
  ) u_references (
      .clk_i,
      .rst_ni,
      .valid_i(ref_valid_q),
      .ready_o(ref_ready),
      .data_i (mem_ref_rdata_i),
      .valid_o(ref_valid),
      .ready_i(valid_o && tag.beat.pair_end),
      .data_o (references),
      .count_o()
  );

  // ---------------------------------------------------------------- delta
  eddy_delta #(
      .Lanes     (Lanes),
      .Width     ($bits(act_t)),
      .ThetaWidth($bits(params[0].theta))
  ) u_delta (
      .send_delta_i(pop_i.send_delta),
      .value_i     (value),
      .reference_i (tag.beat.half ? references[WordBits-1:WordBits/2] : references[WordBits/2-1:0]),
      .theta_i     (tag.theta),
      .fire_o      (result_o.group.fire),
      .sent_o      (result_o.group.value),
      .reference_o (result_o.reference)
  );
  assign result_o.group.x = tag.beat.x;
  assign result_o.group.c = tag.beat.c;
  assign result_o.addr    = tag.beat.reference;
  assign result_o.half    = tag.beat.half;

  assign fired_o  = result_o.group.fire != '0;
  assign pixel_o  = valid_o && tag.beat.pixel_end;
  assign active_o = data_valid_q || requant_active || curve_active || valid_o || ref_valid_q;

  `EDDY_ASSERT(RoomForReference, !ref_valid_q || ref_ready)
  `EDDY_ASSERT(ReferenceInTime, !(valid_o && pop_i.send_delta) || ref_valid)
endmodule
