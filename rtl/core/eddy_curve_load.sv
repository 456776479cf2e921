// SPDX-License-Identifier: Apache-2.0
/// Brings a population's activation table from the tile's RAM into the lanes, a word a cycle over port A of the sweep.
///
/// What is there is remembered by its address, so that rows of one population, and populations that share a table, load
/// it once: CurveWords + 2 cycles. Whoever writes a table into the RAM writes a population's entry behind it, which
/// makes all of this forgotten.
module eddy_curve_load
  import eddy_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        forget_i,  // pulse
    input  logic        need_i,    // level: a row is to be walked, port A is free until ready_o
    input  logic        curve_i,   // it has a table ...
    input  addr_t       base_i,    // ... here
    output logic        ready_o,   // the table is in the lanes, or there is none
    // port A: always granted, data one cycle later; the walk asks for nothing before ready_o
    input  mem_req_t    walk_i,
    output mem_req_t    mem_o,
    // lanes: address of the data that come
    output logic        we_o,
    output curve_addr_t waddr_o
);
  typedef logic [$clog2(CurveWords+1)-1:0] count_t;

  logic   known_q;
  addr_t  base_q;
  count_t next_q;

  assign ready_o = !curve_i || (known_q && base_q == base_i);

  logic read;
  assign read = need_i && !ready_o && next_q != count_t'(CurveWords);
  always_comb begin
    mem_o = walk_i;
    if (read) mem_o = '{valid: 1'b1, we: 1'b0, addr: base_i + addr_t'(next_q), mask: '0, data: '0};
  end

  logic last;  // of the words is written in this cycle
  assign last = next_q == count_t'(CurveWords);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      known_q <= 1'b0;
      next_q  <= '0;
      we_o    <= 1'b0;
    end else begin
      we_o <= read;
      if (last) next_q <= '0;
      else if (read) next_q <= next_q + 1'b1;
      if (forget_i || read) known_q <= 1'b0;
      else if (last) known_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (read) waddr_o <= curve_addr_t'(next_q);
    if (last) base_q <= base_i;
  end
endmodule
