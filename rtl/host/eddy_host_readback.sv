// SPDX-License-Identifier: Apache-2.0
/// Copies words of a tile's memory, tables or counters to host memory, one read at a time.
module eddy_host_readback
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic               clk_i,
    input  logic               rst_ni,
    // command
    input  logic               start_i,        // only while idle
    input  dest_t              dest_i,
    input  host_addr_t         word_i,
    input  logic        [31:0] count_i,
    input  axi_addr_t          addr_i,
    output logic               done_o,         // pulse; all is in memory
    output host_err_e          code_o,         // with done, as the next
    output logic        [31:0] count_o,
    // reads
    output logic               word_valid_o,
    input  logic               word_ready_i,
    output dest_t              word_dest_o,
    output host_addr_t         word_addr_o,
    input  logic               word_done_i,
    input  logic               word_failed_i,
    input  logic        [31:0] word_data_i,
    // memory
    output write_ask_t         write_o,
    input  write_give_t        write_i,
    output logic               active_o
);
  localparam int unsigned Words = AxiDataBits / 32;
  localparam int unsigned SlotBits = $clog2(Words);

  typedef enum logic [2:0] {
    Idle,
    Ask,
    Answer,
    Store,
    Flush
  } state_e;
  state_e state_q;
  logic failed_q;
  host_addr_t word_q;
  axi_addr_t addr_q;
  logic [31:0] left_q;
  logic [SlotBits-1:0] slot_q;
  write_beat_t beat_q;
  logic last, room, in_memory;

  assign last         = left_q == '0 || failed_q;
  assign word_valid_o = state_q == Ask;
  assign word_addr_o  = word_q;
  assign done_o       = state_q == Flush && in_memory;
  assign code_o       = failed_q ? HostErrWaitAnswer : HostOk;
  assign active_o     = state_q != Idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle:    if (start_i) state_q <= Ask;
        Ask:     if (word_ready_i) state_q <= Answer;
        Answer: begin
          if (word_done_i) state_q <= (word_failed_i || left_q == 32'd1 || slot_q == '1) ? Store : Ask;
        end
        Store:   if (room || beat_q.strb == '0) state_q <= last ? Flush : Ask;
        default: if (done_o) state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      word_dest_o <= dest_i;
      word_q      <= word_i;
      addr_q      <= addr_i;
      left_q      <= count_i;
      slot_q      <= '0;
      failed_q    <= 1'b0;
      count_o     <= '0;
      beat_q.strb <= '0;
    end else if (state_q == Answer && word_done_i) begin
      failed_q <= word_failed_i;
      if (!word_failed_i) begin
        beat_q.data[32*slot_q+:32] <= word_data_i;
        beat_q.strb[4*slot_q+:4]   <= '1;
        word_q                     <= word_q + 1'b1;
        left_q                     <= left_q - 1'b1;
        slot_q                     <= slot_q + 1'b1;
        count_o                    <= count_o + 1'b1;
      end
    end else if (state_q == Store && room) begin
      addr_q      <= addr_q + axi_addr_t'(BeatBytes);
      beat_q.strb <= '0;
    end
  end

  eddy_axi_store u_store (
      .clk_i,
      .rst_ni,
      .valid_i(state_q == Store && beat_q.strb != '0),
      .ready_o(room),
      .store_i('{addr: addr_q, beat: beat_q}),
      .flush_i(state_q == Flush),
      .done_o (in_memory),
      .write_o,
      .write_i
  );
endmodule
