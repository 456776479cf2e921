// SPDX-License-Identifier: Apache-2.0
/// Router of a two-dimensional torus: four links and two local ends. Wiring only; docs/noc.md has the drawing.
///
/// One cycle a hop when free, one flit an input and an output a cycle. All link outputs are registers, and so are
/// `core_ready_o`, `io_ready_o` and the local outputs. Straps are taken over while reset is low, which takes one clock
/// edge at least. The simulator may leave out a cycle when `active_o` is low and no input is valid: no link flit, no
/// credit, no flit at a local end.
`include "eddy_assert.svh"

module eddy_noc_router
  import eddy_pkg::*;
  import eddy_noc_pkg::*;
#(
    parameter int unsigned Depth = 4  // flits a channel at each link input, a power of two
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    // straps: own coordinates, and those of the last tile (size minus one)
    input  tile_id_t     tile_i,
    input  tile_id_t     size_i,
    // links, indexed by port_e; credits run against their link
    input  link_t        link_i       [NumLinks],
    output link_credit_t link_credit_o[NumLinks],
    output link_t        link_o       [NumLinks],
    input  link_credit_t link_credit_i[NumLinks],
    // core end
    input  logic         core_valid_i,
    output logic         core_ready_o,
    input  flit_t        core_flit_i,
    output logic         core_valid_o,
    input  logic         core_ready_i,
    output flit_t        core_flit_o,
    // i/o end
    input  logic         io_valid_i,
    output logic         io_ready_o,
    input  flit_t        io_flit_i,
    output logic         io_valid_o,
    input  logic         io_ready_i,
    output flit_t        io_flit_o,
    // a flit leaves on each of the six outputs
    output ports_t       sent_o,
    output logic         active_o
);
  localparam int unsigned PaddedPorts = 8;  // flits are picked by a three-bit index

  if (Depth == 0 || (Depth & (Depth - 1)) != 0) begin : gen_check
    $error("eddy_noc_router: Depth must be a power of two");
  end

  tile_id_t tile, last;
  ports_t avail[MaxVcs];
  ports_t [NumPorts-1:0] req;
  ports_t gnt, send, active;
  logic [PaddedPorts-1:0] vc;
  flit_t flit[PaddedPorts];
  logic [NumPorts-1:0][2:0] from;

  for (genvar i = NumPorts; i < PaddedPorts; i++) begin : gen_pad
    assign vc[i]   = 1'b0;
    assign flit[i] = '0;
  end

  eddy_noc_straps u_straps (
      .clk_i,
      .rst_ni,
      .tile_i,
      .size_i,
      .tile_o(tile),
      .size_o(last)
  );

  for (genvar i = 0; i < NumLinks; i++) begin : gen_link
    eddy_noc_input #(
        .From (port_e'(i)),
        .Depth(Depth)
    ) u_input (
        .clk_i,
        .rst_ni,
        .tile_i  (tile),
        .last_i  (last),
        .link_i  (link_i[i]),
        .credit_o(link_credit_o[i]),
        .avail_i (avail),
        .req_o   (req[i]),
        .vc_o    (vc[i]),
        .flit_o  (flit[i]),
        .gnt_i   (gnt[i]),
        .active_o(active[i])
    );

    vcs_t has_credit;
    eddy_noc_output #(
        .Depth(Depth)
    ) u_output (
        .clk_i,
        .rst_ni,
        .avail_o (has_credit),
        .send_i  (send[i]),
        .vc_i    (vc[from[i]]),
        .flit_i  (flit[from[i]]),
        .link_o  (link_o[i]),
        .credit_i(link_credit_i[i])
    );
    for (genvar v = 0; v < MaxVcs; v++) begin : gen_vc
      assign avail[v][i] = has_credit[v];
    end
    assign sent_o[i] = link_o[i].valid;
  end

  logic [1:0] end_valid, end_ready, end_room, end_full, end_taken;
  flit_t end_flit_in[2], end_flit_out[2];
  assign end_valid = {io_valid_i, core_valid_i};
  assign {io_ready_o, core_ready_o} = end_ready;
  assign end_flit_in[0] = core_flit_i;
  assign end_flit_in[1] = io_flit_i;
  assign {io_valid_o, core_valid_o} = end_full;
  assign end_taken = {io_ready_i, core_ready_i};
  assign core_flit_o = end_flit_out[0];
  assign io_flit_o = end_flit_out[1];

  for (genvar i = 0; i < NumPorts - NumLinks; i++) begin : gen_end
    localparam port_e Port = port_e'(NumLinks + i);
    eddy_noc_inject #(
        .From (Port),
        .Depth(Depth)
    ) u_inject (
        .clk_i,
        .rst_ni,
        .tile_i  (tile),
        .last_i  (last),
        .valid_i (end_valid[i]),
        .ready_o (end_ready[i]),
        .flit_i  (end_flit_in[i]),
        .avail_i (avail),
        .req_o   (req[Port]),
        .vc_o    (vc[Port]),
        .flit_o  (flit[Port]),
        .gnt_i   (gnt[Port]),
        .active_o(active[Port])
    );

    eddy_noc_eject u_eject (
        .clk_i,
        .rst_ni,
        .avail_o(end_room[i]),
        .send_i (send[Port]),
        .flit_i (flit[from[Port]]),
        .valid_o(end_full[i]),
        .ready_i(end_taken[i]),
        .flit_o (end_flit_out[i])
    );
    for (genvar v = 0; v < MaxVcs; v++) begin : gen_vc
      assign avail[v][Port] = end_room[i];
    end
    assign sent_o[Port] = end_full[i] && end_taken[i];
  end

  eddy_noc_alloc u_alloc (
      .clk_i,
      .rst_ni,
      .req_i (req),
      .gnt_o (gnt),
      .send_o(send),
      .from_o(from)
  );

  // A link output that was valid must fall; a local one waits for its end, which lies inside the tile. A credit pulse
  // must fall too, but it never comes alone: the flit that freed the place is in an output by then.
  assign active_o = active != '0 || sent_o[NumLinks-1:0] != '0 || end_full != '0;

  `EDDY_ASSERT(CreditsFallWhileActive,
               active_o || {link_credit_o[0], link_credit_o[1], link_credit_o[2], link_credit_o[3]} == '0)
endmodule
