// SPDX-License-Identifier: Apache-2.0
/// Sends the events of a row to the out-axons that want them, counts them, and closes rows with tokens.
///
/// Owns TabOutAxon and TabSent. A user goes through each row so: EmitOpen (one cycle an axon), groups in order of x and c,
/// EmitSave (nothing sent) or EmitClose (one cycle an axon, sends the tokens that are due). A row without events needs no
/// EmitOpen. An event costs a cycle for each axon that takes it, and none for the others. `row_ready_o` takes the command,
/// `idle_o` says that all that was asked for has left `flit_o`.
module eddy_emit
  import eddy_pkg::*, eddy_sweep_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,        // TabOutAxon, TabSent; only while idle
    // rows
    input  logic         row_valid_i,
    output logic         row_ready_o,
    input  emit_op_e     row_op_i,
    input  emit_row_t    row_i,
    // groups of the row that is open
    input  logic         group_valid_i,
    output logic         group_ready_o,
    input  group_t       group_i,
    // to the network
    output logic         flit_valid_o,
    input  logic         flit_ready_i,
    output flit_t        flit_o,
    // pulses
    output logic         error_valid_o,  // ErrOverflow: more events between two tokens than the counter holds
    output axon_id_t     error_axon_o,   // its out-axon
    output logic         event_o,        // an event or a token goes into flit_o
    output logic         token_o,
    output logic         idle_o
);
endmodule
