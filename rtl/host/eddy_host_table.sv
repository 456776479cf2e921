// SPDX-License-Identifier: Apache-2.0
/// Writes to the gateway's own tables, from a register or from a command: entries gathered word by word, as in a tile.
module eddy_host_table
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    input  tile_id_t            tile_id_i,
    input  logic                busy_i,        // a frame is being sent: tables are in use
    // from the registers; kept until taken
    input  logic                reg_valid_i,
    output logic                reg_ready_o,
    input  host_addr_t          reg_addr_i,
    input  logic         [31:0] reg_data_i,
    // from a command
    input  logic                load_valid_i,
    output logic                load_ready_o,
    input  host_addr_t          load_addr_i,
    input  logic         [31:0] load_data_i,
    // to the tables
    output table_write_t        table_o,
    output logic                pixel_we_o,
    output logic         [ 9:0] pixel_addr_o,
    output act_t                pixel_data_o,
    output host_error_t         error_o,
    output logic                active_o
);
  logic valid, is_table, is_pixel, ready, refused, port_active;
  write_t word;
  assign valid        = (reg_valid_i || load_valid_i) && !busy_i;
  assign reg_ready_o  = !busy_i && ready;
  assign load_ready_o = !busy_i && ready && !reg_valid_i;
  assign word.addr    = reg_valid_i ? reg_addr_i : load_addr_i;
  assign word.data    = reg_valid_i ? reg_data_i : load_data_i;
  assign word.unused  = '0;
  assign is_table     = word.addr[17] && word.addr[16:13] <= TabCredit;
  assign is_pixel     = word.addr[17:10] == '0;

  assign pixel_we_o   = valid && is_pixel;
  assign pixel_addr_o = word.addr[9:0];
  assign pixel_data_o = word.data[15:0];

  // The tile's own way of gathering entries; the gateway has no RAM and no registers behind it.
  eddy_host_port u_port (
      .clk_i,
      .rst_ni,
      .tile_id_i,
      .valid_i       (valid && is_table),
      .ready_o       (ready),
      .flit_i        ('{kind: KindWrite, dest: '0, body: word}),
      .answer_valid_o(),
      .answer_ready_i(1'b1),
      .answer_o      (),
      .mem_o         (),
      .mem_gnt_i     (1'b1),
      .mem_rdata_i   ('0),
      .table_o,
      .reg_we_o      (),
      .reg_addr_o    (),
      .reg_wdata_o   (),
      .reg_rdata_i   ('0),
      .fill_left_o   (),
      .error_valid_o (refused),
      .error_o       (),
      .active_o      (port_active)
  );
  assign active_o = port_active || reg_valid_i || load_valid_i;

  always_comb begin
    error_o            = '0;
    error_o.valid      = (valid && !is_table && !is_pixel) || refused;
    error_o.code       = host_err_e'(ErrAddress);
    error_o.tile       = tile_id_i;
    error_o.error.code = ErrAddress;
    error_o.error.tile = tile_id_i;
    error_o.error.info = 27'(word.addr);
  end
endmodule
