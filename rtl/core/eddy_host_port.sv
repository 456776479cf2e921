// SPDX-License-Identifier: Apache-2.0
/// The host's window into a tile: RAM words, table entries, registers and counters, by write and read messages in order.
///
/// A table entry is gathered word by word and broadcast when its last word comes. One read may be outstanding: its answer waits
/// in a register of its own, so a read needs no room in the network to be taken. A second read before the answer left is dropped
/// as an error. The fill engine writes zeros to a range of RAM, a word a cycle where the banks allow; until it is done,
/// accesses to the RAM wait, so that what comes behind a fill finds it done.
module eddy_host_port
  import eddy_pkg::*;
(
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  tile_id_t                  tile_id_i,
    // write and read messages
    input  logic                      valid_i,
    output logic                      ready_o,
    input  flit_t                     flit_i,
    // answers
    output logic                      answer_valid_o,
    input  logic                      answer_ready_i,
    output flit_t                     answer_o,
    // banks
    output mem_req_t                  mem_o,
    input  logic                      mem_gnt_i,
    input  word_t                     mem_rdata_i,
    // tables and registers
    output table_write_t              table_o,
    output logic                      reg_we_o,
    output logic         [       7:0] reg_addr_o,
    output logic         [      31:0] reg_wdata_o,
    input  logic         [      31:0] reg_rdata_i,
    output logic         [AddrBits:0] fill_left_o,
    output logic                      error_valid_o,
    output error_t                    error_o,
    output logic                      active_o
);
  // ------------------------------------------------------------- decode
  write_t wr;
  read_t  rd;
  assign wr = write_t'(flit_i.body);
  assign rd = read_t'(flit_i.body);

  logic is_write, is_ram, is_reg, is_table, is_entry;
  table_e sel;
  logic [3:0] word;
  logic [12:0] index;
  assign is_write = flit_i.kind == KindWrite;
  assign sel      = table_e'(wr.addr[16:13]);
  assign is_ram   = wr.addr[17:16] == 2'b00;
  assign is_reg   = wr.addr[17] && sel == TabRegs && wr.addr[12:8] == '0;
  assign is_table = wr.addr[17] && sel <= TabCode;
  // Place in the entry, and which entry.
  assign word     = wr.addr[3:0] & ~(4'hF << step(sel));
  assign index    = wr.addr[12:0] >> step(sel);
  assign is_entry = is_table && word <= last_word(sel) && index < entries(sel);

  function automatic logic [3:0] step(input table_e t);  // log2 of the entry's stride in words
    unique case (t)
      TabPort, TabPop, TabParam: return 4'd4;
      TabOutAxon:                return 4'd3;
      default:                   return 4'd0;
    endcase
  endfunction

  function automatic logic [12:0] entries(input table_e t);
    unique case (t)
      TabPort:  return 13'(MaxPorts);
      TabPop:   return 13'(MaxPops);
      TabParam: return 13'(MaxParams);
      TabMark:  return 13'(MarkWords);
      TabCode:  return 13'(MaxCodes);
      default:  return 13'(MaxAxons);
    endcase
  endfunction

  function automatic logic [3:0] last_word(input table_e t);
    unique case (t)
      TabPort:    return 4'(WordsPort - 1);
      TabPop:     return 4'(WordsPop - 1);
      TabParam:   return 4'(WordsParam - 1);
      TabOutAxon: return 4'(WordsOutAxon - 1);
      default:    return 4'd0;
    endcase
  endfunction

  // ------------------------------------------------------------- answer register
  logic answer_busy_q, answer_ram_q, answer_fresh_q;
  flit_t answer_q;
  logic [1:0] lane_q;
  logic take_read;

  logic ram_access, filling;
  assign ram_access = valid_i && is_ram && (is_write || !answer_busy_q);
  assign filling    = fill_left_o != '0;
  assign ready_o    = !ram_access || (!filling && mem_gnt_i);
  assign take_read = valid_i && ready_o && !is_write && !answer_busy_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      answer_busy_q  <= 1'b0;
      answer_fresh_q <= 1'b0;
    end else begin
      answer_fresh_q <= take_read && is_ram;
      if (take_read) answer_busy_q <= 1'b1;
      else if (answer_valid_o && answer_ready_i) answer_busy_q <= 1'b0;
    end
  end

  write_t answer_body;
  assign answer_body = '{addr: rd.addr, data: is_reg ? reg_rdata_i : '0, unused: '0};

  logic [31:0] ram_lane_q;
  always_ff @(posedge clk_i) begin
    if (take_read) begin
      answer_q     <= '{kind: KindAnswer, dest: rd.reply, body: answer_body};
      answer_ram_q <= is_ram;
      lane_q       <= rd.addr[1:0];
    end
    if (answer_fresh_q) ram_lane_q <= mem_rdata_i[32*lane_q+:32];
  end

  write_t ram_body;
  always_comb begin
    ram_body      = write_t'(answer_q.body);
    ram_body.data = ram_lane_q;
    answer_o      = answer_q;
    if (answer_ram_q) answer_o.body = ram_body;
  end
  assign answer_valid_o = answer_busy_q && !answer_fresh_q;

  // ------------------------------------------------------------- tables
  logic [TableDataBits-1:0] staged_q, merged;
  logic table_write;
  assign table_write = valid_i && is_write && is_entry;

  always_comb begin
    merged = staged_q;
    if (table_write) merged[32*word+:32] = wr.data;
  end

  always_ff @(posedge clk_i) begin
    if (table_write) staged_q <= merged;
  end

  // The broadcast is a register, so that the entry's wide fan-out starts from flip-flops.
  logic commit, committed_q;
  table_e sel_q;
  logic [TableIndexBits-1:0] index_q;
  logic [TableDataBits-1:0] data_q;
  assign commit = table_write && word == last_word(sel);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) committed_q <= 1'b0;
    else committed_q <= commit;
  end
  always_ff @(posedge clk_i) begin
    if (commit) begin
      sel_q   <= sel;
      index_q <= TableIndexBits'(index);
      data_q  <= merged;
    end
  end
  assign table_o = '{valid: committed_q, sel: sel_q, index: index_q, data: data_q};

  // ------------------------------------------------------------- registers
  assign reg_we_o    = valid_i && is_write && is_reg;
  assign reg_addr_o  = wr.addr[7:0];
  assign reg_wdata_o = wr.data;

  // ------------------------------------------------------------- fill engine
  addr_t fill_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) fill_left_o <= '0;
    else if (reg_we_o && reg_addr_o == RegFillWords) fill_left_o <= wr.data[AddrBits:0];
    else if (filling && mem_gnt_i) fill_left_o <= fill_left_o - 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (reg_we_o && reg_addr_o == RegFillBase) fill_q <= wr.data[AddrBits-1:0];
    else if (filling && mem_gnt_i) fill_q <= fill_q + 1'b1;
  end

  always_comb begin
    mem_o = '{valid: 1'b1, we: 1'b1, addr: fill_q, mask: '1, data: '0};
    if (!filling) begin
      mem_o.valid = ram_access;
      mem_o.we    = is_write;
      mem_o.addr  = wr.addr[AddrBits+1:2];
      mem_o.mask  = WordMask'(2'b11) << {wr.addr[1:0], 1'b0};
      mem_o.data  = {Lanes{wr.data}};
    end
  end

  // ------------------------------------------------------------- errors
  logic outside, second;
  assign outside       = valid_i && ready_o && !is_ram && !is_reg && !(is_entry && is_write);
  assign second        = valid_i && !is_write && answer_busy_q;
  assign error_valid_o = outside || second;
  assign error_o       = '{code: ErrAddress, tile: tile_id_i, axon: '0, info: 27'(wr.addr)};

  assign active_o      = answer_busy_q || table_o.valid || filling;
endmodule
