// SPDX-License-Identifier: Apache-2.0
/// Credits of a frame: tells the sources of all in-axons of a population that its last row is swept.
///
/// Owns who feeds an in-axon (`dest` and `axon` of TabInSource). One credit a cycle.
module eddy_axon_credits
  import eddy_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    // population
    input  logic                      start_i,       // only while not busy
    input  axon_id_t                  first_i,
    input  logic         [AxonBits:0] count_i,
    input  coord_t                    rows_i,
    input  logic                      parity_i,
    output logic                      busy_o,
    // credits
    output logic                      flit_valid_o,
    input  logic                      flit_ready_i,
    output flit_t                     flit_o
);
  typedef struct packed {
    dest_t    dest;
    axon_id_t axon;
  } source_t;

  axon_id_t              next_q;
  logic     [AxonBits:0] left_q;
  coord_t                rows_q;
  logic parity_q, read;
  assign read = left_q != '0 && (!flit_valid_o || flit_ready_i);

  in_source_t load;
  source_t load_source, source;
  assign load        = in_source_t'(table_i.data[$bits(in_source_t)-1:0]);
  assign load_source = '{dest: load.dest, axon: load.axon};
  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(source_t))
  ) u_sources (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabInSource),
      .waddr_i(table_i.index[AxonBits-1:0]),
      .wdata_i(load_source),
      .re_i   (read),
      .raddr_i(next_q),
      .rdata_o(source)
  );

  token_t body;
  assign body   = '{axon: source.axon, row: rows_q, parity: parity_q, last: 1'b1, count: '0, unused: '0};
  assign flit_o = '{kind: KindCredit, dest: source.dest, body: body};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q       <= '0;
      flit_valid_o <= 1'b0;
    end else begin
      if (start_i) left_q <= count_i;
      else if (read) left_q <= left_q - 1'b1;
      if (read || flit_ready_i) flit_valid_o <= read;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      next_q   <= first_i;
      rows_q   <= rows_i;
      parity_q <= parity_i;
    end else if (read) begin
      next_q <= next_q + 1'b1;
    end
  end

  assign busy_o = left_q != '0 || flit_valid_o;
endmodule
