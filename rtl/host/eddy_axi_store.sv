// SPDX-License-Identifier: Apache-2.0
/// Gathers beats for host memory into bursts: beats to rising neighbouring addresses, within one aligned block.
///
/// A burst is offered when it is complete, never while it waits for its data, so that no writer holds up another. The
/// open burst closes at the end of its block, when a beat goes elsewhere, or while `flush_i` is high.
`include "eddy_assert.svh"

module eddy_axi_store
  import eddy_pkg::*, eddy_host_pkg::*;
#(
    parameter int unsigned Depth = 16  // beats; at least a burst, or all that comes before a flush
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    // beats
    input  logic        valid_i,
    output logic        ready_o,
    input  store_t      store_i,
    input  logic        flush_i,  // held until done
    output logic        done_o,   // all is in memory
    // memory
    output write_ask_t  write_o,
    input  write_give_t write_i
);
  localparam int unsigned BeatShift = $clog2(BeatBytes);
  localparam int unsigned BlockBits = $clog2(BurstBeats);

  logic open_q, complete, follows;
  burst_t burst_q;  // the open one
  axi_addr_t next;
  assign next     = burst_q.addr + ((axi_addr_t'(burst_q.len) + 1'b1) << BeatShift);
  assign complete = next[BeatShift+:BlockBits] == '0;
  assign follows  = store_i.addr == next;

  logic close, closed, push, room;
  assign close   = open_q && (complete || flush_i || (valid_i && !follows));
  assign ready_o = room && (!close || closed);
  assign push    = valid_i && ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) open_q <= 1'b0;
    else if (push) open_q <= 1'b1;
    else if (close && closed) open_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (push) begin
      if (open_q && !close) burst_q.len <= burst_q.len + 1'b1;
      else burst_q <= '{addr: store_i.addr, len: '0};
    end
  end

  eddy_fifo #(
      .data_t(burst_t),
      .Depth (4)
  ) u_bursts (
      .clk_i,
      .rst_ni,
      .valid_i(close),
      .ready_o(closed),
      .data_i (burst_q),
      .valid_o(write_o.valid),
      .ready_i(write_i.ready),
      .data_o (write_o.burst),
      .count_o()
  );

  logic head;
  eddy_fifo #(
      .data_t(write_beat_t),
      .Depth (Depth)
  ) u_beats (
      .clk_i,
      .rst_ni,
      .valid_i(push),
      .ready_o(room),
      .data_i (store_i.beat),
      .valid_o(head),
      .ready_i(write_i.beat_ready),
      .data_o (write_o.beat),
      .count_o()
  );
  assign done_o = !open_q && !write_o.valid && !head && write_i.confirmed;

  `EDDY_ASSERT(BeatIsThere, !write_i.beat_ready || head)
  `EDDY_ASSUME(BeatAligned, !valid_i || store_i.addr[BeatShift-1:0] == '0)
endmodule
