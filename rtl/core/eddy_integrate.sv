// SPDX-License-Identifier: Apache-2.0
/// Integrate path of the event core: adds what events bring into the accumulators that they touch.
///
/// Queue -> decode -> walk -> MAC, and marks beside the walk; docs/core-integrate.md has the drawing. One accumulator word
/// a cycle. A token follows the events before it, and leaves as progress when their sums are written and their marks set.
/// Tables are written over `table_i` only while nothing runs.
module eddy_integrate
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic                          clk_i,
    input  logic                          rst_ni,
    // set-up
    input  table_write_t                  table_i,
    input  addr_t                         queue_base_i,          // ring of the event queue
    input  logic             [AddrBits:0] queue_words_i,         // a power of two; 0: no ring
    // events and tokens
    input  logic                          entry_valid_i,
    output logic                          entry_ready_o,
    input  entry_t                        entry_i,
    // banks: data one cycle after the grant
    output mem_req_t                      mem_acc_write_o,
    input  logic                          mem_acc_write_gnt_i,
    output mem_req_t                      mem_acc_read_o,
    input  logic                          mem_acc_read_gnt_i,
    input  word_t                         mem_acc_read_rdata_i,
    output mem_req_t                      mem_weight_o,
    input  logic                          mem_weight_gnt_i,
    input  word_t                         mem_weight_rdata_i,
    output mem_req_t                      mem_queue_o,
    input  logic                          mem_queue_gnt_i,
    input  word_t                         mem_queue_rdata_i,
    // marks, for the sweep: data one cycle after ready, held until the next read
    input  logic                          mark_rd_valid_i,
    output logic                          mark_rd_ready_o,
    input  mark_addr_t                    mark_rd_addr_i,
    output mark_word_t                    mark_rd_data_o,
    input  logic                          mark_clr_valid_i,
    output logic                          mark_clr_ready_o,
    input  mark_addr_t                    mark_clr_addr_i,
    // what is in the accumulators: no back-pressure
    output progress_t                     progress_o,
    output integrate_pulse_t              pulse_o,
    output logic                          waiting_o,             // events or tokens wait in front of the MAC
    output logic                          active_o
);
endmodule
