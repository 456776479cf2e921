// SPDX-License-Identifier: Apache-2.0
/// Event core: integrate path, sweep path and the memory that they share, behind a network interface. Wiring only;
/// docs/contract.md has the drawing.
///
/// Messages in are always taken in finite time, whatever becomes of those out. The clock may stop while `active_o` is low
/// and no message comes.
module eddy_core
  import eddy_pkg::*, eddy_core_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                               clk_i,
    input  logic                               rst_ni,
    input  tile_id_t                           tile_id_i,
    // messages
    input  logic                               rx_valid_i,
    output logic                               rx_ready_o,
    input  flit_t                              rx_flit_i,
    output logic                               tx_valid_o,
    input  logic                               tx_ready_i,
    output flit_t                              tx_flit_o,
    // for counters: what the router sends, and clock cycles since the last edge that came through
    input  eddy_noc_pkg::ports_t               sent_i,
    input  logic                 [       31:0] elapsed_i,
    // observation
    output trace_t                             trace_o,
    output sweep_wait_e          [MaxPops-1:0] wait_o,
    output logic                               waiting_o,   // events or tokens wait in front of the MAC
    output logic                               active_o
);
  table_write_t table_write;

  // ------------------------------------------------------------- network interface
  logic arrival_valid, arrival_ready, credit_valid, host_valid, host_ready, bad_kind;
  logic answer_valid, answer_ready, error_valid, error_ready, sweep_valid, sweep_ready;
  flit_t answer, error_flit, sweep_flit;
  error_t bad;
  eddy_ni u_ni (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .rx_valid_i,
      .rx_ready_o,
      .rx_flit_i,
      .tx_valid_o,
      .tx_ready_i,
      .tx_flit_o,
      .arrival_valid_o(arrival_valid),
      .arrival_ready_i(arrival_ready),
      .credit_valid_o (credit_valid),
      .host_valid_o   (host_valid),
      .host_ready_i   (host_ready),
      .answer_valid_i (answer_valid),
      .answer_ready_o (answer_ready),
      .answer_i       (answer),
      .error_valid_i  (error_valid),
      .error_ready_o  (error_ready),
      .error_i        (error_flit),
      .sweep_valid_i  (sweep_valid),
      .sweep_ready_o  (sweep_ready),
      .sweep_i        (sweep_flit),
      .bad_kind_o     (bad_kind),
      .bad_o          (bad)
  );

  // ------------------------------------------------------------- host access, registers, counters
  logic reg_we, run, protocol_reset, host_error_valid, host_active, control_active, counters_active;
  logic [7:0] reg_addr;
  logic [31:0] reg_wdata, reg_rdata, counter;
  logic [AddrBits:0] fill_left, queue_words;
  logic [AxonBits:0] in_axons, out_axons;
  logic [PopBits:0] pops;
  addr_t queue_base;
  error_t host_error, arrival_error, sweep_error;
  logic arrival_error_valid, sweep_error_valid;

  mem_req_t req[MemPorts];
  logic [MemPorts-1:0] gnt;
  word_t rdata[MemPorts];

  eddy_host_port u_host_port (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .valid_i       (host_valid),
      .ready_o       (host_ready),
      .flit_i        (rx_flit_i),
      .answer_valid_o(answer_valid),
      .answer_ready_i(answer_ready),
      .answer_o      (answer),
      .mem_o         (req[MemHost]),
      .mem_gnt_i     (gnt[MemHost]),
      .mem_rdata_i   (rdata[MemHost]),
      .table_o       (table_write),
      .reg_we_o      (reg_we),
      .reg_addr_o    (reg_addr),
      .reg_wdata_o   (reg_wdata),
      .reg_rdata_i   (reg_rdata),
      .fill_left_o   (fill_left),
      .error_valid_o (host_error_valid),
      .error_o       (host_error),
      .active_o      (host_active)
  );

  // The first of several in one cycle: a loss in the network comes before what follows from it.
  logic   own_error_valid;
  error_t own_error;
  assign own_error_valid = bad_kind || host_error_valid;
  assign own_error       = bad_kind ? bad : host_error;

  eddy_control u_control (
      .clk_i,
      .rst_ni,
      .reg_we_i        (reg_we),
      .reg_addr_i      (reg_addr),
      .reg_wdata_i     (reg_wdata),
      .reg_rdata_o     (reg_rdata),
      .counter_i       (counter),
      .fill_left_i     (fill_left),
      .run_o           (run),
      .protocol_reset_o(protocol_reset),
      .queue_base_o    (queue_base),
      .queue_words_o   (queue_words),
      .in_axons_o      (in_axons),
      .out_axons_o     (out_axons),
      .pops_o          (pops),
      .error_valid_i   ({own_error_valid, sweep_error_valid, arrival_error_valid}),
      .error_i         ({own_error, sweep_error, arrival_error}),
      .error_valid_o   (error_valid),
      .error_ready_i   (error_ready),
      .error_o         (error_flit),
      .active_o        (control_active)
  );

  integrate_pulse_t integrate_pulse;
  sweep_pulse_t sweep_pulse;
  logic [MemPorts-1:0] writes;
  for (genvar p = 0; p < int'(MemPorts); p++) begin : gen_writes
    assign writes[p] = req[p].we;
  end
  eddy_counters u_counters (
      .clk_i,
      .rst_ni,
      .clear_i    (protocol_reset),
      .elapsed_i,
      .integrate_i(integrate_pulse),
      .sweep_i    (sweep_pulse),
      .read_i     (gnt & ~writes),
      .write_i    (gnt & writes),
      .sent_i,
      .addr_i     (reg_addr),
      .data_o     (counter),
      .active_o   (counters_active)
  );

  // ------------------------------------------------------------- integrate
  logic entry_valid, entry_ready, arrival_active;
  entry_t entry;
  eddy_arrival u_arrival (
      .clk_i,
      .rst_ni,
      .table_i      (table_write),
      .tile_id_i,
      .in_axons_i   (in_axons),
      .valid_i      (arrival_valid),
      .ready_o      (arrival_ready),
      .flit_i       (rx_flit_i),
      .valid_o      (entry_valid),
      .ready_i      (entry_ready),
      .entry_o      (entry),
      .error_valid_o(arrival_error_valid),
      .error_o      (arrival_error),
      .active_o     (arrival_active)
  );

  logic mark_rd_valid, mark_rd_ready, mark_clr_valid, mark_clr_ready, integrate_active;
  mark_addr_t mark_rd_addr, mark_clr_addr;
  mark_word_t mark_rd_data;
  progress_t  progress;
  eddy_integrate u_integrate (
      .clk_i,
      .rst_ni,
      .table_i             (table_write),
      .queue_base_i        (queue_base),
      .queue_words_i       (queue_words),
      .entry_valid_i       (entry_valid),
      .entry_ready_o       (entry_ready),
      .entry_i             (entry),
      .mem_acc_write_o     (req[MemAccWrite]),
      .mem_acc_write_gnt_i (gnt[MemAccWrite]),
      .mem_acc_read_o      (req[MemAccRead]),
      .mem_acc_read_gnt_i  (gnt[MemAccRead]),
      .mem_acc_read_rdata_i(rdata[MemAccRead]),
      .mem_weight_o        (req[MemWeight]),
      .mem_weight_gnt_i    (gnt[MemWeight]),
      .mem_weight_rdata_i  (rdata[MemWeight]),
      .mem_queue_o         (req[MemQueue]),
      .mem_queue_gnt_i     (gnt[MemQueue]),
      .mem_queue_rdata_i   (rdata[MemQueue]),
      .mark_rd_valid_i     (mark_rd_valid),
      .mark_rd_ready_o     (mark_rd_ready),
      .mark_rd_addr_i      (mark_rd_addr),
      .mark_rd_data_o      (mark_rd_data),
      .mark_clr_valid_i    (mark_clr_valid),
      .mark_clr_ready_o    (mark_clr_ready),
      .mark_clr_addr_i     (mark_clr_addr),
      .progress_o          (progress),
      .pulse_o             (integrate_pulse),
      .waiting_o,
      .active_o            (integrate_active)
  );

  // ------------------------------------------------------------- sweep
  logic sweep_active;
  eddy_sweep_path u_sweep_path (
      .clk_i,
      .rst_ni,
      .table_i         (table_write),
      .run_i           (run),
      .reset_i         (protocol_reset),
      .tile_id_i,
      .in_axons_i      (in_axons),
      .out_axons_i     (out_axons),
      .pops_i          (pops),
      .progress_i      (progress),
      .credit_valid_i  (credit_valid),
      .credit_i        (token_t'(rx_flit_i.body)),
      .mem_a_o         (req[MemSweepA]),
      .mem_b_o         (req[MemSweepB]),
      .mem_ref_o       (req[MemSweepRef]),
      .mem_ref_gnt_i   (gnt[MemSweepRef]),
      .mem_a_rdata_i   (rdata[MemSweepA]),
      .mem_b_rdata_i   (rdata[MemSweepB]),
      .mem_ref_rdata_i (rdata[MemSweepRef]),
      .mark_rd_valid_o (mark_rd_valid),
      .mark_rd_ready_i (mark_rd_ready),
      .mark_rd_addr_o  (mark_rd_addr),
      .mark_rd_data_i  (mark_rd_data),
      .mark_clr_valid_o(mark_clr_valid),
      .mark_clr_ready_i(mark_clr_ready),
      .mark_clr_addr_o (mark_clr_addr),
      .flit_valid_o    (sweep_valid),
      .flit_ready_i    (sweep_ready),
      .flit_o          (sweep_flit),
      .trace_o,
      .error_valid_o   (sweep_error_valid),
      .error_o         (sweep_error),
      .wait_o,
      .pulse_o         (sweep_pulse),
      .active_o        (sweep_active)
  );

  // ------------------------------------------------------------- memory
  eddy_banks u_banks (
      .clk_i,
      .rst_ni,
      .req_i  (req),
      .gnt_o  (gnt),
      .rdata_o(rdata)
  );

  assign active_o = host_active || control_active || counters_active || arrival_active || integrate_active ||
      sweep_active;
endmodule
