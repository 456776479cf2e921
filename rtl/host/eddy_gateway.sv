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
  host_config_t settings;
  host_status_t status;
  host_count_t count;
  host_error_t first_error;
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
  logic [ReadClients-1:0] read_valid, read_ready, r_valid;
  burst_t [ReadClients-1:0] read_burst;
  beat_t r_data;
  logic [WriteClients-1:0] write_valid, write_ready, beat_ready, written;
  burst_t [WriteClients-1:0] write_burst;
  write_beat_t [WriteClients-1:0] write_beat;
  host_error_t memory_error;
  logic memory_active;

  eddy_host_memory u_memory (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .limit_i      (settings.limit_mem),
      .read_valid_i (read_valid),
      .read_ready_o (read_ready),
      .read_i       (read_burst),
      .r_valid_o    (r_valid),
      .r_data_o     (r_data),
      .write_valid_i(write_valid),
      .write_ready_o(write_ready),
      .write_i      (write_burst),
      .beat_i       (write_beat),
      .beat_ready_o (beat_ready),
      .written_o    (written),
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
      .error_o      (memory_error),
      .active_o     (memory_active)
  );

  // ------------------------------------------------------------- network
  typedef enum logic [1:0] {
    SendLoad,
    SendWord,
    SendFrame,
    SendCredit
  } sender_e;
  localparam int unsigned Senders = 4;
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

  eddy_host_tx #(
      .Senders(Senders)
  ) u_tx (
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

  // ------------------------------------------------------------- rings
  logic command_valid, command_ready, command_done_valid, command_done_ready, command_irq_wanted;
  logic drain_valid, drain_ready, drain_done_valid, drain_done_ready, drain_irq_wanted;
  descriptor_t command, drain;
  completion_t command_completion, drain_completion;
  logic command_ring_busy, drain_ring_busy;

  eddy_ring u_command_ring (
      .clk_i,
      .rst_ni,
      .config_i     (settings.command),
      .restart_i    (restart),
      .tail_o       (status.command_tail),
      .busy_o       (command_ring_busy),
      .read_valid_o (read_valid[ReadCommand]),
      .read_ready_i (read_ready[ReadCommand]),
      .read_o       (read_burst[ReadCommand]),
      .r_valid_i    (r_valid[ReadCommand]),
      .r_data_i     (r_data),
      .write_valid_o(write_valid[WriteCommand]),
      .write_ready_i(write_ready[WriteCommand]),
      .write_o      (write_burst[WriteCommand]),
      .beat_o       (write_beat[WriteCommand]),
      .beat_ready_i (beat_ready[WriteCommand]),
      .written_i    (written[WriteCommand]),
      .valid_o      (command_valid),
      .ready_i      (command_ready),
      .descriptor_o (command),
      .done_valid_i (command_done_valid),
      .done_ready_o (command_done_ready),
      .done_i       (command_completion),
      .irq_i        (command_irq_wanted),
      .irq_o        (command_irq)
  );

  eddy_ring u_drain_ring (
      .clk_i,
      .rst_ni,
      .config_i     (settings.drain),
      .restart_i    (restart),
      .tail_o       (status.drain_tail),
      .busy_o       (drain_ring_busy),
      .read_valid_o (read_valid[ReadDrain]),
      .read_ready_i (read_ready[ReadDrain]),
      .read_o       (read_burst[ReadDrain]),
      .r_valid_i    (r_valid[ReadDrain]),
      .r_data_i     (r_data),
      .write_valid_o(write_valid[WriteDrain]),
      .write_ready_i(write_ready[WriteDrain]),
      .write_o      (write_burst[WriteDrain]),
      .beat_o       (write_beat[WriteDrain]),
      .beat_ready_i (beat_ready[WriteDrain]),
      .written_i    (written[WriteDrain]),
      .valid_o      (drain_valid),
      .ready_i      (drain_ready),
      .descriptor_o (drain),
      .done_valid_i (drain_done_valid),
      .done_ready_o (drain_done_ready),
      .done_i       (drain_completion),
      .irq_i        (drain_irq_wanted),
      .irq_o        (drain_irq)
  );

  // ------------------------------------------------------------- commands
  logic frame_start, frame_ended, table_valid, table_ready, execute_active;
  descriptor_t frame;
  host_err_e frame_code;
  logic [31:0] frame_count, table_word;
  logic [63:0] frame_cycle;
  host_addr_t table_addr;
  host_error_t command_error, word_error;

  eddy_host_execute u_execute (
      .clk_i,
      .rst_ni,
      .config_i      (settings),
      .tile_id_i,
      .restart_i     (restart),
      .cycle_i       (cycle),
      .error_i       (first_error),
      .valid_i       (command_valid),
      .ready_o       (command_ready),
      .command_i     (command),
      .done_valid_o  (command_done_valid),
      .done_ready_i  (command_done_ready),
      .done_o        (command_completion),
      .done_irq_o    (command_irq_wanted),
      .frame_start_o (frame_start),
      .frame_o       (frame),
      .frame_done_i  (frame_ended),
      .frame_code_i  (frame_code),
      .frame_count_i (frame_count),
      .frame_cycle_i (frame_cycle),
      .read_valid_o  (read_valid[ReadList]),
      .read_ready_i  (read_ready[ReadList]),
      .read_o        (read_burst[ReadList]),
      .r_valid_i     (r_valid[ReadList]),
      .r_data_i      (r_data),
      .write_valid_o (write_valid[WriteBack]),
      .write_ready_i (write_ready[WriteBack]),
      .write_o       (write_burst[WriteBack]),
      .beat_o        (write_beat[WriteBack]),
      .beat_ready_i  (beat_ready[WriteBack]),
      .written_i     (written[WriteBack]),
      .load_valid_o  (send_valid[SendLoad]),
      .load_ready_i  (send_ready[SendLoad]),
      .load_flit_o   (send_flit[SendLoad]),
      .word_valid_o  (send_valid[SendWord]),
      .word_ready_i  (send_ready[SendWord]),
      .word_flit_o   (send_flit[SendWord]),
      .answer_valid_i(answer_valid),
      .answer_i      (write_t'(received.body)),
      .table_valid_o (table_valid),
      .table_ready_i (table_ready),
      .table_addr_o  (table_addr),
      .table_data_o  (table_word),
      .error_o       (command_error),
      .word_error_o  (word_error),
      .active_o      (execute_active)
  );

  table_write_t table_write;
  logic pixel_we, frame_busy, table_active;
  logic [9:0] pixel_addr;
  act_t pixel_data;
  host_error_t table_error;

  eddy_host_table u_table (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .busy_i      (frame_busy),
      .reg_valid_i (reg_table_valid),
      .reg_ready_o (reg_table_ready),
      .reg_addr_i  (reg_table_addr),
      .reg_data_i  (reg_table_data),
      .load_valid_i(table_valid),
      .load_ready_o(table_ready),
      .load_addr_i (table_addr),
      .load_data_i (table_word),
      .table_o     (table_write),
      .pixel_we_o  (pixel_we),
      .pixel_addr_o(pixel_addr),
      .pixel_data_o(pixel_data),
      .error_o     (table_error),
      .active_o    (table_active)
  );

  // ------------------------------------------------------------- frame input
  logic buffer_open, frame_done, frame_started, frame_active;
  host_error_t frame_error, credit_error;

  eddy_frame_input u_frame (
      .clk_i,
      .rst_ni,
      .config_i          (settings),
      .tile_id_i,
      .restart_i         (restart),
      .cycle_i           (cycle),
      .table_i           (table_write),
      .pixel_we_i        (pixel_we),
      .pixel_addr_i      (pixel_addr),
      .pixel_data_i      (pixel_data),
      .start_i           (frame_start),
      .values_i          (frame.address[AxiAddrBits-1:0]),
      .refs_i            (frame.address_b[AxiAddrBits-1:0]),
      .first_i           (frame.first),
      .parity_i          (frame.parity),
      .done_o            (frame_ended),
      .code_o            (frame_code),
      .count_o           (frame_count),
      .cycle_o           (frame_cycle),
      .open_i            (buffer_open),
      .frame_done_i      (frame_done),
      .started_o         (frame_started),
      .in_flight_o       (status.in_flight),
      .value_read_valid_o(read_valid[ReadValue]),
      .value_read_ready_i(read_ready[ReadValue]),
      .value_read_o      (read_burst[ReadValue]),
      .value_r_valid_i   (r_valid[ReadValue]),
      .ref_read_valid_o  (read_valid[ReadRef]),
      .ref_read_ready_i  (read_ready[ReadRef]),
      .ref_read_o        (read_burst[ReadRef]),
      .ref_r_valid_i     (r_valid[ReadRef]),
      .r_data_i          (r_data),
      .write_valid_o     (write_valid[WriteRef]),
      .write_ready_i     (write_ready[WriteRef]),
      .write_o           (write_burst[WriteRef]),
      .beat_o            (write_beat[WriteRef]),
      .beat_ready_i      (beat_ready[WriteRef]),
      .written_i         (written[WriteRef]),
      .tx_valid_o        (send_valid[SendFrame]),
      .tx_ready_i        (send_ready[SendFrame]),
      .tx_flit_o         (send_flit[SendFrame]),
      .credit_valid_i    (credit_valid),
      .credit_ready_o    (credit_ready),
      .credit_i          (token_t'(received.body)),
      .error_o           (frame_error),
      .credit_error_o    (credit_error),
      .scanned_o         (count.scanned),
      .fired_o           (count.fired),
      .stall_read_o      (count.stall_read),
      .stall_credit_o    (count.stall_credit),
      .stall_frame_o     (count.stall_frame),
      .busy_o            (frame_busy),
      .active_o          (frame_active)
  );

  // ------------------------------------------------------------- results
  host_error_t result_error, arrival_error;
  logic results_active;

  eddy_results u_results (
      .clk_i,
      .rst_ni,
      .config_i       (settings),
      .tile_id_i,
      .restart_i      (restart),
      .cycle_i        (cycle),
      .table_i        (table_write),
      .error_i        (first_error),
      .rx_valid_i     (result_valid),
      .rx_ready_o     (result_ready),
      .rx_flit_i      (received),
      .tx_valid_o     (send_valid[SendCredit]),
      .tx_ready_i     (send_ready[SendCredit]),
      .tx_flit_o      (send_flit[SendCredit]),
      .drain_valid_i  (drain_valid),
      .drain_ready_o  (drain_ready),
      .drain_i        (drain),
      .done_valid_o   (drain_done_valid),
      .done_ready_i   (drain_done_ready),
      .done_o         (drain_completion),
      .done_irq_o     (drain_irq_wanted),
      .write_valid_o  (write_valid[WriteResult]),
      .write_ready_i  (write_ready[WriteResult]),
      .write_o        (write_burst[WriteResult]),
      .beat_o         (write_beat[WriteResult]),
      .beat_ready_i   (beat_ready[WriteResult]),
      .written_i      (written[WriteResult]),
      .frame_started_i(frame_started),
      .in_flight_i    (status.in_flight),
      .open_o         (buffer_open),
      .frame_done_o   (frame_done),
      .error_o        (result_error),
      .arrival_error_o(arrival_error),
      .active_o       (results_active)
  );

  // ------------------------------------------------------------- errors, most telling first
  localparam int unsigned ErrorSources = 10;
  eddy_host_error #(
      .Sources(ErrorSources)
  ) u_error (
      .clk_i,
      .rst_ni,
      .clear_i   (clear_error),
      .error_i   ({
        command_error, table_error, word_error, result_error, tx_error,
        memory_error, frame_error, credit_error, arrival_error, rx_error
      }),
      .first_o   (first_error),
      .recorded_o(recorded)
  );

  // ------------------------------------------------------------- status, counters
  assign status.active = csr_active || memory_active || rx_active || tx_valid_o || command_ring_busy
      || drain_ring_busy || execute_active || table_active || frame_active || results_active
      || status.in_flight != '0;
  assign status.open   = buffer_open;
  assign status.error  = first_error;
  assign active_o      = status.active;

  assign count.frame_started = frame_started;
  assign count.frame_done    = frame_done;
  assign count.rx            = taken;
  assign count.rx_kind       = received.kind;
  assign count.tx            = tx_valid_o && tx_ready_i;
  assign count.tx_kind       = tx_flit_o.kind;
  assign count.read          = axi_rvalid_i;
  assign count.written       = axi_wvalid_o && axi_wready_i;
  assign count.stall_net     = tx_valid_o && !tx_ready_i;
  assign count.stall_write   = axi_wvalid_o && !axi_wready_i;
endmodule
