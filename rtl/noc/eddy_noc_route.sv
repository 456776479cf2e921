// SPDX-License-Identifier: Apache-2.0
/// Route of one flit: x ring first, then y ring, then out at the core or i/o end.
///
/// Combinational. Depends on where the flit came in, its channel and its destination only, so that all flits between
/// one source and one destination take one path on one channel, and stay in order.
module eddy_noc_route
  import eddy_pkg::*;
  import eddy_noc_pkg::*;
#(
    parameter port_e From = PortCore
) (
    input  tile_id_t tile_i,   // own coordinates
    input  tile_id_t last_i,   // of the torus' last tile
    input  logic     valid_i,
    input  logic     vc_i,     // channel on which it came; of no account from the local ends
    input  dest_t    dest_i,
    output route_t   route_o   // 0 without a flit
);
  localparam bit OnX = From == PortEast || From == PortWest;
  localparam bit OnY = From == PortNorth || From == PortSouth;

  // Where both ways round are equally long, neighbours go opposite ways.
  logic tie;
  assign tie = tile_i.x[0] ^ tile_i.y[0];

  step_t x, y;
  always_comb begin
    x = '0;
    y = '0;
    route_o = '0;
    if (valid_i) begin
      if (!OnY) x = ring_step(tile_i.x, last_i.x, dest_i.tile.x, tie, dest_i.tile.y[0], !OnX, vc_i);
      if (x.move) begin
        route_o.out[x.forward?PortEast : PortWest] = 1'b1;
        route_o.vc = x.vc;
      end else begin
        y = ring_step(tile_i.y, last_i.y, dest_i.tile.y, tie, dest_i.tile.x[0], !OnY, vc_i);
        if (y.move) route_o.out[y.forward?PortSouth : PortNorth] = 1'b1;
        else route_o.out[dest_i.io?PortIo : PortCore] = 1'b1;
        route_o.vc = y.move && y.vc;
      end
    end
  end
endmodule
