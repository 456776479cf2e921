// SPDX-License-Identifier: Apache-2.0
/// AXI4 read side: merges the bursts of all readers, and hands data back by transaction number (the reader's index).
///
/// One number a reader: memory keeps a reader's bursts in order, and readers may overtake each other. Data is always
/// taken, since every reader has reserved room for what it asked for.
`include "eddy_assert.svh"

module eddy_axi_read
  import eddy_pkg::*, eddy_host_pkg::*;
#(
    parameter int unsigned Clients = ReadClients
) (
    input  logic                     clk_i,
    input  logic                     rst_ni,
    // readers
    input  read_ask_t  [Clients-1:0] read_i,
    output read_give_t [Clients-1:0] read_o,
    // memory
    output logic                     axi_arvalid_o,
    input  logic                     axi_arready_i,
    output axi_id_t                  axi_arid_o,
    output axi_addr_t                axi_araddr_o,
    output logic       [        7:0] axi_arlen_o,
    output logic       [        2:0] axi_arsize_o,
    output logic       [        1:0] axi_arburst_o,
    input  logic                     axi_rvalid_i,
    output logic                     axi_rready_o,
    input  axi_id_t                  axi_rid_i,
    input  beat_t                    axi_rdata_i,
    input  logic       [        1:0] axi_rresp_i,
    input  logic                     axi_rlast_i,
    // what goes on
    output logic                     error_o,        // memory answered with an error
    output logic                     waiting_o,      // a burst has not ended
    output logic                     progress_o
);
  typedef struct packed {
    axi_id_t id;
    burst_t  burst;
  } request_t;

  logic [Clients-1:0] want, grant;
  logic [(Clients > 1 ? $clog2(Clients) : 1)-1:0] index;
  logic room, push;
  request_t request, head;

  // Pushed only when taken, so that the arbiter may change its mind until then.
  assign push    = (want != '0) && room;
  assign request = '{id: axi_id_t'(index), burst: read_i[index].burst};

  eddy_arb_rr #(
      .N(Clients)
  ) u_arb (
      .clk_i,
      .rst_ni,
      .req_i  (want),
      .adv_i  (push),
      .gnt_o  (grant),
      .index_o(index)
  );

  eddy_slice #(
      .data_t(request_t)
  ) u_ar (
      .clk_i,
      .rst_ni,
      .valid_i(push),
      .ready_o(room),
      .data_i (request),
      .valid_o(axi_arvalid_o),
      .ready_i(axi_arready_i),
      .data_o (head)
  );
  assign axi_arid_o    = head.id;
  assign axi_araddr_o  = head.burst.addr;
  assign axi_arlen_o   = 8'(head.burst.len);
  assign axi_arsize_o  = 3'($clog2(BeatBytes));
  assign axi_arburst_o = 2'b01;

  assign axi_rready_o = 1'b1;
  always_comb begin
    for (int unsigned i = 0; i < Clients; i++) begin
      want[i]   = read_i[i].valid;
      read_o[i] = '{ready: grant[i] && room, data_valid: axi_rvalid_i && axi_rid_i == axi_id_t'(i), data: axi_rdata_i};
    end
  end

  logic [7:0] pending_q;  // bursts; each reader has a few at most
  logic ended;
  assign ended = axi_rvalid_i && axi_rlast_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) pending_q <= '0;
    else if (push != ended) pending_q <= push ? pending_q + 1'b1 : pending_q - 1'b1;
  end

  assign error_o    = axi_rvalid_i && axi_rresp_i[1];
  assign waiting_o  = pending_q != '0;
  assign progress_o = axi_rvalid_i || (axi_arvalid_o && axi_arready_i);

  `EDDY_ASSERT_HELD(RequestStable, axi_arvalid_o, axi_arready_i, head)
  `EDDY_ASSERT(WithinFourKilobytes,
               !axi_arvalid_o || 32'(axi_araddr_o[11:0]) + (32'(axi_arlen_o) + 1) * BeatBytes <= 4096)
  `EDDY_ASSUME(DataWasAskedFor, !axi_rvalid_i || (pending_q != '0 && 32'(axi_rid_i) < Clients))

  logic unused;
  assign unused = axi_rresp_i[0];
endmodule
