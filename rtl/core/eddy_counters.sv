// SPDX-License-Identifier: Apache-2.0
/// Counters of a tile: what was done, and why it was not.
///
/// Steps pass a register before they are added. Waiting is a level: while a tile waits its clock may be off, so these counters
/// add `elapsed_i`, the clock cycles since the last edge that came through (1 where nothing gates the clock).
module eddy_counters
  import eddy_pkg::*, eddy_core_pkg::*, eddy_sweep_pkg::*, eddy_noc_pkg::*;
(
    input  logic                            clk_i,
    input  logic                            rst_ni,
    input  logic                            clear_i,
    input  logic             [        31:0] elapsed_i,
    // what is counted
    input  integrate_pulse_t                integrate_i,
    input  sweep_pulse_t                    sweep_i,
    input  logic             [MemPorts-1:0] read_i,       // words out of the banks, and into them
    input  logic             [MemPorts-1:0] write_i,
    input  ports_t                          sent_i,
    // the word at a register's address, zero where there is none
    input  logic             [         7:0] addr_i,
    output logic             [        31:0] data_o,
    output logic                            active_o
);
  typedef logic [CounterBits-1:0] counter_t;
  typedef logic [$clog2(MemPorts+1)-1:0] step_t;

  // ------------------------------------------------------------- of the tile
  step_t [NumCounters-1:0] step, step_q;
  always_comb begin
    step                  = '0;
    step[CntEventsIn]     = step_t'(integrate_i.event_in);
    step[CntMacWords]     = step_t'(integrate_i.mac_word);
    step[CntMacWaiting]   = step_t'(integrate_i.mac_waiting);
    step[CntBubblePhase]  = step_t'(integrate_i.bubble_phase);
    step[CntBubbleSteal]  = step_t'(integrate_i.bubble_steal);
    step[CntBubbleWeight] = step_t'(integrate_i.bubble_weight);
    step[CntBubbleDecode] = step_t'(integrate_i.bubble_decode);
    step[CntBubbleMark]   = step_t'(integrate_i.bubble_mark);
    step[CntPixelsSwept]  = step_t'(sweep_i.pixels);
    step[CntNeuronsSwept] = step_t'(sweep_i.neurons);
    step[CntFired]        = step_t'(sweep_i.fired);
    step[CntEventsOut]    = step_t'(sweep_i.events);
    step[CntTokensOut]    = step_t'(sweep_i.tokens);
    step[CntCreditsOut]   = step_t'(sweep_i.credits);
    step[CntSweepNetwork] = step_t'(sweep_i.network);
    step[CntRamReads]     = step_t'($countones(read_i));
    step[CntRamWrites]    = step_t'($countones(write_i));
    step[CntFlitsNorth]   = step_t'(sent_i[PortNorth]);
    step[CntFlitsEast]    = step_t'(sent_i[PortEast]);
    step[CntFlitsSouth]   = step_t'(sent_i[PortSouth]);
    step[CntFlitsWest]    = step_t'(sent_i[PortWest]);
    step[CntFlitsCore]    = step_t'(sent_i[PortCore]);
    step[CntFlitsIo]      = step_t'(sent_i[PortIo]);
    step[CntCut]          = step_t'(integrate_i.cut) + step_t'(sweep_i.cut);
  end

  logic busy_q;
  counter_t count_q[NumCounters];
  counter_t credit_q, starved_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      step_q <= '0;
    end else begin
      busy_q <= step != '0;
      if (busy_q || step != '0) step_q <= step;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < NumCounters; i++) count_q[i] <= '0;
    end else if (clear_i) begin
      for (int unsigned i = 0; i < NumCounters; i++) count_q[i] <= '0;
    end else if (busy_q) begin
      for (int unsigned i = 0; i < NumCounters; i++) begin
        if (step_q[i] != '0) count_q[i] <= count_q[i] + counter_t'(step_q[i]);
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      credit_q  <= '0;
      starved_q <= '0;
    end else if (clear_i) begin
      credit_q  <= '0;
      starved_q <= '0;
    end else begin
      if (sweep_i.credit) credit_q <= credit_q + counter_t'(elapsed_i);
      if (sweep_i.starved) starved_q <= starved_q + counter_t'(elapsed_i);
    end
  end
  assign active_o = busy_q;

  // ------------------------------------------------------------- of populations
  pop_id_t event_pop_q, mac_pop_q, sweep_pop_q;
  always_ff @(posedge clk_i) begin
    if (integrate_i.event_in) event_pop_q <= integrate_i.event_pop;
    if (integrate_i.mac_word) mac_pop_q <= integrate_i.mac_pop;
    if (sweep_i.neurons != '0) sweep_pop_q <= sweep_i.pop;
  end

  counter_t events_q[MaxPops], words_q[MaxPops], neurons_q[MaxPops];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned p = 0; p < MaxPops; p++) begin
        events_q[p]  <= '0;
        words_q[p]   <= '0;
        neurons_q[p] <= '0;
      end
    end else if (clear_i) begin
      for (int unsigned p = 0; p < MaxPops; p++) begin
        events_q[p]  <= '0;
        words_q[p]   <= '0;
        neurons_q[p] <= '0;
      end
    end else if (busy_q) begin
      if (step_q[CntEventsIn] != '0) events_q[event_pop_q] <= events_q[event_pop_q] + 1'b1;
      if (step_q[CntMacWords] != '0) words_q[mac_pop_q] <= words_q[mac_pop_q] + 1'b1;
      if (step_q[CntNeuronsSwept] != '0) begin
        neurons_q[sweep_pop_q] <= neurons_q[sweep_pop_q] + counter_t'(step_q[CntNeuronsSwept]);
      end
    end
  end

  // ------------------------------------------------------------- reads
  logic [6:0] word;
  counter_t   value;
  pop_id_t    pop;
  assign word = addr_i[6:0] - RegCounters[6:0];
  assign pop  = addr_i[6:3];

  always_comb begin
    value = '0;
    if (addr_i >= RegPopCounters) begin
      unique case (addr_i[2:1])
        PopEventsIn:     value = events_q[pop];
        PopMacWords:     value = words_q[pop];
        PopNeuronsSwept: value = neurons_q[pop];
        default:         value = '0;
      endcase
    end else if (addr_i >= RegCounters) begin
      unique case (word[6:1])
        CntSweepCredit: value = credit_q;
        CntSweepInput:  value = starved_q;
        CntQueuePeak:   value = counter_t'(integrate_i.queue_peak);
        default:        if (word[6:1] < 6'(NumCounters)) value = count_q[word[5:1]];
      endcase
    end
  end
  assign data_o = addr_i[0] ? 32'(value[CounterBits-1:32]) : value[31:0];
endmodule
