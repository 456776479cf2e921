// SPDX-License-Identifier: Apache-2.0
/// AXI4 write side: takes complete bursts from all writers in turn, and tells each when all of its own are confirmed.
///
/// One burst at a time on the data channel, a cycle between two; several may wait for their confirmation.
`include "eddy_assert.svh"

module eddy_axi_write
  import eddy_pkg::*, eddy_host_pkg::*;
#(
    parameter int unsigned Clients = WriteClients
) (
    input  logic                      clk_i,
    input  logic                      rst_ni,
    // writers
    input  write_ask_t  [Clients-1:0] write_i,
    output write_give_t [Clients-1:0] write_o,
    // memory
    output logic                      axi_awvalid_o,
    input  logic                      axi_awready_i,
    output axi_id_t                   axi_awid_o,
    output axi_addr_t                 axi_awaddr_o,
    output logic        [        7:0] axi_awlen_o,
    output logic        [        2:0] axi_awsize_o,
    output logic        [        1:0] axi_awburst_o,
    output logic                      axi_wvalid_o,
    input  logic                      axi_wready_i,
    output beat_t                     axi_wdata_o,
    output strobe_t                   axi_wstrb_o,
    output logic                      axi_wlast_o,
    input  logic                      axi_bvalid_i,
    output logic                      axi_bready_o,
    input  axi_id_t                   axi_bid_i,
    input  logic        [        1:0] axi_bresp_i,
    // what goes on
    output logic                      error_o,        // memory confirmed with an error
    output logic                      waiting_o,
    output logic                      progress_o
);
  localparam int unsigned IndexBits = (Clients > 1) ? $clog2(Clients) : 1;
  localparam int unsigned PendingBits = 4;

  typedef struct packed {
    axi_id_t id;
    burst_t  burst;
  } request_t;

  typedef struct packed {
    write_beat_t beat;
    logic        last;
  } data_t;

  // ------------------------------------------------------------- whose turn
  logic [Clients-1:0] want, grant;
  logic [IndexBits-1:0] index, client_q;
  logic take, busy_q, aw_room;
  logic [3:0] left_q;

  assign take = (want != '0) && !busy_q && aw_room;

  eddy_arb_rr #(
      .N(Clients)
  ) u_arb (
      .clk_i,
      .rst_ni,
      .req_i  (want),
      .adv_i  (take),
      .gnt_o  (grant),
      .index_o(index)
  );

  request_t request, head;
  assign request = '{id: axi_id_t'(index), burst: write_i[index].burst};
  eddy_slice #(
      .data_t(request_t)
  ) u_aw (
      .clk_i,
      .rst_ni,
      .valid_i(take),
      .ready_o(aw_room),
      .data_i (request),
      .valid_o(axi_awvalid_o),
      .ready_i(axi_awready_i),
      .data_o (head)
  );
  assign axi_awid_o    = head.id;
  assign axi_awaddr_o  = head.burst.addr;
  assign axi_awlen_o   = 8'(head.burst.len);
  assign axi_awsize_o  = 3'($clog2(BeatBytes));
  assign axi_awburst_o = 2'b01;

  // ------------------------------------------------------------- its data
  logic w_room, beat;
  data_t data, w_head;
  assign beat = busy_q && w_room;
  assign data = '{beat: write_i[client_q].beat, last: left_q == '0};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (take) busy_q <= 1'b1;
    else if (beat && left_q == '0) busy_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (take) client_q <= index;
    if (take) left_q <= write_i[index].burst.len;
    else if (beat) left_q <= left_q - 1'b1;
  end

  eddy_slice #(
      .data_t(data_t)
  ) u_w (
      .clk_i,
      .rst_ni,
      .valid_i(busy_q),
      .ready_o(w_room),
      .data_i (data),
      .valid_o(axi_wvalid_o),
      .ready_i(axi_wready_i),
      .data_o (w_head)
  );
  assign axi_wdata_o  = w_head.beat.data;
  assign axi_wstrb_o  = w_head.beat.strb;
  assign axi_wlast_o  = w_head.last;

  // ------------------------------------------------------------- confirmations
  assign axi_bready_o = 1'b1;
  logic [Clients-1:0][PendingBits-1:0] pending_q;
  logic [Clients-1:0] taken, confirmed, quiet;
  always_comb begin
    for (int unsigned i = 0; i < Clients; i++) begin
      confirmed[i] = axi_bvalid_i && axi_bid_i == axi_id_t'(i);
      quiet[i]     = pending_q[i] == '0;
      want[i]      = write_i[i].valid && pending_q[i] != '1;
      taken[i]     = take && grant[i];
      write_o[i]   = '{ready: taken[i], beat_ready: beat && client_q == IndexBits'(i), confirmed: quiet[i]};
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
    end else begin
      for (int unsigned i = 0; i < Clients; i++) begin
        if (taken[i] != confirmed[i]) begin
          pending_q[i] <= taken[i] ? pending_q[i] + 1'b1 : pending_q[i] - 1'b1;
        end
      end
    end
  end

  assign error_o    = axi_bvalid_i && axi_bresp_i[1];
  assign waiting_o  = pending_q != '0;
  assign progress_o = axi_bvalid_i || (axi_awvalid_o && axi_awready_i) || (axi_wvalid_o && axi_wready_i);

  `EDDY_ASSERT_HELD(RequestStable, axi_awvalid_o, axi_awready_i, head)
  `EDDY_ASSERT_HELD(DataStable, axi_wvalid_o, axi_wready_i, w_head)
  `EDDY_ASSERT(WithinFourKilobytes,
               !axi_awvalid_o || 32'(axi_awaddr_o[11:0]) + (32'(axi_awlen_o) + 1) * BeatBytes <= 4096)
  `EDDY_ASSUME(ConfirmationIsDue, !axi_bvalid_i || (confirmed & ~quiet) != '0)

  logic unused;
  assign unused = axi_bresp_i[0];
endmodule
