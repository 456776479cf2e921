// SPDX-License-Identifier: Apache-2.0
/// Types of the network on chip: ports of a router, what runs on a link, and the rule of one ring.
package eddy_noc_pkg;
  import eddy_pkg::*;

  /// Ports of a router. North is towards smaller y, east towards larger x; the east output of a tile feeds the west
  /// input of its neighbour.
  typedef enum logic [2:0] {
    PortNorth = 3'd0,
    PortEast  = 3'd1,
    PortSouth = 3'd2,
    PortWest  = 3'd3,
    PortCore  = 3'd4,
    PortIo    = 3'd5
  } port_e;
  parameter int unsigned NumLinks = 4;
  parameter int unsigned NumPorts = 6;

  typedef logic [NumPorts-1:0] ports_t;  // one bit a port
  typedef logic [MaxVcs-1:0] vcs_t;  // one bit a virtual channel

  /// One direction of a link. A flit is there for one cycle: credits guarantee that it has room.
  typedef struct packed {
    logic  valid;
    logic  vc;
    flit_t flit;
  } link_t;

  /// Against that direction: a pulse a channel for each place that became free.
  typedef vcs_t link_credit_t;

  /// Where a flit leaves the router (one-hot), and on which channel.
  typedef struct packed {
    ports_t out;
    logic   vc;
  } route_t;

  typedef logic [3:0] coord4_t;

  typedef struct packed {
    logic move;     // not there yet
    logic forward;  // towards larger coordinates
    logic vc;
  } step_t;

  /// The next step from `pos` to `dest` on a ring whose last tile is `last`.
  ///
  /// Shortest way; `tie` decides where both are equal, which can be at the start only. A flit that crosses the wrap link
  /// is on channel 0 before it, on channel 1 from it on. All others keep the channel on which they `enter` the ring: the
  /// one that such flits leave free in that half of the ring; `even` decides where both are alike.
  function automatic step_t ring_step(input coord4_t pos, input coord4_t last, input coord4_t dest, input logic tie,
                                      input logic even, input logic enters, input logic vc);
    logic [4:0] size, ahead, sum;
    logic at_wrap, crosses;
    step_t step;
    size = 5'(last) + 5'd1;
    ahead = 5'(dest) - 5'(pos) + ((dest < pos) ? size : 5'd0);
    sum = 5'(pos) + 5'(dest);
    step.move = dest != pos;
    step.forward = ({ahead, 1'b0} < 6'(size)) || (({ahead, 1'b0} == 6'(size)) && tie);
    at_wrap = step.forward ? (pos == last) : (pos == '0);
    crosses = step.forward ? (dest < pos) : (dest > pos);
    if (!enters) step.vc = at_wrap || vc;
    else if (crosses) step.vc = at_wrap;
    else if (sum == 5'(last)) step.vc = even;
    else step.vc = (sum > 5'(last)) == step.forward;
    return step;
  endfunction
endpackage
