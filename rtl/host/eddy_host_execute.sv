// SPDX-License-Identifier: Apache-2.0
/// Command side: takes commands, works through lists, copies words of tiles to memory. Frames it hands on.
module eddy_host_execute
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    input  host_config_t        config_i,
    input  tile_id_t            tile_id_i,
    input  logic                restart_i,
    input  logic         [63:0] cycle_i,
    input  host_error_t         error_i,         // the first one that stands
    // command ring
    input  logic                valid_i,
    output logic                ready_o,
    input  descriptor_t         command_i,
    output logic                done_valid_o,
    input  logic                done_ready_i,
    output completion_t         done_o,
    output logic                done_irq_o,
    // frames
    output logic                frame_start_o,
    output descriptor_t         frame_o,
    input  logic                frame_done_i,
    input  host_err_e           frame_code_i,
    input  logic         [31:0] frame_count_i,
    input  logic         [63:0] frame_cycle_i,
    // memory
    output read_ask_t           read_o,
    input  read_give_t          read_i,
    output write_ask_t          write_o,
    input  write_give_t         write_i,
    // network
    output logic                load_valid_o,    // writes
    input  logic                load_ready_i,
    output flit_t               load_flit_o,
    output logic                word_valid_o,    // reads
    input  logic                word_ready_i,
    output flit_t               word_flit_o,
    input  logic                answer_valid_i,
    input  write_t              answer_i,
    // the gateway's own tables
    output logic                table_valid_o,
    input  logic                table_ready_i,
    output host_addr_t          table_addr_o,
    output logic         [31:0] table_data_o,
    output host_error_t         error_o,
    output host_error_t         word_error_o,
    output logic                active_o
);
  // ------------------------------------------------------------- commands
  descriptor_t command;
  logic load_start, readback_start, load_done, readback_done, command_active;
  host_err_e load_code, readback_code;
  logic [31:0] load_count, readback_count;
  assign frame_o = command;

  eddy_host_command u_command (
      .clk_i,
      .rst_ni,
      .run_i           (config_i.run),
      .halt_i          (config_i.halt),
      .restart_i,
      .cycle_i,
      .tile_id_i,
      .error_i,
      .valid_i,
      .ready_o,
      .command_i,
      .done_valid_o,
      .done_ready_i,
      .done_o,
      .done_irq_o,
      .command_o       (command),
      .load_start_o    (load_start),
      .frame_start_o,
      .readback_start_o(readback_start),
      .load_done_i     (load_done),
      .load_code_i     (load_code),
      .load_count_i    (load_count),
      .frame_done_i,
      .frame_code_i,
      .frame_count_i,
      .frame_cycle_i,
      .readback_done_i (readback_done),
      .readback_code_i (readback_code),
      .readback_count_i(readback_count),
      .error_o,
      .active_o        (command_active)
  );

  // ------------------------------------------------------------- one word of a tile: for fences and read-back
  logic fence_valid, fetch_valid, word_free, word_done, word_failed, word_active;
  dest_t fence_dest, fetch_dest;
  host_addr_t fence_addr, fetch_addr;
  logic [31:0] word_data;

  eddy_host_word u_word (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .limit_i    (config_i.limit_net),
      .valid_i    (fence_valid || fetch_valid),
      .ready_o    (word_free),
      .dest_i     (fence_valid ? fence_dest : fetch_dest),
      .addr_i     (fence_valid ? fence_addr : fetch_addr),
      .done_o     (word_done),
      .failed_o   (word_failed),
      .data_o     (word_data),
      .tx_valid_o (word_valid_o),
      .tx_ready_i (word_ready_i),
      .tx_flit_o  (word_flit_o),
      .rx_valid_i (answer_valid_i),
      .rx_answer_i(answer_i),
      .error_o    (word_error_o),
      .active_o   (word_active)
  );

  // ------------------------------------------------------------- lists
  logic list_valid, list_ready, list_drop, list_busy, load_active;
  beat_t list_beat;

  eddy_axi_fetch u_list (
      .clk_i,
      .rst_ni,
      .start_i(load_start),
      .addr_i (command.address[AxiAddrBits-1:0]),
      .beats_i((command.count >> $clog2(RecordsPerBeat)) + 32'(command.count[$clog2(RecordsPerBeat)-1:0] != '0)),
      .drop_i (list_drop),
      .busy_o (list_busy),
      .read_o,
      .read_i,
      .valid_o(list_valid),
      .ready_i(list_ready),
      .data_o (list_beat)
  );

  eddy_host_load u_load (
      .clk_i,
      .rst_ni,
      .start_i      (load_start),
      .op_i         (command.op),
      .count_i      (command.count),
      .done_o       (load_done),
      .code_o       (load_code),
      .count_o      (load_count),
      .valid_i      (list_valid),
      .ready_o      (list_ready),
      .data_i       (list_beat),
      .drop_o       (list_drop),
      .fetch_busy_i (list_busy),
      .tx_valid_o   (load_valid_o),
      .tx_ready_i   (load_ready_i),
      .tx_flit_o    (load_flit_o),
      .word_valid_o (fence_valid),
      .word_ready_i (word_free),
      .word_dest_o  (fence_dest),
      .word_addr_o  (fence_addr),
      .word_done_i  (word_done),
      .word_failed_i(word_failed),
      .table_valid_o,
      .table_ready_i,
      .table_addr_o,
      .table_data_o,
      .active_o     (load_active)
  );

  // ------------------------------------------------------------- read-back
  logic readback_active;

  eddy_host_readback u_readback (
      .clk_i,
      .rst_ni,
      .start_i      (readback_start),
      .dest_i       (command.dest),
      .word_i       (command.word),
      .count_i      (command.count),
      .addr_i       (command.address[AxiAddrBits-1:0]),
      .done_o       (readback_done),
      .code_o       (readback_code),
      .count_o      (readback_count),
      .word_valid_o (fetch_valid),
      .word_ready_i (word_free),
      .word_dest_o  (fetch_dest),
      .word_addr_o  (fetch_addr),
      .word_done_i  (word_done),
      .word_failed_i(word_failed),
      .word_data_i  (word_data),
      .write_o,
      .write_i,
      .active_o     (readback_active)
  );

  assign active_o = command_active || word_active || load_active || list_busy || readback_active;
endmodule
