// SPDX-License-Identifier: Apache-2.0
/// The three engines of the gateway, their rings and tables: commands, frame input, results. Wiring.
module eddy_host_engines
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                            clk_i,
    input  logic                            rst_ni,
    input  host_config_t                    config_i,
    input  tile_id_t                        tile_id_i,
    input  logic                            restart_i,
    input  logic         [            63:0] cycle_i,
    input  host_error_t                     first_error_i,
    // word for the own tables, from the registers
    input  logic                            reg_valid_i,
    output logic                            reg_ready_o,
    input  host_addr_t                      reg_addr_i,
    input  logic         [            31:0] reg_data_i,
    // memory
    output read_ask_t    [ ReadClients-1:0] read_o,
    input  read_give_t   [ ReadClients-1:0] read_i,
    output write_ask_t   [WriteClients-1:0] write_o,
    input  write_give_t  [WriteClients-1:0] write_i,
    // network
    output logic         [     Senders-1:0] tx_valid_o,
    input  logic         [     Senders-1:0] tx_ready_i,
    output flit_t        [     Senders-1:0] tx_flit_o,
    input  flit_t                           rx_flit_i,
    input  logic                            result_valid_i,
    output logic                            result_ready_o,
    input  logic                            credit_valid_i,
    output logic                            credit_ready_o,
    input  logic                            answer_valid_i,
    // status
    output logic         [            15:0] command_tail_o,
    output logic         [            15:0] drain_tail_o,
    output logic                            command_irq_o,
    output logic                            drain_irq_o,
    output logic                            open_o,
    output logic         [             7:0] in_flight_o,
    output logic                            frame_started_o,
    output logic                            frame_done_o,
    output logic         [             4:0] scanned_o,
    output logic                            fired_o,
    output logic                            stall_read_o,
    output logic                            stall_credit_o,
    output logic                            stall_frame_o,
    output host_error_t  [EngineErrors-1:0] error_o,          // most telling first
    output trace_t                          trace_o,          // of the frame input
    output logic                            active_o
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
      .config_i    (config_i.command),
      .restart_i   (restart_i),
      .tail_o      (command_tail_o),
      .busy_o      (command_ring_busy),
      .read_o      (read_o[ReadCommand]),
      .read_i      (read_i[ReadCommand]),
      .write_o     (write_o[WriteCommand]),
      .write_i     (write_i[WriteCommand]),
      .valid_o     (command_valid),
      .ready_i     (command_ready),
      .descriptor_o(command),
      .done_valid_i(command_done_valid),
      .done_ready_o(command_done_ready),
      .done_i      (command_completion),
      .irq_i       (command_irq_wanted),
      .irq_o       (command_irq_o)
  );

  eddy_ring u_drain_ring (
      .clk_i,
      .rst_ni,
      .config_i    (config_i.drain),
      .restart_i   (restart_i),
      .tail_o      (drain_tail_o),
      .busy_o      (drain_ring_busy),
      .read_o      (read_o[ReadDrain]),
      .read_i      (read_i[ReadDrain]),
      .write_o     (write_o[WriteDrain]),
      .write_i     (write_i[WriteDrain]),
      .valid_o     (drain_valid),
      .ready_i     (drain_ready),
      .descriptor_o(drain),
      .done_valid_i(drain_done_valid),
      .done_ready_o(drain_done_ready),
      .done_i      (drain_completion),
      .irq_i       (drain_irq_wanted),
      .irq_o       (drain_irq_o)
  );

  // ------------------------------------------------------------- commands
  logic frame_start, frame_ended, table_valid, table_ready, execute_active;
  descriptor_t frame;
  host_err_e   frame_code;
  logic [31:0] frame_count, table_word;
  logic [63:0] frame_cycle;
  host_addr_t table_addr;

  eddy_host_execute u_execute (
      .clk_i,
      .rst_ni,
      .config_i      (config_i),
      .tile_id_i,
      .restart_i     (restart_i),
      .cycle_i       (cycle_i),
      .error_i       (first_error_i),
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
      .read_o        (read_o[ReadList]),
      .read_i        (read_i[ReadList]),
      .write_o       (write_o[WriteBack]),
      .write_i       (write_i[WriteBack]),
      .load_valid_o  (tx_valid_o[SendLoad]),
      .load_ready_i  (tx_ready_i[SendLoad]),
      .load_flit_o   (tx_flit_o[SendLoad]),
      .word_valid_o  (tx_valid_o[SendWord]),
      .word_ready_i  (tx_ready_i[SendWord]),
      .word_flit_o   (tx_flit_o[SendWord]),
      .answer_valid_i(answer_valid_i),
      .answer_i      (write_t'(rx_flit_i.body)),
      .table_valid_o (table_valid),
      .table_ready_i (table_ready),
      .table_addr_o  (table_addr),
      .table_data_o  (table_word),
      .error_o       (error_o[6]),
      .word_error_o  (error_o[4]),
      .active_o      (execute_active)
  );

  table_write_t table_write;
  logic pixel_we, frame_busy, table_active;
  logic [9:0] pixel_addr;
  act_t pixel_data;

  eddy_host_table u_table (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .busy_i      (frame_busy),
      .reg_valid_i (reg_valid_i),
      .reg_ready_o (reg_ready_o),
      .reg_addr_i  (reg_addr_i),
      .reg_data_i  (reg_data_i),
      .load_valid_i(table_valid),
      .load_ready_o(table_ready),
      .load_addr_i (table_addr),
      .load_data_i (table_word),
      .table_o     (table_write),
      .pixel_we_o  (pixel_we),
      .pixel_addr_o(pixel_addr),
      .pixel_data_o(pixel_data),
      .error_o     (error_o[5]),
      .active_o    (table_active)
  );

  // ------------------------------------------------------------- frame input
  logic frame_active;

  eddy_frame_input u_frame (
      .clk_i,
      .rst_ni,
      .config_i      (config_i),
      .tile_id_i,
      .restart_i     (restart_i),
      .cycle_i       (cycle_i),
      .table_i       (table_write),
      .pixel_we_i    (pixel_we),
      .pixel_addr_i  (pixel_addr),
      .pixel_data_i  (pixel_data),
      .start_i       (frame_start),
      .values_i      (frame.address[AxiAddrBits-1:0]),
      .refs_i        (frame.address_b[AxiAddrBits-1:0]),
      .first_i       (frame.first),
      .parity_i      (frame.parity),
      .done_o        (frame_ended),
      .code_o        (frame_code),
      .count_o       (frame_count),
      .cycle_o       (frame_cycle),
      .open_i        (open_o),
      .frame_done_i  (frame_done_o),
      .started_o     (frame_started_o),
      .in_flight_o   (in_flight_o),
      .value_read_o  (read_o[ReadValue]),
      .value_read_i  (read_i[ReadValue]),
      .ref_read_o    (read_o[ReadRef]),
      .ref_read_i    (read_i[ReadRef]),
      .write_o       (write_o[WriteRef]),
      .write_i       (write_i[WriteRef]),
      .tx_valid_o    (tx_valid_o[SendFrame]),
      .tx_ready_i    (tx_ready_i[SendFrame]),
      .tx_flit_o     (tx_flit_o[SendFrame]),
      .credit_valid_i(credit_valid_i),
      .credit_ready_o(credit_ready_o),
      .credit_i      (token_t'(rx_flit_i.body)),
      .error_o       (error_o[2]),
      .credit_error_o(error_o[1]),
      .scanned_o     (scanned_o),
      .fired_o       (fired_o),
      .stall_read_o  (stall_read_o),
      .stall_credit_o(stall_credit_o),
      .stall_frame_o (stall_frame_o),
      .trace_o,
      .busy_o        (frame_busy),
      .active_o      (frame_active)
  );

  // ------------------------------------------------------------- results
  logic results_active;

  eddy_results u_results (
      .clk_i,
      .rst_ni,
      .config_i       (config_i),
      .tile_id_i,
      .restart_i      (restart_i),
      .cycle_i        (cycle_i),
      .table_i        (table_write),
      .error_i        (first_error_i),
      .rx_valid_i     (result_valid_i),
      .rx_ready_o     (result_ready_o),
      .rx_flit_i      (rx_flit_i),
      .tx_valid_o     (tx_valid_o[SendCredit]),
      .tx_ready_i     (tx_ready_i[SendCredit]),
      .tx_flit_o      (tx_flit_o[SendCredit]),
      .drain_valid_i  (drain_valid),
      .drain_ready_o  (drain_ready),
      .drain_i        (drain),
      .done_valid_o   (drain_done_valid),
      .done_ready_i   (drain_done_ready),
      .done_o         (drain_completion),
      .done_irq_o     (drain_irq_wanted),
      .write_o        (write_o[WriteResult]),
      .write_i        (write_i[WriteResult]),
      .frame_started_i(frame_started_o),
      .in_flight_i    (in_flight_o),
      .open_o         (open_o),
      .frame_done_o   (frame_done_o),
      .error_o        (error_o[3]),
      .arrival_error_o(error_o[0]),
      .active_o       (results_active)
  );

  assign active_o = command_ring_busy || drain_ring_busy || execute_active || table_active || frame_active
      || results_active || in_flight_o != '0;
endmodule
