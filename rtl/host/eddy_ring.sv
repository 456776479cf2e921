// SPDX-License-Identifier: Apache-2.0
/// Ring of descriptors in host memory: fetches one ahead, hands them on in order, writes back how they ended.
///
/// `head` (posted by the host) and `tail_o` (completed) count descriptors modulo 2^16. The tail moves when
/// memory has confirmed the completion: whoever sees the tail finds it in memory.
`include "eddy_assert.svh"

module eddy_ring
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    input  ring_config_t        config_i,
    input  logic                restart_i,     // empty: what was posted and not completed is forgotten
    output logic         [15:0] tail_o,
    output logic                busy_o,
    // memory
    output read_ask_t           read_o,
    input  read_give_t          read_i,
    output write_ask_t          write_o,
    input  write_give_t         write_i,
    // descriptors, in order
    output logic                valid_o,
    input  logic                ready_i,
    output descriptor_t         descriptor_o,
    // the end of the descriptor taken last
    input  logic                done_valid_i,
    output logic                done_ready_o,
    input  completion_t         done_i,
    input  logic                irq_i,
    output logic                irq_o          // pulse, when the tail has moved on
);
  function automatic axi_addr_t place(input logic [15:0] index);
    logic [15:0] slot;
    slot = index & ~(16'hFFFF << config_i.size);
    return config_i.base + (axi_addr_t'(slot) << $clog2(DescriptorBytes));
  endfunction

  // ------------------------------------------------------------- fetch
  localparam int unsigned CompletionOffset = DescriptorBytes / 2;
  localparam int unsigned StepBits = $clog2(DescriptorBeats);
  logic [15:0] fetched_q;
  logic start, fetching_q, fetch_busy, beat_valid;
  logic [StepBits-1:0] step_q;
  beat_t beat;
  descriptor_t descriptor_q;

  assign start = config_i.head != fetched_q && !fetching_q && !valid_o && !fetch_busy && !restart_i;

  eddy_axi_fetch #(
      .Depth(DescriptorBeats)
  ) u_fetch (
      .clk_i,
      .rst_ni,
      .start_i(start),
      .addr_i (place(fetched_q)),
      .beats_i(32'(DescriptorBeats)),
      .drop_i (!fetching_q),
      .busy_o (fetch_busy),
      .read_o,
      .read_i,
      .valid_o(beat_valid),
      .ready_i(1'b1),
      .data_o (beat)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fetched_q  <= '0;
      fetching_q <= 1'b0;
      step_q     <= '0;
      valid_o    <= 1'b0;
    end else if (restart_i) begin
      fetched_q  <= config_i.head;
      fetching_q <= 1'b0;
      step_q     <= '0;
      valid_o    <= 1'b0;
    end else begin
      if (start) begin
        fetched_q  <= fetched_q + 1'b1;
        fetching_q <= 1'b1;
      end
      if (beat_valid) begin
        step_q <= step_q + 1'b1;
        if (step_q == StepBits'(DescriptorBeats - 1)) begin
          fetching_q <= 1'b0;
          valid_o    <= 1'b1;
        end
      end
      if (valid_o && ready_i) valid_o <= 1'b0;
    end
  end
  // The first beat shifts down to the low end.
  always_ff @(posedge clk_i) begin
    if (beat_valid) descriptor_q <= {beat, descriptor_q[$bits(descriptor_t)-1:AxiDataBits]};
  end
  assign descriptor_o = descriptor_q;

  // ------------------------------------------------------------- completion
  typedef enum logic [1:0] {
    Idle,
    Store,  // beats of the completion
    Flush   // until memory has them
  } state_e;
  state_e state_q;
  logic [$clog2(CompletionBeats)-1:0] word_q;
  logic room, in_memory, stored, irq_q;
  store_t store;

  assign done_ready_o = state_q == Store && room && word_q == '1;
  assign stored       = state_q == Flush && in_memory;
  assign store.addr   = place(tail_o) + axi_addr_t'(CompletionOffset) + (axi_addr_t'(word_q) << $clog2(BeatBytes));
  assign store.beat   = '{data: done_i[AxiDataBits*word_q+:AxiDataBits], strb: '1};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      word_q  <= '0;
      tail_o  <= '0;
      irq_o   <= 1'b0;
    end else begin
      irq_o <= stored && irq_q;
      unique case (state_q)
        Idle: if (done_valid_i) state_q <= Store;
        Store:
        if (room) begin
          word_q <= word_q + 1'b1;
          if (word_q == '1) state_q <= Flush;
        end
        default:
        if (stored) begin
          state_q <= Idle;
          tail_o  <= tail_o + 1'b1;
        end
      endcase
      if (restart_i) tail_o <= config_i.head;
    end
  end

  always_ff @(posedge clk_i) begin
    if (done_valid_i && done_ready_o) irq_q <= irq_i;
  end

  eddy_axi_store #(
      .Depth(CompletionBeats)
  ) u_store (
      .clk_i,
      .rst_ni,
      .valid_i(state_q == Store),
      .ready_o(room),
      .store_i(store),
      .flush_i(state_q == Flush),
      .done_o (in_memory),
      .write_o,
      .write_i
  );

  assign busy_o = start || fetch_busy || state_q != Idle || irq_o;

  `EDDY_ASSUME(DescriptorAligned, !start || config_i.base[$clog2(DescriptorBytes)-1:0] == '0)
endmodule
