// SPDX-License-Identifier: Apache-2.0
/// Events of a row: which of the row's axons take which lane of a group, one event a cycle, counted by axon.
///
/// Holds the row's axons in registers (slots). A group is compared with all of them as it is taken; what then remains to
/// be sent is a bit matrix of lanes and slots, worked off lane by lane, slots ascending. Latency one cycle; a group
/// that nobody wants takes one cycle.
`include "eddy_assert.svh"

module eddy_emit_events
  import eddy_pkg::*;
(
    input  logic            clk_i,
    input  logic            rst_ni,
    // slots
    input  logic            clear_i,        // before the first of a row; with `base_i`
    input  pos_t            base_i,         // row part of the position
    input  logic      [4:0] cbits_i,        // stable while the row is open
    input  logic            load_i,
    input  axon_id_t        load_index_i,
    input  out_axon_t       load_axon_i,
    input  count_t          load_count_i,
    // groups
    input  logic            group_valid_i,
    output logic            group_ready_o,
    input  group_t          group_i,
    // events
    output logic            flit_valid_o,
    input  logic            flit_ready_i,
    output flit_t           flit_o,
    output logic            cut_o,          // the event is not exact: pulse
    output logic            overflow_o,     // pulse
    output axon_id_t        index_o,        // out-axon of the event
    // counts that have changed
    output logic            save_valid_o,
    input  logic            save_ready_i,
    output axon_id_t        save_index_o,
    output count_t          save_count_o
);
  localparam int unsigned SlotBits = $clog2(RowAxons);
  typedef logic [SlotBits-1:0] slot_id_t;
  typedef logic [RowAxons-1:0] slot_set_t;

  /// Lowest member of a set.
  function automatic slot_id_t lowest(input slot_set_t set);
    for (int unsigned s = 0; s < RowAxons; s++) if (set[s]) return slot_id_t'(s);
    return '0;
  endfunction

  // ---------------------------------------------------------------- slots
  typedef struct packed {
    axon_id_t          index;   // in TabOutAxon
    dest_t             dest;
    axon_id_t          axon;
    coord_t            x0;
    coord_t            x1;
    logic [1:0]        x_mask;
    chan_t             c0;
    chan_t             c1;
    logic              fp16;
    logic signed [5:0] point;
  } slot_t;

  slot_t                  slot_q                                          [RowAxons];
  count_t                 count_q                                         [RowAxons];
  slot_set_t              changed_q;  // counts that differ from the table
  logic      [SlotBits:0] slots_q;
  slot_id_t               free;
  assign free = slots_q[SlotBits-1:0];

  // ---------------------------------------------------------------- match
  logic                  take;
  slot_set_t             match                                           [Lanes];
  slot_set_t             want_q                                          [Lanes];
  act_t      [Lanes-1:0] value_q;
  pos_t                  pixel_q;  // row and column part of the position
  chan_t                 c_q;

  assign take = group_valid_i && group_ready_o;

  /// Lanes of a group that a slot takes. Lane l is wanted iff c0 <= c + l <= c1: two differences, whatever the lanes.
  function automatic logic [Lanes-1:0] wanted_lanes(input slot_t slot, input group_t group);
    coord_t dx;
    logic signed [ChanBits+1:0] below, above;
    logic [Lanes-1:0] lanes;
    dx    = group.x - slot.x0;
    below = (ChanBits + 2)'(slot.c0) - (ChanBits + 2)'(group.c);
    above = (ChanBits + 2)'(slot.c1) - (ChanBits + 2)'(group.c);
    for (int unsigned l = 0; l < Lanes; l++) begin
      lanes[l] = group.fire[l] && below <= $signed((ChanBits + 2)'(l)) && above >= $signed((ChanBits + 2)'(l));
    end
    if (group.x < slot.x0 || group.x > slot.x1 || (dx[1:0] & slot.x_mask) != '0) lanes = '0;
    return lanes;
  endfunction

  logic [Lanes-1:0] lanes[RowAxons];
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) match[l] = '0;
    for (int unsigned s = 0; s < RowAxons; s++) lanes[s] = '0;
    if (take) begin
      for (int unsigned s = 0; s < RowAxons; s++) begin
        if (s < 32'(slots_q)) lanes[s] = wanted_lanes(slot_q[s], group_i);
        for (int unsigned l = 0; l < Lanes; l++) match[l][s] = lanes[s][l];
      end
    end
  end

  // ---------------------------------------------------------------- one event
  localparam int unsigned LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1;
  logic [LaneBits-1:0] lane;
  slot_set_t wanted, rest;  // of this lane
  slot_id_t slot;
  logic     others;  // lanes above this one
  logic     send;

  always_comb begin
    lane = '0;
    others = 1'b0;
    flit_valid_o = 1'b0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (want_q[l] != '0) begin
        if (flit_valid_o) others = 1'b1;
        else lane = LaneBits'(l);
        flit_valid_o = 1'b1;
      end
    end
  end
  assign wanted = want_q[lane];
  assign rest = wanted & (wanted - 1'b1);
  assign slot = flit_valid_o ? lowest(wanted) : '0;
  assign send = flit_valid_o && flit_ready_i;

  assign group_ready_o = !flit_valid_o || (flit_ready_i && !others && rest == '0);

  act_t value;
  if (Fp16) begin : gen_fp16
    fp16_t number;
    logic  cut;
    eddy_fp16_pack u_pack (
        .whole_i(value_q[lane]),
        .point_i(slot_q[slot].point),
        .value_o(number),
        .cut_o  (cut)
    );
    assign value = slot_q[slot].fp16 ? act_t'(number) : value_q[lane];
    assign cut_o = send && slot_q[slot].fp16 && cut;
  end else begin : gen_whole
    assign value = value_q[lane];
    assign cut_o = 1'b0;
  end

  event_t body;
  assign body = '{axon: slot_q[slot].axon, pos: pixel_q + pos_t'(c_q) + pos_t'(lane), value: value};
  assign flit_o = '{kind: KindEvent, dest: slot_q[slot].dest, body: body};

  assign index_o    = slot_q[slot].index;
  assign overflow_o = send && count_q[slot] == '1;

  // ---------------------------------------------------------------- counts back to the table
  slot_id_t save_slot;
  assign save_valid_o = changed_q != '0;
  assign save_slot    = save_valid_o ? lowest(changed_q) : '0;
  assign save_index_o = slot_q[save_slot].index;
  assign save_count_o = count_q[save_slot];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      slots_q   <= '0;
      changed_q <= '0;
      for (int unsigned l = 0; l < Lanes; l++) want_q[l] <= '0;
    end else begin
      if (clear_i) slots_q <= '0;
      else if (load_i) slots_q <= slots_q + 1'b1;
      if (send) begin
        want_q[lane]    <= rest;
        changed_q[slot] <= 1'b1;
      end
      if (take) want_q <= match;
      if (save_valid_o && save_ready_i) changed_q[save_slot] <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      slot_q[free] <= '{
          index: load_index_i,
          dest: load_axon_i.dest,
          axon: load_axon_i.axon,
          x0: load_axon_i.x0,
          x1: load_axon_i.x1,
          x_mask: load_axon_i.x_mask,
          c0: load_axon_i.c0,
          c1: load_axon_i.c1,
          fp16: load_axon_i.fp16,
          point: load_axon_i.point
      };
      count_q[free] <= load_count_i;
    end
    if (send) count_q[slot] <= count_q[slot] + 1'b1;
    if (take) begin
      value_q <= group_i.value;
      pixel_q <= base_i | pos_t'(group_i.x) << cbits_i;
      c_q     <= group_i.c;
    end
  end

  `EDDY_ASSERT(SlotFree, !load_i || 32'(slots_q) < RowAxons)
  `EDDY_ASSERT(SavedBeforeClear, !clear_i || !save_valid_o)
  `EDDY_ASSERT(QuietWhileSaving, !(save_valid_o && save_ready_i && flit_valid_o))
endmodule
