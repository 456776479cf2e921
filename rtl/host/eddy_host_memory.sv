// SPDX-License-Identifier: Apache-2.0
/// The gateway's end of host memory: read side, write side, and limits on what memory may take.
module eddy_host_memory
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                           clk_i,
    input  logic                           rst_ni,
    input  tile_id_t                       tile_id_i,
    input  logic        [            31:0] limit_i,
    // clients
    input  read_ask_t   [ ReadClients-1:0] read_i,
    output read_give_t  [ ReadClients-1:0] read_o,
    input  write_ask_t  [WriteClients-1:0] write_i,
    output write_give_t [WriteClients-1:0] write_o,
    // AXI4
    output logic                           axi_awvalid_o,
    input  logic                           axi_awready_i,
    output axi_id_t                        axi_awid_o,
    output axi_addr_t                      axi_awaddr_o,
    output logic        [             7:0] axi_awlen_o,
    output logic        [             2:0] axi_awsize_o,
    output logic        [             1:0] axi_awburst_o,
    output logic                           axi_wvalid_o,
    input  logic                           axi_wready_i,
    output beat_t                          axi_wdata_o,
    output strobe_t                        axi_wstrb_o,
    output logic                           axi_wlast_o,
    input  logic                           axi_bvalid_i,
    output logic                           axi_bready_o,
    input  axi_id_t                        axi_bid_i,
    input  logic        [             1:0] axi_bresp_i,
    output logic                           axi_arvalid_o,
    input  logic                           axi_arready_i,
    output axi_id_t                        axi_arid_o,
    output axi_addr_t                      axi_araddr_o,
    output logic        [             7:0] axi_arlen_o,
    output logic        [             2:0] axi_arsize_o,
    output logic        [             1:0] axi_arburst_o,
    input  logic                           axi_rvalid_i,
    output logic                           axi_rready_o,
    input  axi_id_t                        axi_rid_i,
    input  beat_t                          axi_rdata_i,
    input  logic        [             1:0] axi_rresp_i,
    input  logic                           axi_rlast_i,
    output host_error_t                    error_o,
    output logic                           active_o
);
  logic read_error, read_waiting, read_progress, read_expired;
  logic write_error, write_waiting, write_progress, write_expired;

  eddy_axi_read u_read (
      .clk_i,
      .rst_ni,
      .read_i,
      .read_o,
      .axi_arvalid_o,
      .axi_arready_i,
      .axi_arid_o,
      .axi_araddr_o,
      .axi_arlen_o,
      .axi_arsize_o,
      .axi_arburst_o,
      .axi_rvalid_i,
      .axi_rready_o,
      .axi_rid_i,
      .axi_rdata_i,
      .axi_rresp_i,
      .axi_rlast_i,
      .error_o   (read_error),
      .waiting_o (read_waiting),
      .progress_o(read_progress)
  );

  eddy_axi_write u_write (
      .clk_i,
      .rst_ni,
      .write_i,
      .write_o,
      .axi_awvalid_o,
      .axi_awready_i,
      .axi_awid_o,
      .axi_awaddr_o,
      .axi_awlen_o,
      .axi_awsize_o,
      .axi_awburst_o,
      .axi_wvalid_o,
      .axi_wready_i,
      .axi_wdata_o,
      .axi_wstrb_o,
      .axi_wlast_o,
      .axi_bvalid_i,
      .axi_bready_o,
      .axi_bid_i,
      .axi_bresp_i,
      .error_o   (write_error),
      .waiting_o (write_waiting),
      .progress_o(write_progress)
  );

  eddy_watch u_read_watch (
      .clk_i,
      .rst_ni,
      .waiting_i (read_waiting),
      .progress_i(read_progress),
      .limit_i,
      .expired_o (read_expired)
  );
  eddy_watch u_write_watch (
      .clk_i,
      .rst_ni,
      .waiting_i (write_waiting),
      .progress_i(write_progress),
      .limit_i,
      .expired_o (write_expired)
  );

  always_comb begin
    error_o            = '0;
    error_o.valid      = read_error || write_error || read_expired || write_expired;
    error_o.tile       = tile_id_i;
    error_o.error.tile = tile_id_i;
    if (read_error) error_o.code = HostErrAxiRead;
    else if (write_error) error_o.code = HostErrAxiWrite;
    else if (read_expired) error_o.code = HostErrWaitRead;
    else error_o.code = HostErrWaitWrite;
  end

  always_comb begin
    active_o = read_waiting || write_waiting;
    for (int unsigned i = 0; i < ReadClients; i++) active_o |= read_i[i].valid;
    for (int unsigned i = 0; i < WriteClients; i++) active_o |= write_i[i].valid;
  end
endmodule
