// SPDX-License-Identifier: Apache-2.0
/// What the modules of the sweep path, and users of eddy_emit, hand to each other.
package eddy_sweep_pkg;
  import eddy_pkg::*;

  /// What eddy_emit does with a row.
  typedef enum logic [1:0] {
    EmitOpen  = 2'd0,  // load the out-axons that the row's events may go to; groups may follow
    EmitSave  = 2'd1,  // no more groups: store the counts, send no token yet
    EmitClose = 2'd2   // as EmitSave, then send the tokens that are due after this row
  } emit_op_e;

  /// A row and the out-axons of its population.
  typedef struct packed {
    coord_t            y;          // in coordinates of the layer
    logic              parity;     // of the frame
    logic [3:0]        xbits;      // pos = y << (xbits + cbits) | x << cbits | c
    logic [4:0]        cbits;
    axon_id_t          out_first;
    logic [AxonBits:0] out_count;
  } emit_row_t;

  /// Why a population takes no row.
  typedef enum logic [1:0] {
    WaitNone   = 2'd0,  // it is being looked at, may take a row, or is not in use
    WaitInput  = 2'd1,
    WaitCredit = 2'd2   // input is there
  } sweep_wait_e;

  /// Steps of counters in one cycle.
  typedef struct packed {
    logic                     pixels;   // CntPixelsSwept
    logic [$clog2(Lanes+1)-1:0] neurons;  // CntNeuronsSwept
    logic [$clog2(Lanes+1)-1:0] fired;    // CntFired
    logic                     events;   // CntEventsOut
    logic                     tokens;   // CntTokensOut
    logic                     credits;  // CntCreditsOut
    logic                     network;  // CntSweepNetwork
    logic                     credit;   // CntSweepCredit
  } sweep_pulse_t;
endpackage
