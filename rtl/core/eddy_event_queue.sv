// SPDX-License-Identifier: Apache-2.0
/// Event queue: a ring in the tile's memory between two small FIFOs, order kept.
///
/// While the ring is empty entries pass from one FIFO to the other: latency 2 cycles. When the way out is full they are
/// paired up, two a word, and written to the ring, and read back as soon as the way out has room for two. One entry in
/// and one out a cycle, with one memory access a cycle. The ring is `words_i` words from `base_i` on; without one
/// (`words_i` = 0) the FIFOs are all.
`include "eddy_assert.svh"

module eddy_event_queue
  import eddy_pkg::*;
#(
    parameter int unsigned InDepth  = 4,
    parameter int unsigned OutDepth = 8
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  addr_t                 base_i,
    input  logic     [AddrBits:0] words_i,
    // upstream
    input  logic                  valid_i,
    output logic                  ready_o,
    input  entry_t                entry_i,
    // downstream
    output logic                  valid_o,
    input  logic                  ready_i,
    output entry_t                entry_o,
    // memory
    output mem_req_t              mem_o,
    input  logic                  mem_gnt_i,
    input  word_t                 mem_rdata_i,
    // entries inside, now and at most
    output logic                  waiting_o,
    output count_t                peak_o
);
  localparam int unsigned HalfBits = WordBits / 2;
  typedef logic [$clog2(OutDepth+1)-1:0] room_t;

  if (HalfBits < $bits(entry_t)) begin : gen_check
    $error("eddy_event_queue: a word must hold two entries");
  end

  // ---------------------------------------------------------------- way in
  logic in_valid, in_ready;
  entry_t in_entry;
  eddy_fifo #(
      .data_t(entry_t),
      .Depth (InDepth)
  ) u_in (
      .clk_i,
      .rst_ni,
      .valid_i,
      .ready_o,
      .data_i (entry_i),
      .valid_o(in_valid),
      .ready_i(in_ready),
      .data_o (in_entry),
      .count_o()
  );

  // ---------------------------------------------------------------- from old to new: second, ring, half, way in
  logic second_valid_q;  // upper half of the word that was read last
  entry_t second_q;
  logic reading_q;  // the word read in the cycle before arrives
  logic [AddrBits:0] fill_q;  // words in the ring
  addr_t wptr_q, rptr_q, last;
  logic   half_valid_q;  // waits for its partner to make a word
  entry_t half_q;

  logic out_valid, out_ready;
  room_t out_count;

  logic ring_idle, do_read, do_write, drain, direct, take_half;
  assign ring_idle = fill_q == '0 && !reading_q && !second_valid_q;
  assign drain     = ring_idle && half_valid_q && out_ready;
  assign direct    = ring_idle && !half_valid_q && in_valid && out_ready;
  assign take_half = in_valid && !half_valid_q && !direct && words_i != '0;

  // A word is asked for when its two entries will find room behind those on the way.
  logic want_read, want_write;
  assign want_read  = fill_q != '0 && !reading_q && out_count + room_t'(second_valid_q) <= room_t'(OutDepth - 2);
  assign want_write = half_valid_q && !drain && in_valid && fill_q != words_i;
  assign do_read    = want_read && mem_gnt_i;
  assign do_write   = want_write && !want_read && mem_gnt_i;
  assign in_ready   = direct || take_half || do_write;

  // Reads come in every other cycle at most, and so leave the other one to writes.
  always_comb begin
    mem_o = '0;
    if (want_read || want_write) begin
      mem_o.valid = 1'b1;
      mem_o.we    = !want_read;
      mem_o.addr  = base_i + (want_read ? rptr_q : wptr_q);
      mem_o.mask  = '1;
      mem_o.data  = {HalfBits'(in_entry), HalfBits'(half_q)};
    end
  end

  assign last = addr_t'(words_i - 1'b1);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      second_valid_q <= 1'b0;
      reading_q      <= 1'b0;
      half_valid_q   <= 1'b0;
      fill_q         <= '0;
      wptr_q         <= '0;
      rptr_q         <= '0;
    end else begin
      second_valid_q <= reading_q;
      reading_q      <= do_read;
      if (take_half) half_valid_q <= 1'b1;
      else if (drain || do_write) half_valid_q <= 1'b0;
      if (do_read) begin
        rptr_q <= (rptr_q == last) ? '0 : rptr_q + 1'b1;
        fill_q <= fill_q - 1'b1;
      end
      if (do_write) begin
        wptr_q <= (wptr_q == last) ? '0 : wptr_q + 1'b1;
        fill_q <= fill_q + 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_half) half_q <= in_entry;
    if (reading_q) second_q <= mem_rdata_i[HalfBits+:$bits(entry_t)];
  end

  // ---------------------------------------------------------------- way out
  entry_t out_entry;
  always_comb begin
    if (reading_q) out_entry = mem_rdata_i[$bits(entry_t)-1:0];
    else if (second_valid_q) out_entry = second_q;
    else if (half_valid_q) out_entry = half_q;
    else out_entry = in_entry;
  end
  assign out_valid = reading_q || second_valid_q || drain || direct;

  eddy_fifo #(
      .data_t(entry_t),
      .Depth (OutDepth)
  ) u_out (
      .clk_i,
      .rst_ni,
      .valid_i(out_valid),
      .ready_o(out_ready),
      .data_i (out_entry),
      .valid_o,
      .ready_i,
      .data_o (entry_o),
      .count_o(out_count)
  );

  // ---------------------------------------------------------------- level
  count_t level_q;
  logic push, pop;
  assign push      = valid_i && ready_o;
  assign pop       = valid_o && ready_i;
  assign waiting_o = level_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      level_q <= '0;
      peak_o  <= '0;
    end else begin
      if (push != pop) level_q <= push ? level_q + 1'b1 : level_q - 1'b1;
      if (level_q > peak_o) peak_o <= level_q;
    end
  end

  `EDDY_ASSERT(ReadFindsRoom, !(reading_q || second_valid_q) || out_ready)
  `EDDY_ASSERT(OneEntryOut, !(reading_q && second_valid_q))
endmodule
