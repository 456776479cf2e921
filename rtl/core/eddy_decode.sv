// SPDX-License-Identifier: Apache-2.0
/// Decode: turns events into jobs for the walk by the tables of in-axons and ports; tokens pass along, in order.
///
///   1 in-axon | 2 port, position | 3-7 axes (eddy_axis) | 8-9 addresses (eddy_decode_address)
///
/// One event or token a cycle, latency 9 cycles. A stage moves when the next one is free or moves, so bubbles close up.
/// The port table is kept twice: its axes are read at stage 2, its addresses at stage 7.
module eddy_decode
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  table_write_t table_i,
    // events and tokens
    input  logic         valid_i,
    output logic         ready_o,
    input  entry_t       entry_i,
    // jobs
    output logic         job_valid_o,
    input  logic         job_ready_i,
    output job_t         job_o,
    // an event was decoded
    output logic         event_o,
    output pop_id_t      event_pop_o,
    output logic         active_o
);
  // ---------------------------------------------------------------- control
  localparam int unsigned Last = 9;
  logic [Last:1] valid_q, ready, en;

  always_comb begin
    ready[Last] = !valid_q[Last] || job_ready_i;
    for (int unsigned s = Last - 1; s > 0; s--) ready[s] = !valid_q[s] || ready[s+1];
    en[1] = valid_i && ready[1];
    for (int unsigned s = 2; s <= Last; s++) en[s] = valid_q[s-1] && ready[s];
  end
  assign ready_o     = ready[1];
  assign job_valid_o = valid_q[Last];
  assign active_o    = valid_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
    end else begin
      for (int unsigned s = 1; s <= Last; s++) begin
        if (ready[s]) valid_q[s] <= en[s];
      end
    end
  end

  // ---------------------------------------------------------------- 1: in-axon
  entry_t   entry_q;
  in_axon_t axon;
  event_t arriving, event1;
  assign arriving = event_t'(entry_i.body);  // the axon has its place in tokens too
  assign event1   = event_t'(entry_q.body);

  always_ff @(posedge clk_i) begin
    if (en[1]) entry_q <= entry_i;
  end

  eddy_ram_1r1w #(
      .Words(MaxAxons),
      .Width($bits(in_axon_t))
  ) u_axons (
      .clk_i,
      .we_i   (table_i.valid && table_i.sel == TabInAxon),
      .waddr_i(table_i.index[AxonBits-1:0]),
      .wdata_i(table_i.data[$bits(in_axon_t)-1:0]),
      .re_i   (en[1]),
      .raddr_i(arriving.axon),
      .rdata_o(axon)
  );

  // ---------------------------------------------------------------- 2: port and position
  typedef struct packed {
    logic                token;
    port_id_t            port;
    logic [BodyBits-1:0] body;   // of events: the position is the channel alone
  } tag_t;

  tag_t tag_q[2:7];
  coord_t y_q, x_q;
  event_t event2;
  always_comb begin
    event2     = event1;
    event2.pos = event1.pos & ~(pos_t'('1) << axon.cbits);
  end

  always_ff @(posedge clk_i) begin
    if (en[2]) begin
      tag_q[2] <= '{token: entry_q.token, port: axon.port, body: entry_q.token ? entry_q.body : event2};
      if (!entry_q.token) begin
        y_q <= coord_t'(event1.pos >> (5'(axon.xbits) + axon.cbits));
        x_q <= coord_t'(event1.pos >> axon.cbits) & ~(coord_t'('1) << axon.xbits);
      end
    end
    for (int unsigned s = 3; s <= 7; s++) if (en[s]) tag_q[s] <= tag_q[s-1];
  end

  typedef struct packed {
    axis_t y;
    axis_t x;
  } axes_t;
  port_t written;
  port_address_t addresses;
  axes_t axes;
  logic write_port;
  assign written    = port_t'(table_i.data[$bits(port_t)-1:0]);
  assign write_port = table_i.valid && table_i.sel == TabPort;

  eddy_ram_1r1w #(
      .Words(MaxPorts),
      .Width($bits(axes_t))
  ) u_axes (
      .clk_i,
      .we_i   (write_port),
      .waddr_i(table_i.index[PortBits-1:0]),
      .wdata_i({written.y, written.x}),
      .re_i   (en[2]),
      .raddr_i(axon.port),
      .rdata_o(axes)
  );

  // ---------------------------------------------------------------- 3-7: axes; 7: addresses of the port
  logic [4:0] en_axis;
  for (genvar s = 0; s < 5; s++) begin : gen_en_axis
    assign en_axis[s] = en[s+3] && !tag_q[s+2].token;
  end

  axis_hit_t hit_y, hit_x;
  eddy_axis u_y (
      .clk_i,
      .en_i   (en_axis),
      .axis_i (axes.y),
      .coord_i(y_q),
      .hit_o  (hit_y)
  );
  eddy_axis u_x (
      .clk_i,
      .en_i   (en_axis),
      .axis_i (axes.x),
      .coord_i(x_q),
      .hit_o  (hit_x)
  );

  eddy_ram_1r1w #(
      .Words(MaxPorts),
      .Width($bits(port_address_t))
  ) u_addresses (
      .clk_i,
      .we_i   (write_port),
      .waddr_i(table_i.index[PortBits-1:0]),
      .wdata_i(address_part(written)),
      .re_i   (en[7]),
      .raddr_i(tag_q[6].port),
      .rdata_o(addresses)
  );

  // ---------------------------------------------------------------- 8-9: addresses
  assign event_o     = en[8] && !tag_q[7].token;
  assign event_pop_o = addresses.pop;
  eddy_decode_address u_address (
      .clk_i,
      .en_i   ({en[9], en[8]}),
      .token_i(tag_q[7].token),
      .id_i   (tag_q[7].port),
      .port_i (addresses),
      .y_i    (hit_y),
      .x_i    (hit_x),
      .event_i(event_t'(tag_q[7].body)),
      .body_i (token_t'(tag_q[7].body)),
      .job_o
  );
endmodule
