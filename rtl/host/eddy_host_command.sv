// SPDX-License-Identifier: Apache-2.0
/// Executes the commands of the command ring, one after the other, and says how each ended.
///
/// Descriptors are checked before anything is started. After an error no further command is taken until the host has
/// cleared it.
module eddy_host_command
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic               clk_i,
    input  logic               rst_ni,
    input  logic               run_i,
    input  logic               halt_i,
    input  logic               restart_i,
    input  logic        [63:0] cycle_i,
    input  tile_id_t           tile_id_i,
    input  host_error_t        error_i,           // the first one that stands
    // command ring
    input  logic               valid_i,
    output logic               ready_o,
    input  descriptor_t        command_i,
    output logic               done_valid_o,
    input  logic               done_ready_i,
    output completion_t        done_o,
    output logic               done_irq_o,
    // what is to be done; the descriptor stays
    output descriptor_t        command_o,
    output logic               load_start_o,
    output logic               frame_start_o,
    output logic               readback_start_o,
    // how it ended
    input  logic               load_done_i,
    input  host_err_e          load_code_i,
    input  logic        [31:0] load_count_i,
    input  logic               frame_done_i,
    input  host_err_e          frame_code_i,
    input  logic        [31:0] frame_count_i,
    input  logic        [63:0] frame_cycle_i,
    input  logic               readback_done_i,
    input  host_err_e          readback_code_i,
    input  logic        [31:0] readback_count_i,
    output host_error_t        error_o,
    output logic               active_o
);
  typedef enum logic [1:0] {
    Idle,
    Check,
    Work,
    Done
  } state_e;
  state_e state_q;
  descriptor_t command_q;
  host_err_e code_q;
  logic [31:0] count_q;
  logic [63:0] start_q, finish_q;

  assign ready_o   = state_q == Idle && run_i && !halt_i && !error_i.valid && !restart_i;
  assign command_o = command_q;

  // ------------------------------------------------------------- check
  function automatic logic bad_address(input logic [63:0] address);
    return address[63:AxiAddrBits] != '0 || address[$clog2(BeatBytes)-1:0] != '0;
  endfunction

  host_err_e refused;
  always_comb begin
    refused = HostOk;
    unique case (command_q.op)
      OpLoad, OpFence, OpTable, OpRead: begin
        if (bad_address(command_q.address) || command_q.count == '0) refused = HostErrDescriptor;
      end
      OpFrame: begin
        if (bad_address(command_q.address) || bad_address(command_q.address_b)) refused = HostErrDescriptor;
      end
      default: refused = HostErrOpcode;
    endcase
  end

  logic start;
  assign start            = state_q == Check && refused == HostOk;
  assign load_start_o     = start && command_q.op inside {OpLoad, OpFence, OpTable};
  assign frame_start_o    = start && command_q.op == OpFrame;
  assign readback_start_o = start && command_q.op == OpRead;

  // ------------------------------------------------------------- sequence
  logic ended;
  assign ended = state_q == Work && (load_done_i || frame_done_i || readback_done_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle:    if (valid_i && ready_o) state_q <= Check;
        Check:   state_q <= start ? Work : Done;
        Work:    if (ended) state_q <= Done;
        default: if (done_ready_i) state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) begin
      command_q <= command_i;
      start_q   <= cycle_i;
    end
    if (state_q == Check) begin
      code_q   <= refused;
      count_q  <= '0;
      finish_q <= cycle_i;
    end else if (ended) begin
      finish_q <= cycle_i;
      code_q   <= frame_done_i ? frame_code_i : load_done_i ? load_code_i : readback_code_i;
      count_q  <= frame_done_i ? frame_count_i : load_done_i ? load_count_i : readback_count_i;
      if (frame_done_i && frame_cycle_i != '0) start_q <= frame_cycle_i;
    end
  end

  // ------------------------------------------------------------- how it ended
  assign done_valid_o = state_q == Done;
  assign done_irq_o = command_q.irq || done_o.code != HostOk;
  assign done_o = '{
          finish: finish_q,
          start: start_q,
          unused_b: '0,
          error: error_i.valid ? error_i.error : '0,
          count: count_q,
          unused_a: '0,
          code: code_q == HostOk && error_i.valid ? error_i.code : code_q,
          done: 8'd1
      };

  // An aborted frame is what the host asked for, a missing answer has been recorded where it was awaited.
  always_comb begin
    error_o            = '0;
    error_o.valid      = state_q == Done && !(code_q inside {HostOk, HostErrAbort, HostErrWaitAnswer});
    error_o.code       = code_q;
    error_o.tile       = tile_id_i;
    error_o.error.tile = tile_id_i;
  end

  assign active_o = state_q != Idle || (valid_i && ready_o);
endmodule
