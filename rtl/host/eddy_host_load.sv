// SPDX-License-Identifier: Apache-2.0
/// Works through a list of load records from memory: as writes to tiles, as read-backs (fence), or as writes to the
/// gateway's own tables.
///
/// A record a cycle (fence: one round trip). When a read-back fails, the rest of the list is dropped.
module eddy_host_load
  import eddy_pkg::*, eddy_host_pkg::*;
(
    input  logic              clk_i,
    input  logic              rst_ni,
    // command
    input  logic              start_i,        // only while idle
    input  op_e               op_i,           // OpLoad, OpFence or OpTable
    input  logic       [31:0] count_i,
    output logic              done_o,         // pulse
    output host_err_e         code_o,         // with done, as the next
    output logic       [31:0] count_o,
    // records, RecordsPerBeat a beat
    input  logic              valid_i,
    output logic              ready_o,
    input  beat_t             data_i,
    output logic              drop_o,
    input  logic              fetch_busy_i,
    // writes to tiles
    output logic              tx_valid_o,
    input  logic              tx_ready_i,
    output flit_t             tx_flit_o,
    // read-backs
    output logic              word_valid_o,
    input  logic              word_ready_i,
    output dest_t             word_dest_o,
    output host_addr_t        word_addr_o,
    input  logic              word_done_i,
    input  logic              word_failed_i,
    // writes to the own tables
    output logic              table_valid_o,
    input  logic              table_ready_i,
    output host_addr_t        table_addr_o,
    output logic       [31:0] table_data_o,
    output logic              active_o
);
  localparam int unsigned SlotBits = $clog2(RecordsPerBeat);

  typedef enum logic [1:0] {
    Idle,
    Work,
    Answer,  // of a read-back
    Drop
  } state_e;
  state_e state_q;
  op_e op_q;
  logic [31:0] left_q;
  logic [SlotBits-1:0] slot_q;
  load_t load;
  assign load = load_t'(data_i[64*slot_q+:64]);

  logic offer, taken, finished;
  assign offer         = state_q == Work && valid_i && left_q != '0;
  assign tx_valid_o    = offer && op_q == OpLoad;
  assign word_valid_o  = offer && op_q == OpFence;
  assign table_valid_o = offer && op_q == OpTable;
  write_t body;
  assign body         = '{addr: load.addr, data: load.data, unused: '0};
  assign tx_flit_o    = '{kind: KindWrite, dest: load.dest, body: body};
  assign word_dest_o  = load.dest;
  assign word_addr_o  = load.addr;
  assign table_addr_o = load.addr;
  assign table_data_o = load.data;

  always_comb begin
    unique case (op_q)
      OpLoad:  taken = tx_valid_o && tx_ready_i;
      OpFence: taken = word_valid_o && word_ready_i;
      default: taken = table_valid_o && table_ready_i;
    endcase
  end

  assign ready_o  = taken && (slot_q == '1 || left_q == 32'd1);
  assign drop_o   = state_q == Drop;
  assign finished = (state_q == Work && left_q == '0) || (state_q == Drop && !fetch_busy_i);
  assign done_o   = finished;
  assign code_o   = drop_o ? HostErrWaitAnswer : HostOk;
  assign active_o = state_q != Idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      unique case (state_q)
        Idle:    if (start_i) state_q <= Work;
        Work: begin
          if (finished) state_q <= Idle;
          else if (taken && op_q == OpFence) state_q <= Answer;
        end
        Answer:  if (word_done_i) state_q <= word_failed_i ? Drop : Work;
        default: if (finished) state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      op_q    <= op_i;
      left_q  <= count_i;
      slot_q  <= '0;
      count_o <= '0;
    end else if (taken) begin
      left_q  <= left_q - 1'b1;
      slot_q  <= slot_q + 1'b1;
      count_o <= count_o + 1'b1;
    end
  end
endmodule
