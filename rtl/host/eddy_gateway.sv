// SPDX-License-Identifier: Apache-2.0
/// Gateway: joins one tile's i/o end to the host.
///
/// AXI4 master for data in host memory, AXI4-Lite for the registers of rtl/csr/eddy.rdl, one interrupt, and flits of
/// the network. Two rings of descriptors, commands and drains, of which neither waits for the other. Every flit out of
/// the network is taken in finite time as long as memory takes writes. All outputs but AXI4-Lite's are registers.
/// docs/gateway.md has the drawing, the descriptors and the rules.
module eddy_gateway
  import eddy_pkg::*;
  import eddy_host_pkg::*;
(
    input  logic     clk_i,
    input  logic     rst_ni,
    // straps: where this gateway sits, and the size of the torus
    input  tile_id_t tile_id_i,
    input  logic [4:0] torus_rows_i,  // 1..16
    input  logic [4:0] torus_cols_i,
    // out of the network
    input  logic     rx_valid_i,
    output logic     rx_ready_o,
    input  flit_t    rx_flit_i,
    // into the network
    output logic     tx_valid_o,
    input  logic     tx_ready_i,
    output flit_t    tx_flit_o,
    // AXI4-Lite, registers, 32 bits
    input  logic                   axil_awvalid_i,
    output logic                   axil_awready_o,
    input  logic [RegAddrBits-1:0] axil_awaddr_i,
    input  logic                   axil_wvalid_i,
    output logic                   axil_wready_o,
    input  logic [31:0]            axil_wdata_i,
    input  logic [3:0]             axil_wstrb_i,
    output logic                   axil_bvalid_o,
    input  logic                   axil_bready_i,
    output logic [1:0]             axil_bresp_o,
    input  logic                   axil_arvalid_i,
    output logic                   axil_arready_o,
    input  logic [RegAddrBits-1:0] axil_araddr_i,
    output logic                   axil_rvalid_o,
    input  logic                   axil_rready_i,
    output logic [31:0]            axil_rdata_o,
    output logic [1:0]             axil_rresp_o,
    // AXI4 master, INCR bursts of full beats
    output logic                   axi_awvalid_o,
    input  logic                   axi_awready_i,
    output axi_id_t                axi_awid_o,
    output axi_addr_t              axi_awaddr_o,
    output logic [7:0]             axi_awlen_o,
    output logic [2:0]             axi_awsize_o,
    output logic [1:0]             axi_awburst_o,
    output logic                   axi_wvalid_o,
    input  logic                   axi_wready_i,
    output beat_t                  axi_wdata_o,
    output strobe_t                axi_wstrb_o,
    output logic                   axi_wlast_o,
    input  logic                   axi_bvalid_i,
    output logic                   axi_bready_o,
    input  axi_id_t                axi_bid_i,
    input  logic [1:0]             axi_bresp_i,
    output logic                   axi_arvalid_o,
    input  logic                   axi_arready_i,
    output axi_id_t                axi_arid_o,
    output axi_addr_t              axi_araddr_o,
    output logic [7:0]             axi_arlen_o,
    output logic [2:0]             axi_arsize_o,
    output logic [1:0]             axi_arburst_o,
    input  logic                   axi_rvalid_i,
    output logic                   axi_rready_o,
    input  axi_id_t                axi_rid_i,
    input  beat_t                  axi_rdata_i,
    input  logic [1:0]             axi_rresp_i,
    input  logic                   axi_rlast_i,
    // interrupt, level, until cleared in the registers
    output logic     irq_o,
    // high while any register would change without new input, and while frames are in flight
    output logic     active_o
);
endmodule
