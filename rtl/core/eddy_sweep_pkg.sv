// SPDX-License-Identifier: Apache-2.0
/// What the modules of the sweep path, and users of eddy_emit, hand to each other.
package eddy_sweep_pkg;
  import eddy_pkg::*;

  /// What eddy_emit does with a row.
  typedef enum logic {
    EmitOpen  = 1'b0,  // load the out-axons that the row's events may go to; groups may follow
    EmitClose = 1'b1   // no more groups: send the tokens that are due after this row
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

  /// Row rule of an axon, in two steps around a register: the numerator a * y + b, held to what div_small takes ...
  function automatic logic [15:0] rule_numerator(input logic [4:0] a, input coord_t y, input logic signed [15:0] b);
    logic signed [19:0] sum;
    sum = $signed(20'(17'(a) * 17'(y))) + 20'(b);
    if (sum < 0) return '0;
    // 65535 stands for all above: divided by at most 16 that is 4095, the largest number of rows.
    return (sum > 20'sd65535) ? '1 : sum[15:0];
  endfunction

  /// ... and the quotient, held to `most`.
  function automatic coord_t rule_row(input logic [15:0] numerator, input logic [4:0] d, input coord_t most);
    logic [15:0] quotient;
    quotient = div_small(numerator, d);
    return (quotient > 16'(most)) ? most : coord_t'(quotient);
  endfunction

  /// A row that the sweep works on, as the walk over its pixels needs it.
  typedef struct packed {
    logic [2:0] ky_first;   // window rows inside the slice
    logic [2:0] ky_last;
    logic       odd;        // of the accumulator row at ky_first
    logic       last;       // of the population
    addr_t      acc;        // accumulator address of that row
    addr_t      reference;  // address of the row's first reference
  } sweep_row_t;

  /// One accumulator word on its way from the banks to the delta unit.
  typedef struct packed {
    logic   first;      // position in the pool window
    logic   last;
    logic   half;       // second word of its pair
    logic   pair_end;   // last word of its pair
    logic   pixel_end;  // last word of its pixel
    coord_t x;          // in coordinates of the layer
    chan_t  c;
    addr_t  reference;
  } sweep_beat_t;

  /// What the delta unit lets through: a group to send, and the references of its lanes.
  typedef struct packed {
    group_t           group;
    act_t [Lanes-1:0] reference;
    addr_t            addr;       // of the references
    logic             half;       // they are the upper half of the word
  } sweep_result_t;

  /// Why a population takes no row.
  typedef enum logic [1:0] {
    WaitNone   = 2'd0,  // it is being looked at, may take a row, or is not in use
    WaitInput  = 2'd1,
    WaitCredit = 2'd2   // input is there
  } sweep_wait_e;

  /// Steps of counters in one cycle.
  typedef struct packed {
    logic                       cut;      // CntCut: of events
    logic                       pixels;   // CntPixelsSwept
    logic [$clog2(Lanes+1)-1:0] neurons;  // CntNeuronsSwept ...
    pop_id_t                    pop;      // ... by population
    logic [$clog2(Lanes+1)-1:0] fired;    // CntFired
    logic                       events;   // CntEventsOut
    logic                       tokens;   // CntTokensOut
    logic                       credits;  // CntCreditsOut
    logic                       network;  // CntSweepNetwork
    logic                       credit;   // CntSweepCredit: a level, not a step
    logic                       starved;  // CntSweepInput: a level, not a step
  } sweep_pulse_t;
endpackage
