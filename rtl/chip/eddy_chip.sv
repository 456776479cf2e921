// SPDX-License-Identifier: Apache-2.0
/// Chip: a torus of tiles and a gateway to the host at the i/o end of one of them. For synthesis, and as proof that the
/// simulator, which joins objects of one tile, does the same.
///
/// docs/architecture.md has the drawing.
module eddy_chip
  import eddy_pkg::*, eddy_host_pkg::*;
#(
    parameter int unsigned Rows     = 2,  // 1..16
    parameter int unsigned Cols     = 2,
    parameter int unsigned GatewayY = 0,
    parameter int unsigned GatewayX = 0
) (
    input  logic                        clk_i,
    input  logic                        rst_ni,
    // AXI4-Lite, registers, 32 bits
    input  logic                        axil_awvalid_i,
    output logic                        axil_awready_o,
    input  logic      [RegAddrBits-1:0] axil_awaddr_i,
    input  logic                        axil_wvalid_i,
    output logic                        axil_wready_o,
    input  logic      [           31:0] axil_wdata_i,
    input  logic      [            3:0] axil_wstrb_i,
    output logic                        axil_bvalid_o,
    input  logic                        axil_bready_i,
    output logic      [            1:0] axil_bresp_o,
    input  logic                        axil_arvalid_i,
    output logic                        axil_arready_o,
    input  logic      [RegAddrBits-1:0] axil_araddr_i,
    output logic                        axil_rvalid_o,
    input  logic                        axil_rready_i,
    output logic      [           31:0] axil_rdata_o,
    output logic      [            1:0] axil_rresp_o,
    // AXI4 master, INCR bursts of full beats
    output logic                        axi_awvalid_o,
    input  logic                        axi_awready_i,
    output axi_id_t                     axi_awid_o,
    output axi_addr_t                   axi_awaddr_o,
    output logic      [            7:0] axi_awlen_o,
    output logic      [            2:0] axi_awsize_o,
    output logic      [            1:0] axi_awburst_o,
    output logic                        axi_wvalid_o,
    input  logic                        axi_wready_i,
    output beat_t                       axi_wdata_o,
    output strobe_t                     axi_wstrb_o,
    output logic                        axi_wlast_o,
    input  logic                        axi_bvalid_i,
    output logic                        axi_bready_o,
    input  axi_id_t                     axi_bid_i,
    input  logic      [            1:0] axi_bresp_i,
    output logic                        axi_arvalid_o,
    input  logic                        axi_arready_i,
    output axi_id_t                     axi_arid_o,
    output axi_addr_t                   axi_araddr_o,
    output logic      [            7:0] axi_arlen_o,
    output logic      [            2:0] axi_arsize_o,
    output logic      [            1:0] axi_arburst_o,
    input  logic                        axi_rvalid_i,
    output logic                        axi_rready_o,
    input  axi_id_t                     axi_rid_i,
    input  beat_t                       axi_rdata_i,
    input  logic      [            1:0] axi_rresp_i,
    input  logic                        axi_rlast_i,
    // interrupt, level, until cleared in the registers
    output logic                        irq_o,
    // high while any register would change without new input, and while frames are in flight
    output logic                        active_o
);
  if (GatewayY >= Rows || GatewayX >= Cols) begin : gen_check
    $error("eddy_chip: the gateway must stand at a tile");
  end

  localparam tile_id_t GatewayTile = '{y: 4'(GatewayY), x: 4'(GatewayX)};

  // ------------------------------------------------------------- gateway
  logic in_valid, in_ready, out_valid, out_ready, gateway_active;
  flit_t in_flit, out_flit;

  eddy_gateway u_gateway (
      .clk_i,
      .rst_ni,
      .tile_id_i   (GatewayTile),
      .torus_rows_i(5'(Rows)),
      .torus_cols_i(5'(Cols)),
      .rx_valid_i  (out_valid),
      .rx_ready_o  (out_ready),
      .rx_flit_i   (out_flit),
      .tx_valid_o  (in_valid),
      .tx_ready_i  (in_ready),
      .tx_flit_o   (in_flit),
      .axil_awvalid_i,
      .axil_awready_o,
      .axil_awaddr_i,
      .axil_wvalid_i,
      .axil_wready_o,
      .axil_wdata_i,
      .axil_wstrb_i,
      .axil_bvalid_o,
      .axil_bready_i,
      .axil_bresp_o,
      .axil_arvalid_i,
      .axil_arready_o,
      .axil_araddr_i,
      .axil_rvalid_o,
      .axil_rready_i,
      .axil_rdata_o,
      .axil_rresp_o,
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
      .irq_o,
      .trace_o     (),
      .active_o    (gateway_active)
  );

  // ------------------------------------------------------------- tiles
  logic io_in_valid[Rows][Cols], io_in_ready[Rows][Cols], io_out_valid[Rows][Cols], io_out_ready[Rows][Cols];
  flit_t io_in_flit[Rows][Cols], io_out_flit[Rows][Cols];

  // Elsewhere nothing comes in, and what is sent there by mistake is thrown away: it holds nobody up.
  for (genvar y = 0; y < int'(Rows); y++) begin : gen_row
    for (genvar x = 0; x < int'(Cols); x++) begin : gen_col
      localparam bit Here = y == int'(GatewayY) && x == int'(GatewayX);
      assign io_in_valid[y][x]  = Here && in_valid;
      assign io_in_flit[y][x]   = Here ? in_flit : '0;
      assign io_out_ready[y][x] = !Here || out_ready;
    end
  end
  assign in_ready  = io_in_ready[GatewayY][GatewayX];
  assign out_valid = io_out_valid[GatewayY][GatewayX];
  assign out_flit  = io_out_flit[GatewayY][GatewayX];

  logic torus_active;
  eddy_torus #(
      .Rows(Rows),
      .Cols(Cols)
  ) u_torus (
      .clk_i,
      .rst_ni,
      .io_valid_i(io_in_valid),
      .io_ready_o(io_in_ready),
      .io_flit_i (io_in_flit),
      .io_valid_o(io_out_valid),
      .io_ready_i(io_out_ready),
      .io_flit_o (io_out_flit),
      .link_o    (),
      .trace_o   (),
      .wait_o    (),
      .waiting_o (),
      .active_o  (torus_active)
  );

  assign active_o = gateway_active || torus_active;
endmodule
