// SPDX-License-Identifier: Apache-2.0
/// Packs event records into beats and writes them to a drain buffer one after the other.
module eddy_result_store
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        start_i,   // a new buffer; only while empty
    input  axi_addr_t   addr_i,
    // records; `last` goes out with what is there
    input  logic        valid_i,
    output logic        ready_o,
    input  record_t     record_i,
    output logic        done_o,    // all is in memory
    // memory
    output write_ask_t  write_o,
    input  write_give_t write_i
);
  if (RecordsPerBeat != 2) begin : gen_check
    $error("eddy_result_store: a beat holds two records");
  end

  logic half_q, beat, take, room, flushing_q, in_memory;
  record_t record_q;
  axi_addr_t addr_q;
  store_t store;

  // An odd last record fills half a beat.
  assign beat    = valid_i && (half_q || record_i.last);
  assign ready_o = !(half_q || record_i.last) || room;
  assign take    = valid_i && ready_o;
  always_comb begin
    store.addr = addr_q;
    store.beat = half_q ?
    '{data: {record_i, record_q}, strb: '1}
    :
    '{data: AxiDataBits'(record_i), strb: BeatBytes'(8'hFF)};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      half_q     <= 1'b0;
      flushing_q <= 1'b0;
    end else begin
      if (start_i) half_q <= 1'b0;
      else if (take) half_q <= !half_q && !record_i.last;
      if (take && record_i.last) flushing_q <= 1'b1;
      else if (in_memory) flushing_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (take && !beat) record_q <= record_i;
    if (start_i) addr_q <= addr_i;
    else if (take && beat) addr_q <= addr_q + axi_addr_t'(BeatBytes);
  end

  eddy_axi_store u_store (
      .clk_i,
      .rst_ni,
      .valid_i(beat),
      .ready_o(room),
      .store_i(store),
      .flush_i(flushing_q),
      .done_o (in_memory),
      .write_o,
      .write_i
  );
  assign done_o = in_memory && !flushing_q;
endmodule
