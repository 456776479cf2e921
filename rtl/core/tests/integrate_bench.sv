// SPDX-License-Identifier: Apache-2.0
/// Integrate path with its banks, for tests: the sweep's ports steal banks, requests can be denied at will, and what is
/// written is seen from outside.
module integrate_bench
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  table_write_t              table_i,
    input  addr_t                     queue_base_i,
    input  logic         [AddrBits:0] queue_words_i,
    input  logic                      entry_valid_i,
    output logic                      entry_ready_o,
    input  entry_t                    entry_i,
    // reads of the sweep: pair and reference
    input  logic                      steal_pair_i,
    input  logic                      steal_ref_i,
    input  addr_t                     steal_addr_i,
    // no grant this cycle: accumulator write, read, weight, queue
    input  logic         [       3:0] deny_i,
    // host: granted when nobody else wants the bank
    input  logic                      host_valid_i,
    input  logic                      host_we_i,
    input  addr_t                     host_addr_i,
    input  word_t                     host_data_i,
    output logic                      host_gnt_o,
    output word_t                     host_rdata_o,
    // marks
    input  logic                      mark_rd_valid_i,
    output logic                      mark_rd_ready_o,
    input  mark_addr_t                mark_rd_addr_i,
    output mark_word_t                mark_rd_data_o,
    input  logic                      mark_clr_valid_i,
    output logic                      mark_clr_ready_o,
    input  mark_addr_t                mark_clr_addr_i,
    // results
    output progress_t                 progress_o,
    output logic                      event_in_o,
    output pop_id_t                   event_pop_o,
    output logic                      mac_word_o,
    output pop_id_t                   mac_pop_o,
    output logic                      mac_waiting_o,
    output logic         [       4:0] bubble_o,          // mark, decode, weight, steal, phase
    output count_t                    queue_peak_o,
    output logic                      waiting_o,
    output logic                      active_o,
    // what is written in this cycle
    output logic                      acc_we_o,
    output addr_t                     acc_addr_o,
    output word_t                     acc_data_o,
    output logic                      mark_we_o,
    output mark_addr_t                mark_addr_o,
    output mark_word_t                mark_data_o
);
  mem_req_t req[MemPorts];
  word_t rdata[MemPorts];
  logic [MemPorts-1:0] gnt;
  mem_req_t acc_write, acc_read, weight, queue;
  integrate_pulse_t pulse;

  function automatic mem_req_t read_of(input logic valid, input addr_t addr);
    return '{valid: valid, we: 1'b0, addr: addr, mask: '0, data: '0};
  endfunction

  function automatic mem_req_t unless(input logic deny, input mem_req_t request);
    mem_req_t result;
    result = request;
    if (deny) result.valid = 1'b0;
    return result;
  endfunction

  always_comb begin
    req[MemSweepA]   = read_of(steal_pair_i, {steal_addr_i[AddrBits-1:1], 1'b0});
    req[MemSweepB]   = read_of(steal_pair_i, {steal_addr_i[AddrBits-1:1], 1'b1});
    req[MemSweepRef] = read_of(steal_ref_i, steal_addr_i);
    req[MemAccWrite] = unless(deny_i[0], acc_write);
    req[MemAccRead]  = unless(deny_i[1], acc_read);
    req[MemWeight]   = unless(deny_i[2], weight);
    req[MemQueue]    = unless(deny_i[3], queue);
    req[MemHost]     = '{valid: host_valid_i, we: host_we_i, addr: host_addr_i, mask: '1, data: host_data_i};
  end
  assign host_gnt_o   = gnt[MemHost];
  assign host_rdata_o = rdata[MemHost];

  eddy_banks u_banks (
      .clk_i,
      .rst_ni,
      .req_i  (req),
      .gnt_o  (gnt),
      .rdata_o(rdata)
  );

  eddy_integrate u_integrate (
      .clk_i,
      .rst_ni,
      .table_i,
      .queue_base_i,
      .queue_words_i,
      .entry_valid_i,
      .entry_ready_o,
      .entry_i,
      .mem_acc_write_o     (acc_write),
      .mem_acc_write_gnt_i (gnt[MemAccWrite]),
      .mem_acc_read_o      (acc_read),
      .mem_acc_read_gnt_i  (gnt[MemAccRead]),
      .mem_acc_read_rdata_i(rdata[MemAccRead]),
      .mem_weight_o        (weight),
      .mem_weight_gnt_i    (gnt[MemWeight]),
      .mem_weight_rdata_i  (rdata[MemWeight]),
      .mem_queue_o         (queue),
      .mem_queue_gnt_i     (gnt[MemQueue]),
      .mem_queue_rdata_i   (rdata[MemQueue]),
      .mark_rd_valid_i,
      .mark_rd_ready_o,
      .mark_rd_addr_i,
      .mark_rd_data_o,
      .mark_clr_valid_i,
      .mark_clr_ready_o,
      .mark_clr_addr_i,
      .progress_o,
      .pulse_o             (pulse),
      .waiting_o,
      .active_o
  );

  assign event_in_o = pulse.event_in;
  assign event_pop_o = pulse.event_pop;
  assign mac_word_o = pulse.mac_word;
  assign mac_pop_o = pulse.mac_pop;
  assign mac_waiting_o = pulse.mac_waiting;
  assign bubble_o = {
    pulse.bubble_mark, pulse.bubble_decode, pulse.bubble_weight, pulse.bubble_steal, pulse.bubble_phase
  };
  assign queue_peak_o = pulse.queue_peak;

  assign acc_we_o = gnt[MemAccWrite];
  assign acc_addr_o = acc_write.addr;
  assign acc_data_o = acc_write.data;
  assign mark_we_o = u_integrate.u_marks.u_marks.we_i;
  assign mark_addr_o = u_integrate.u_marks.u_marks.waddr_i;
  assign mark_data_o = u_integrate.u_marks.u_marks.wdata_i;
endmodule
