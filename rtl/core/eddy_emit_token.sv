// SPDX-License-Identifier: Apache-2.0
/// Row rule of one out-axon: is a token due after source row y, and what does it say?
///
/// One stage: an axon is taken with `enable_i`, the answer stands one enabled cycle later. The product is taken before
/// the register, the division by a small number behind it.
module eddy_emit_token
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        enable_i,
    // axon, and where it stands
    input  logic        valid_i,
    input  axon_id_t    index_i,
    input  out_axon_t   axon_i,
    input  axon_state_t sent_i,
    input  coord_t      y_i,
    input  logic        parity_i,
    // token
    output logic        valid_o,   // an axon is here
    output logic        due_o,
    output axon_id_t    index_o,
    output flit_t       flit_o,
    output axon_state_t sent_o     // where it stands after the token
);
  typedef struct packed {
    axon_id_t    index;
    dest_t       dest;
    axon_id_t    axon;
    logic [4:0]  d;
    coord_t      rows;
    logic [15:0] num;
    logic        open;    // in its range, not finished in this frame
    logic        last;
    logic        parity;
    coord_t      row;     // of the token before
    count_t      count;
  } stage_t;
  stage_t stage_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else if (enable_i) valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (enable_i && valid_i) begin
      stage_q <= '{
          index: index_i,
          dest: axon_i.dest,
          axon: axon_i.axon,
          d: axon_i.d,
          rows: axon_i.rows,
          num: rule_numerator(axon_i.a, y_i, axon_i.b_token),
          open: y_i >= axon_i.y0 && sent_i.parity == parity_i,
          last: y_i >= axon_i.y1,
          parity: parity_i,
          row: sent_i.row,
          count: sent_i.count
      };
    end
  end

  coord_t row;
  assign row   = stage_q.last ? stage_q.rows : rule_row(stage_q.num, stage_q.d, stage_q.rows);
  assign due_o = valid_o && stage_q.open && (stage_q.last || row > stage_q.row);

  token_t body;
  assign body = '{
          axon: stage_q.axon,
          row: row,
          parity: stage_q.parity,
          last: stage_q.last,
          count: stage_q.count,
          unused: '0
      };
  assign index_o = stage_q.index;
  assign flit_o = '{kind: KindToken, dest: stage_q.dest, body: body};
  assign sent_o = '{parity: stage_q.parity ^ stage_q.last, row: stage_q.last ? '0 : row, count: '0};
endmodule
