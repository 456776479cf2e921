// SPDX-License-Identifier: Apache-2.0
/// Credits: tells the sources of all in-axons of a population how many of its rows are swept.
///
/// Owns who feeds an in-axon (`dest` and `axon` of TabInSource). One credit a cycle. The frame input waits for whole
/// frames, so a gateway is told the last row only. A credit also says how far the one before it went, so that the source
/// sees when one is lost or doubled.
module eddy_axon_credits
  import eddy_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  logic                      reset_i,       // pulse: no population has told anything of its frame
    // population
    input  logic                      start_i,       // only while not busy
    input  pop_id_t                   pop_i,
    input  axon_id_t                  first_i,
    input  logic         [AxonBits:0] count_i,
    input  coord_t                    rows_i,        // swept
    input  logic                      last_i,        // these are all
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
  coord_t rows_q, before_q;
  coord_t told_q[MaxPops];  // rows of the current frame
  logic parity_q, last_q, read, read_q;
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
  assign body = '{
          axon: source.axon,
          row: rows_q,
          parity: parity_q,
          last: last_q,
          count: source.dest.io ? '0 : count_t'(before_q),
          unused: '0
      };
  assign flit_o = '{kind: KindCredit, dest: source.dest, body: body};
  assign flit_valid_o = read_q && (last_q || !source.dest.io);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q <= '0;
      read_q <= 1'b0;
      for (int unsigned p = 0; p < MaxPops; p++) told_q[p] <= '0;
    end else begin
      if (start_i) left_q <= count_i;
      else if (read) left_q <= left_q - 1'b1;
      if (read || flit_ready_i || !flit_valid_o) read_q <= read;
      if (reset_i) for (int unsigned p = 0; p < MaxPops; p++) told_q[p] <= '0;
      else if (start_i) told_q[pop_i] <= last_i ? '0 : rows_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      next_q   <= first_i;
      rows_q   <= rows_i;
      before_q <= told_q[pop_i];
      last_q   <= last_i;
      parity_q <= parity_i;
    end else if (read) begin
      next_q <= next_q + 1'b1;
    end
  end

  assign busy_o = left_q != '0 || read_q;
endmodule
