// SPDX-License-Identifier: Apache-2.0
/// Reads a range of host memory as a stream of beats: cuts it into bursts, and keeps what arrives in order.
///
/// A burst is asked for only when the FIFO has room for all of it, so read data is always taken at once and no stream
/// can hold up another. Bursts stay within aligned blocks of BurstBeats beats, hence within 4 KB.
/// The default depth keeps the bus busy up to a latency of 48 cycles. `drop_i` gives up the rest of the range: beats
/// still on their way are discarded.
`include "eddy_assert.svh"

module eddy_axi_fetch
  import eddy_pkg::*, eddy_host_pkg::*;
#(
    parameter int unsigned Depth = 64  // beats; at least a burst, or the whole range
) (
    input  logic              clk_i,
    input  logic              rst_ni,
    // range
    input  logic              start_i,  // only while not busy
    input  axi_addr_t         addr_i,
    input  logic       [31:0] beats_i,
    input  logic              drop_i,
    output logic              busy_o,
    // memory
    output read_ask_t         read_o,
    input  read_give_t        read_i,
    // beats in order
    output logic              valid_o,
    input  logic              ready_i,
    output beat_t             data_o
);
  localparam int unsigned FillBits = $clog2(Depth + 1);
  localparam int unsigned BeatShift = $clog2(BeatBytes);
  localparam int unsigned BlockBits = $clog2(BurstBeats);

  axi_addr_t addr_q;
  logic [31:0] left_q;
  logic [FillBits-1:0] reserved_q;  // beats asked for and not yet handed on

  logic [BlockBits:0] to_block, beats;
  assign to_block = (BlockBits + 1)'(BurstBeats) - {1'b0, addr_q[BeatShift+:BlockBits]};
  assign beats    = (left_q < 32'(to_block)) ? left_q[BlockBits:0] : to_block;

  assign read_o.valid = left_q != '0 && 32'(reserved_q) + 32'(beats) <= Depth;
  assign read_o.burst = '{addr: addr_q, len: 4'(beats - 1'b1)};

  logic issue, pop, head;
  assign issue   = read_o.valid && read_i.ready;
  assign valid_o = head && !drop_i;
  assign pop     = head && (ready_i || drop_i);
  assign busy_o  = left_q != '0 || reserved_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q     <= '0;
      reserved_q <= '0;
    end else begin
      if (start_i) left_q <= beats_i;
      else if (drop_i) left_q <= '0;
      else if (issue) left_q <= left_q - 32'(beats);
      if (issue || pop) reserved_q <= reserved_q + (issue ? FillBits'(beats) : '0) - FillBits'(pop);
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) addr_q <= addr_i;
    else if (issue) addr_q <= addr_q + (axi_addr_t'(beats) << BeatShift);
  end

  logic room;
  eddy_ram_fifo #(
      .data_t(beat_t),
      .Depth (Depth)
  ) u_beats (
      .clk_i,
      .rst_ni,
      .valid_i(read_i.data_valid),
      .ready_o(room),
      .data_i (read_i.data),
      .valid_o(head),
      .ready_i(pop),
      .data_o
  );

  `EDDY_ASSERT(RoomWasReserved, !read_i.data_valid || room)
  `EDDY_ASSUME(StartWhileIdle, !start_i || !busy_o)
  `EDDY_ASSUME(BeatAligned, !start_i || addr_i[BeatShift-1:0] == '0)
endmodule
