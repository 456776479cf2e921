// SPDX-License-Identifier: Apache-2.0
/// Sweep path of the event core: takes rows whose input is complete, and sends what has changed.
///
/// Schedule -> sweep -> requantise -> pool -> delta -> emit; docs/core-sweep.md has the drawing. 4 neurons a cycle; a row
/// that nothing touched costs a few cycles. Progress and credits are always taken. Tables and the state of the axons
/// are written over `table_i` only while nothing runs.
module eddy_sweep_path
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                        clk_i,
    input  logic                        rst_ni,
    // set-up
    input  table_write_t                table_i,
    input  logic                        run_i,          // rows may be taken
    input  logic                        reset_i,        // pulse: row and parity of all populations to 0
    input  tile_id_t                    tile_id_i,
    input  logic         [  AxonBits:0] in_axons_i,     // entries in use
    input  logic         [  AxonBits:0] out_axons_i,
    input  logic         [   PopBits:0] pops_i,
    // what allows rows: no back-pressure
    input  progress_t                   progress_i,
    input  logic                        credit_valid_i,
    input  token_t                      credit_i,
    // banks: A and B are always granted; data one cycle after the grant
    output mem_req_t                    mem_a_o,
    output mem_req_t                    mem_b_o,
    output mem_req_t                    mem_ref_o,
    input  logic                        mem_ref_gnt_i,
    input  word_t                       mem_a_rdata_i,
    input  word_t                       mem_b_rdata_i,
    input  word_t                       mem_ref_rdata_i,
    // marks: data one cycle after ready, held until the next read
    output logic                        mark_rd_valid_o,
    input  logic                        mark_rd_ready_i,
    output mark_addr_t                  mark_rd_addr_o,
    input  mark_word_t                  mark_rd_data_i,
    output logic                        mark_clr_valid_o,
    input  logic                        mark_clr_ready_i,
    output mark_addr_t                  mark_clr_addr_o,
    // to the network
    output logic                        flit_valid_o,
    input  logic                        flit_ready_i,
    output flit_t                       flit_o,
    // for people and counters
    output trace_t                      trace_o,
    output logic                        error_valid_o,  // pulse
    output error_t                      error_o,
    output sweep_wait_e  [ MaxPops-1:0] wait_o,
    output sweep_pulse_t                pulse_o,
    output logic                        active_o
);
endmodule
