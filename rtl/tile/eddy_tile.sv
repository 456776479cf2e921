// SPDX-License-Identifier: Apache-2.0
/// Tile: a router and an event core. Links and i/o end go to the outside; all outputs are registers.
///
/// The clock may stop while `active_o` is low and no input is valid: no link flit, no credit, no flit at the i/o end. The
/// outputs then stay as they are, and `elapsed_i` makes good for the cycles that were left out.
module eddy_tile
  import eddy_pkg::*, eddy_noc_pkg::*, eddy_sweep_pkg::*;
(
    input  logic                       clk_i,
    input  logic                       rst_ni,
    // straps: own coordinates, and those of the last tile (size minus one)
    input  tile_id_t                   tile_i,
    input  tile_id_t                   size_i,
    // clock cycles since the last edge that came through: 1 where nothing gates the clock
    input  logic         [       31:0] elapsed_i,
    // links, indexed by port_e; credits run against their link
    input  link_t                      link_i       [NumLinks],
    output link_credit_t               link_credit_o[NumLinks],
    output link_t                      link_o       [NumLinks],
    input  link_credit_t               link_credit_i[NumLinks],
    // i/o end
    input  logic                       io_valid_i,
    output logic                       io_ready_o,
    input  flit_t                      io_flit_i,
    output logic                       io_valid_o,
    input  logic                       io_ready_i,
    output flit_t                      io_flit_o,
    // observation
    output trace_t                     trace_o,
    output sweep_wait_e  [MaxPops-1:0] wait_o,
    output logic                       waiting_o,                // events or tokens wait in front of the MAC
    output logic                       active_o
);
  logic rx_valid, rx_ready, tx_valid, tx_ready, router_active, core_active;
  flit_t rx_flit, tx_flit;
  ports_t sent;

  eddy_noc_router u_router (
      .clk_i,
      .rst_ni,
      .tile_i,
      .size_i,
      .link_i,
      .link_credit_o,
      .link_o,
      .link_credit_i,
      .core_valid_i(tx_valid),
      .core_ready_o(tx_ready),
      .core_flit_i (tx_flit),
      .core_valid_o(rx_valid),
      .core_ready_i(rx_ready),
      .core_flit_o (rx_flit),
      .io_valid_i,
      .io_ready_o,
      .io_flit_i,
      .io_valid_o,
      .io_ready_i,
      .io_flit_o,
      .sent_o      (sent),
      .active_o    (router_active)
  );

  eddy_core u_core (
      .clk_i,
      .rst_ni,
      .tile_id_i (tile_i),
      .rx_valid_i(rx_valid),
      .rx_ready_o(rx_ready),
      .rx_flit_i (rx_flit),
      .tx_valid_o(tx_valid),
      .tx_ready_i(tx_ready),
      .tx_flit_o (tx_flit),
      .sent_i    (sent),
      .elapsed_i,
      .trace_o,
      .wait_o,
      .waiting_o,
      .active_o  (core_active)
  );

  assign active_o = router_active || core_active;
endmodule
