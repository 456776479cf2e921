// SPDX-License-Identifier: Apache-2.0
/// Gateway: joins one tile's i/o end to the host.
///
/// AXI4 master for data in host memory, AXI4-Lite for the registers of rtl/csr/eddy.rdl, one interrupt, and flits of
/// the network. Two rings of descriptors, commands and drains, of which neither waits for the other. Every flit out of
/// the network is taken in finite time as long as memory takes writes. All outputs but AXI4-Lite's are registers.
/// docs/gateway.md has the drawing, the descriptors and the rules.
module eddy_gateway
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                        clk_i,
    input  logic                        rst_ni,
    // straps: where this gateway sits, and the size of the torus
    input  tile_id_t                    tile_id_i,
    input  logic      [            4:0] torus_rows_i,    // 1..16
    input  logic      [            4:0] torus_cols_i,
    // out of the network
    input  logic                        rx_valid_i,
    output logic                        rx_ready_o,
    input  flit_t                       rx_flit_i,
    // into the network
    output logic                        tx_valid_o,
    input  logic                        tx_ready_i,
    output flit_t                       tx_flit_o,
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
    // the frame input, as each element is sent: for simulation, no load in silicon
    output trace_t                      trace_o,
    // high while any register would change without new input, and while frames are in flight
    output logic                        active_o
);
  host_config_t settings;
  host_status_t status;
  host_count_t  count;
  host_error_t  first_error;
  logic restart, clear_error, recorded;
  logic [63:0] cycle;

  // ------------------------------------------------------------- registers
  logic command_irq, drain_irq, csr_active;
  logic reg_table_valid, reg_table_ready;
  host_addr_t reg_table_addr;
  logic [31:0] reg_table_data;

  eddy_host_csr u_csr (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .torus_rows_i,
      .torus_cols_i,
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
      .config_o      (settings),
      .clear_error_o (clear_error),
      .restart_o     (restart),
      .table_valid_o (reg_table_valid),
      .table_ready_i (reg_table_ready),
      .table_addr_o  (reg_table_addr),
      .table_data_o  (reg_table_data),
      .status_i      (status),
      .count_i       (count),
      .command_done_i(command_irq),
      .drain_done_i  (drain_irq),
      .error_i       (recorded),
      .irq_o,
      .cycle_o       (cycle),
      .active_o      (csr_active)
  );

  // ------------------------------------------------------------- memory
  read_ask_t [ReadClients-1:0] read_ask;
  read_give_t [ReadClients-1:0] read_give;
  write_ask_t [WriteClients-1:0] write_ask;
  write_give_t [WriteClients-1:0] write_give;
  host_error_t memory_error;
  logic memory_active;

  eddy_host_memory u_memory (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .limit_i (settings.limit_mem),
      .read_i  (read_ask),
      .read_o  (read_give),
      .write_i (write_ask),
      .write_o (write_give),
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
      .error_o (memory_error),
      .active_o(memory_active)
  );

  // ------------------------------------------------------------- network
  logic [Senders-1:0] send_valid, send_ready;
  flit_t [Senders-1:0] send_flit;
  flit_t received;
  logic result_valid, result_ready, credit_valid, credit_ready, answer_valid, taken, rx_active;
  host_error_t rx_error, tx_error;

  eddy_host_rx u_rx (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .rx_valid_i,
      .rx_ready_o,
      .rx_flit_i,
      .flit_o        (received),
      .result_valid_o(result_valid),
      .result_ready_i(result_ready),
      .credit_valid_o(credit_valid),
      .credit_ready_i(credit_ready),
      .answer_valid_o(answer_valid),
      .error_o       (rx_error),
      .taken_o       (taken),
      .active_o      (rx_active)
  );

  eddy_host_tx u_tx (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .limit_i(settings.limit_net),
      .valid_i(send_valid),
      .ready_o(send_ready),
      .flit_i (send_flit),
      .tx_valid_o,
      .tx_ready_i,
      .tx_flit_o,
      .error_o(tx_error)
  );

  // ------------------------------------------------------------- engines
  host_error_t [EngineErrors-1:0] engine_errors;
  logic engines_active;

  eddy_host_engines u_engines (
      .clk_i,
      .rst_ni,
      .config_i       (settings),
      .tile_id_i,
      .restart_i      (restart),
      .cycle_i        (cycle),
      .first_error_i  (first_error),
      .reg_valid_i    (reg_table_valid),
      .reg_ready_o    (reg_table_ready),
      .reg_addr_i     (reg_table_addr),
      .reg_data_i     (reg_table_data),
      .read_o         (read_ask),
      .read_i         (read_give),
      .write_o        (write_ask),
      .write_i        (write_give),
      .tx_valid_o     (send_valid),
      .tx_ready_i     (send_ready),
      .tx_flit_o      (send_flit),
      .rx_flit_i      (received),
      .result_valid_i (result_valid),
      .result_ready_o (result_ready),
      .credit_valid_i (credit_valid),
      .credit_ready_o (credit_ready),
      .answer_valid_i (answer_valid),
      .command_tail_o (status.command_tail),
      .drain_tail_o   (status.drain_tail),
      .command_irq_o  (command_irq),
      .drain_irq_o    (drain_irq),
      .open_o         (status.open),
      .in_flight_o    (status.in_flight),
      .frame_started_o(count.frame_started),
      .frame_done_o   (count.frame_done),
      .scanned_o      (count.scanned),
      .fired_o        (count.fired),
      .stall_read_o   (count.stall_read),
      .stall_credit_o (count.stall_credit),
      .stall_frame_o  (count.stall_frame),
      .trace_o,
      .error_o        (engine_errors),
      .active_o       (engines_active)
  );

  // ------------------------------------------------------------- errors, most telling first
  eddy_host_error #(
      .Sources(EngineErrors + 3)
  ) u_error (
      .clk_i,
      .rst_ni,
      .clear_i   (clear_error),
      .error_i   ({tx_error, engine_errors, memory_error, rx_error}),
      .first_o   (first_error),
      .recorded_o(recorded)
  );

  // ------------------------------------------------------------- status, counters
  assign status.active     = csr_active || memory_active || rx_active || tx_valid_o || engines_active;
  assign status.error      = first_error;
  assign active_o          = status.active;

  assign count.rx          = taken;
  assign count.rx_kind     = received.kind;
  assign count.tx          = tx_valid_o && tx_ready_i;
  assign count.tx_kind     = tx_flit_o.kind;
  assign count.read        = axi_rvalid_i;
  assign count.written     = axi_wvalid_o && axi_wready_i;
  assign count.stall_net   = tx_valid_o && !tx_ready_i;
  assign count.stall_write = axi_wvalid_o && !axi_wready_i;
endmodule
