// SPDX-License-Identifier: Apache-2.0
/// Results of a row wait here until they are sent and their references are written back.
///
/// Room is handed out before a word enters the datapath and comes back with a result that did not fire, or when one that
/// did has left; so the datapath never waits. Group and references leave independently of each other.
`include "eddy_assert.svh"

module eddy_sweep_result
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic          clk_i,
    input  logic          rst_ni,
    input  logic          send_delta_i,   // references exist; stable while active
    input  logic          curve_i,        // the pipeline is longer by a table's three cycles; stable while active
    // room
    output logic          room_o,
    input  logic          reserve_i,
    // results
    input  logic          valid_i,
    input  logic          fired_i,
    input  sweep_result_t result_i,
    // groups
    output logic          group_valid_o,
    input  logic          group_ready_i,
    output group_t        group_o,
    // references
    output logic          ref_valid_o,
    input  logic          ref_gnt_i,
    output addr_t         ref_addr_o,
    output mask_t         ref_mask_o,
    output word_t         ref_data_o,
    output logic          idle_o          // all that was reserved has left
);
  // Words between the reservation and the FIFO's head: as many as the pipeline is long.
  localparam int unsigned Short = 8;
  localparam int unsigned Depth = Short + 4;
  localparam int unsigned RoomBits = $clog2(Depth + 1);

  logic [RoomBits-1:0] used_q;
  assign room_o = used_q != (curve_i ? RoomBits'(Depth) : RoomBits'(Short));
  assign idle_o = used_q == '0;

  logic push, pop, head_valid, ready;
  sweep_result_t head;
  assign push = valid_i && fired_i;
  eddy_fifo #(
      .data_t(sweep_result_t),
      .Depth (Depth)
  ) u_fifo (
      .clk_i,
      .rst_ni,
      .valid_i(push),
      .ready_o(ready),
      .data_i (result_i),
      .valid_o(head_valid),
      .ready_i(pop),
      .data_o (head),
      .count_o()
  );

  logic sent_q, written_q;  // of the head
  logic send, write;
  assign group_valid_o = head_valid && !sent_q;
  assign group_o       = head.group;
  assign send          = group_valid_o && group_ready_i;

  assign ref_valid_o   = head_valid && send_delta_i && !written_q;
  assign ref_addr_o    = head.addr;
  assign ref_data_o    = {2{head.reference}};
  assign write         = ref_valid_o && ref_gnt_i;
  always_comb begin
    ref_mask_o = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (head.half) ref_mask_o[Lanes+l] = head.group.fire[l];
      else ref_mask_o[l] = head.group.fire[l];
    end
  end

  assign pop = head_valid && (sent_q || send) && (!send_delta_i || written_q || write);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sent_q    <= 1'b0;
      written_q <= 1'b0;
      used_q    <= '0;
    end else begin
      if (send || pop) sent_q <= !pop;
      if (write || pop) written_q <= !pop;
      used_q <= used_q + RoomBits'(reserve_i) - RoomBits'(valid_i && !fired_i) - RoomBits'(pop);
    end
  end

  `EDDY_ASSERT(RoomWasReserved, !push || ready)
  `EDDY_ASSERT(ReserveOnlyRoom, !reserve_i || room_o)
endmodule
