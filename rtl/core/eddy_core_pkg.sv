// SPDX-License-Identifier: Apache-2.0
/// What the modules of the integrate path hand to each other, and what it counts.
package eddy_core_pkg;
  import eddy_pkg::*;

  parameter int unsigned RunBits = 18;  // index of a run of Lanes weights
  parameter int unsigned MarkSeqBits = 4;  // marks are numbered modulo 2^MarkSeqBits

  typedef logic [RunBits-1:0] run_t;
  typedef logic [MarkSeqBits-1:0] mark_seq_t;

  function automatic logic [BankBits-1:0] bank_of(input addr_t addr);
    return {addr[AddrBits-1-:BankBits-1], addr[0]};
  endfunction

  /// What an event hits on one axis: outputs o + j * out_step at taps k + j * tap_step, j = 0..extra.
  typedef struct packed {
    logic   hit;
    coord_t o;
    coord_t k;
    coord_t extra;  // hits after the first
  } axis_hit_t;

  /// What the last stages of decode need of a port.
  typedef struct packed {
    pop_id_t    pop;
    logic [2:0] y_tap_step;
    logic [3:0] y_out_step;
    logic [2:0] x_tap_step;
    logic [3:0] x_out_step;
    chan_t      c0;
    logic       depthwise;
    logic [1:0] dw_shift;
    logic       c_lane;
    weight_e    format;
    code_addr_t code_base;
    logic       fp16;
    logic [5:0] point;
    addr_t      w_base;
    run_t       w_c;
    run_t       w_y;
    run_t       w_x;
    addr_t      acc_base;
    addr_t      acc_row;
    logic [7:0] acc_words;
    logic [7:0] word0;
    logic [7:0] words;
    logic       flip;
  } port_address_t;

  function automatic port_address_t address_part(input port_t port);
    return
    '{
        pop: port.pop,
        y_tap_step: port.y.tap_step,
        y_out_step: port.y.out_step,
        x_tap_step: port.x.tap_step,
        x_out_step: port.x.out_step,
        c0: port.c0,
        depthwise: port.depthwise,
        dw_shift: port.dw_shift,
        c_lane: port.c_lane,
        format: port.format,
        code_base: port.code_base,
        fp16: port.fp16,
        point: port.point,
        w_base: port.w_base,
        w_c: port.w_c,
        w_y: port.w_y,
        w_x: port.w_x,
        acc_base: port.acc_base,
        acc_row: port.acc_row,
        acc_words: port.acc_words,
        word0: port.word0,
        words: port.words,
        flip: port.flip
    }
    ;
  endfunction

  /// A decoded event, ready to be walked, or a token.
  typedef struct packed {
    logic       token;       // then only axon, pop, row, parity and last count
    pop_id_t    pop;
    axon_id_t   axon;
    coord_t     row;
    logic       parity;
    logic       last;
    logic       hit;         // touches at least one accumulator
    port_id_t   port;
    act_t       value;
    weight_e    format;
    code_addr_t code_base;
    logic       fp16;        // the value is FP16
    logic [5:0] point;
    addr_t      w_base;
    addr_t      acc;         // first word of the first pixel
    run_t       run;         // its weights
    addr_t      acc_y;       // steps to the next kernel row and column
    addr_t      acc_x;
    run_t       run_y;
    run_t       run_x;
    logic       odd;         // the accumulator phase is turned in the first row ...
    logic       odd_step;    // ... and turns from one row to the next
    logic [7:0] words;
    coord_t     rows_extra;
    coord_t     cols_extra;
    coord_t     y;           // first output row, step to the next; first and last output column
    logic [3:0] y_step;
    coord_t     x;
    coord_t     x_last;
  } job_t;

  /// One step of the MAC: one accumulator word, or only a token that passes by.
  typedef struct packed {
    logic       word;        // there is a word
    pop_id_t    pop;
    addr_t      acc;
    addr_t      weight;      // word that holds the run
    logic [3:0] run;         // its place in the word
    weight_e    format;
    code_addr_t code_base;
    act_t       value;
    logic       fp16;        // the value is FP16
    logic [5:0] point;
    logic       final_word;  // last word of its event
    progress_t  token;       // leaves behind this word
    mark_seq_t  marks;       // marks that were handed over before the token
  } op_t;

  /// Columns of one accumulator row that an event touches.
  typedef struct packed {
    port_id_t port;
    coord_t   y;
    coord_t   x;
    coord_t   x_last;
  } mark_t;

  /// What the integrate path counts. Steps in one cycle, but for the peak.
  typedef struct packed {
    logic    event_in;       // CntEventsIn ...
    pop_id_t event_pop;      // ... by population
    logic    mac_word;       // CntMacWords ...
    pop_id_t mac_pop;        // ... by population
    logic    mac_waiting;    // CntMacWaiting: an event waits or is being walked
    logic    bubble_phase;   // CntBubble*: an event waits, the MAC took no word, and this is why
    logic    bubble_steal;
    logic    bubble_weight;
    logic    bubble_decode;
    logic    bubble_mark;
    logic    cut;            // CntCut
    count_t  queue_peak;     // CntQueuePeak: a level, not a step
  } integrate_pulse_t;
endpackage
