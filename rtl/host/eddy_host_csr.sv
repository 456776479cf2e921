// SPDX-License-Identifier: Apache-2.0
/// The generated register block in the gateway's own types; the interrupt; the cycle counter.
module eddy_host_csr
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                           clk_i,
    input  logic                           rst_ni,
    input  tile_id_t                       tile_id_i,
    input  logic         [            4:0] torus_rows_i,
    input  logic         [            4:0] torus_cols_i,
    // AXI4-Lite
    input  logic                           axil_awvalid_i,
    output logic                           axil_awready_o,
    input  logic         [RegAddrBits-1:0] axil_awaddr_i,
    input  logic                           axil_wvalid_i,
    output logic                           axil_wready_o,
    input  logic         [           31:0] axil_wdata_i,
    input  logic         [            3:0] axil_wstrb_i,
    output logic                           axil_bvalid_o,
    input  logic                           axil_bready_i,
    output logic         [            1:0] axil_bresp_o,
    input  logic                           axil_arvalid_i,
    output logic                           axil_arready_o,
    input  logic         [RegAddrBits-1:0] axil_araddr_i,
    output logic                           axil_rvalid_o,
    input  logic                           axil_rready_i,
    output logic         [           31:0] axil_rdata_o,
    output logic         [            1:0] axil_rresp_o,
    // settings and state
    output host_config_t                   config_o,
    output logic                           clear_error_o,
    output logic                           restart_o,
    output logic                           table_valid_o,
    input  logic                           table_ready_i,
    output host_addr_t                     table_addr_o,
    output logic         [           31:0] table_data_o,
    input  host_status_t                   status_i,
    input  host_count_t                    count_i,
    // interrupt causes, pulses
    input  logic                           command_done_i,
    input  logic                           drain_done_i,
    input  logic                           error_i,
    output logic                           irq_o,
    output logic         [           63:0] cycle_o,
    output logic                           active_o
);
  eddy_csr_pkg::eddy_csr__in_t  hw_in;
  eddy_csr_pkg::eddy_csr__out_t hw_out;

  if (RegAddrBits != eddy_csr_pkg::EDDY_CSR_MIN_ADDR_WIDTH) begin : gen_check
    $error("RegAddrBits is not what the register block needs");
  end
  if (BeatBytes != 16) begin : gen_check_beat
    $error("the registers count beats of 16 bytes");
  end

  eddy_csr u_csr (
      .clk           (clk_i),
      .arst_n        (rst_ni),
      .s_axil_awready(axil_awready_o),
      .s_axil_awvalid(axil_awvalid_i),
      .s_axil_awaddr (axil_awaddr_i),
      .s_axil_awprot ('0),
      .s_axil_wready (axil_wready_o),
      .s_axil_wvalid (axil_wvalid_i),
      .s_axil_wdata  (axil_wdata_i),
      .s_axil_wstrb  (axil_wstrb_i),
      .s_axil_bready (axil_bready_i),
      .s_axil_bvalid (axil_bvalid_o),
      .s_axil_bresp  (axil_bresp_o),
      .s_axil_arready(axil_arready_o),
      .s_axil_arvalid(axil_arvalid_i),
      .s_axil_araddr (axil_araddr_i),
      .s_axil_arprot ('0),
      .s_axil_rready (axil_rready_i),
      .s_axil_rvalid (axil_rvalid_o),
      .s_axil_rdata  (axil_rdata_o),
      .s_axil_rresp  (axil_rresp_o),
      .hwif_in       (hw_in),
      .hwif_out      (hw_out)
  );

  // ------------------------------------------------------------- settings
  localparam int unsigned AlignBits = $clog2(DescriptorBytes);
  always_comb begin
    config_o.run = hw_out.CONTROL.run.value;
    config_o.halt = hw_out.CONTROL.halt.value;
    config_o.abort = hw_out.CONTROL.abort.value;
    config_o.command.base = {
      hw_out.COMMAND.BASE_HI.address.value[AxiAddrBits-33:0],
      hw_out.COMMAND.BASE_LO.address.value[31:AlignBits],
      AlignBits'(0)
    };
    config_o.command.size = hw_out.COMMAND.SIZE.log2.value;
    config_o.command.head = hw_out.COMMAND.HEAD.index.value;
    config_o.drain.base = {
      hw_out.DRAIN.BASE_HI.address.value[AxiAddrBits-33:0],
      hw_out.DRAIN.BASE_LO.address.value[31:AlignBits],
      AlignBits'(0)
    };
    config_o.drain.size = hw_out.DRAIN.SIZE.log2.value;
    config_o.drain.head = hw_out.DRAIN.HEAD.index.value;
    config_o.frame.rows = hw_out.INPUT_SHAPE.rows.value;
    config_o.frame.cols = hw_out.INPUT_SHAPE.cols.value;
    config_o.frame.chans = hw_out.INPUT_FORMAT.chans.value;
    config_o.frame.wide = hw_out.INPUT_FORMAT.wide.value;
    config_o.frame.spatial = hw_out.INPUT_FORMAT.spatial.value;
    config_o.frame.xbits = hw_out.INPUT_FORMAT.xbits.value;
    config_o.frame.cbits = hw_out.INPUT_FORMAT.cbits.value;
    for (int unsigned i = 0; i < PixelChans; i++) config_o.frame.theta[i] = hw_out.INPUT_THETA[i].value.value;
    config_o.in_axons    = hw_out.IN_AXONS.count.value;
    config_o.out_axons   = hw_out.OUT_AXONS.count.value;
    config_o.in_flight   = hw_out.IN_FLIGHT.frames.value;
    config_o.limit_net   = hw_out.LIMIT_NET.cycles.value;
    config_o.limit_mem   = hw_out.LIMIT_MEM.cycles.value;
    config_o.limit_frame = hw_out.LIMIT_FRAME.cycles.value;
  end
  assign clear_error_o = hw_out.CONTROL.clear_error.value || restart_o;
  assign restart_o     = hw_out.CONTROL.restart.value;

  // A word for the tables waits here until they are free. The register holds it from the cycle after the write on.
  logic table_written_q, table_waits_q;
  assign table_valid_o = table_written_q || table_waits_q;
  assign table_addr_o  = hw_out.TABLE_ADDR.value.value;
  assign table_data_o  = hw_out.TABLE_DATA.value.value;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      table_written_q <= 1'b0;
      table_waits_q   <= 1'b0;
    end else begin
      table_written_q <= hw_out.TABLE_DATA.value.swmod;
      table_waits_q   <= table_valid_o && !table_ready_i;
    end
  end

  // ------------------------------------------------------------- state and counters
  logic [31:0] scanned_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) scanned_q <= '0;
    else if (count_i.scanned != '0) scanned_q <= scanned_q + 32'(count_i.scanned);
  end

  always_comb begin
    hw_in.CHIP.rows.next            = 8'(torus_rows_i);
    hw_in.CHIP.cols.next            = 8'(torus_cols_i);
    hw_in.CHIP.lanes.next           = 8'(Lanes);
    hw_in.CHIP.banks.next           = 8'(Banks);
    hw_in.GATEWAY.tile.next         = tile_id_i;
    hw_in.GATEWAY.beat.next         = 8'(BeatBytes);
    hw_in.GATEWAY.pixels.next       = 8'(PixelLanes);
    hw_in.STATUS.active.next        = status_i.active;
    hw_in.STATUS.stopped.next       = status_i.error.valid;
    hw_in.STATUS.open.next          = status_i.open;
    hw_in.STATUS.in_flight.next     = status_i.in_flight;
    hw_in.INT_STATUS.command.hwset  = command_done_i;
    hw_in.INT_STATUS.drain.hwset    = drain_done_i;
    hw_in.INT_STATUS.error.hwset    = error_i;
    hw_in.ERROR.code.next           = status_i.error.code;
    hw_in.ERROR.tile.next           = status_i.error.tile;
    hw_in.ERROR_LO.value.next       = status_i.error.error[31:0];
    hw_in.ERROR_HI.value.next       = status_i.error.error[BodyBits-1:32];
    hw_in.COMMAND.TAIL.index.next   = status_i.command_tail;
    hw_in.DRAIN.TAIL.index.next     = status_i.drain_tail;
    hw_in.CYCLE_LO.value.next       = cycle_o[31:0];
    hw_in.CYCLE_HI.value.next       = cycle_o[63:32];
    hw_in.FRAMES_STARTED.value.incr = count_i.frame_started;
    hw_in.FRAMES_DONE.value.incr    = count_i.frame_done;
    for (int unsigned i = 0; i < 8; i++) begin
      hw_in.RX_FLITS[i].value.incr = count_i.rx && count_i.rx_kind == kind_e'(i);
      hw_in.TX_FLITS[i].value.incr = count_i.tx && count_i.tx_kind == kind_e'(i);
    end
    hw_in.SCANNED.value.next       = scanned_q;
    hw_in.FIRED.value.incr         = count_i.fired;
    hw_in.READ_BYTES.value.incr    = count_i.read;
    hw_in.WRITTEN_BYTES.value.incr = count_i.written;
    hw_in.STALL_NET.value.incr     = count_i.stall_net;
    hw_in.STALL_READ.value.incr    = count_i.stall_read;
    hw_in.STALL_WRITE.value.incr   = count_i.stall_write;
    hw_in.STALL_CREDIT.value.incr  = count_i.stall_credit;
    hw_in.STALL_FRAME.value.incr   = count_i.stall_frame;
  end

  assign irq_o = (hw_out.INT_STATUS.command.value && hw_out.INT_ENABLE.command.value)
      || (hw_out.INT_STATUS.drain.value && hw_out.INT_ENABLE.drain.value)
      || (hw_out.INT_STATUS.error.value && hw_out.INT_ENABLE.error.value);

  // Time of the chip as the host sees it: it stands still while nothing is active.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) cycle_o <= '0;
    else if (status_i.active) cycle_o <= cycle_o + 1'b1;
  end

  // ------------------------------------------------------------- accesses under way
  // Taken parts of accesses less responses given: while this is not 0, the register block has work.
  logic [2:0] reads_q, addresses_q, writes_q;
  logic read_in, read_out, address_in, write_in, write_out;
  assign read_in    = axil_arvalid_i && axil_arready_o;
  assign read_out   = axil_rvalid_o && axil_rready_i;
  assign address_in = axil_awvalid_i && axil_awready_o;
  assign write_in   = axil_wvalid_i && axil_wready_o;
  assign write_out  = axil_bvalid_o && axil_bready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reads_q     <= '0;
      addresses_q <= '0;
      writes_q    <= '0;
    end else begin
      if (read_in != read_out) reads_q <= read_in ? reads_q + 1'b1 : reads_q - 1'b1;
      if (address_in != write_out) addresses_q <= address_in ? addresses_q + 1'b1 : addresses_q - 1'b1;
      if (write_in != write_out) writes_q <= write_in ? writes_q + 1'b1 : writes_q - 1'b1;
    end
  end
  assign active_o = reads_q != '0 || (addresses_q != '0 && writes_q != '0) || table_valid_o
      || restart_o || hw_out.CONTROL.clear_error.value || command_done_i || drain_done_i || error_i;
endmodule
