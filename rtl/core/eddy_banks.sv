// SPDX-License-Identifier: Apache-2.0
/// The memory of a tile: Banks RAMs with one port each, shared by MemPorts requesters in fixed priority.
///
/// A bank serves one request a cycle: the valid one with the lowest index. Consecutive word addresses alternate over a
/// pair of banks: bank = {upper bits, bit 0}. The grant comes in the cycle of the request; who gets none asks again.
/// Read data comes one cycle after the grant and is good for that cycle: whoever needs it longer keeps it.
`include "eddy_assert.svh"

module eddy_banks
  import eddy_pkg::*, eddy_core_pkg::*;
(
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  mem_req_t                req_i  [MemPorts],  // index: mem_port_e
    output logic     [MemPorts-1:0] gnt_o,
    output word_t                   rdata_o[MemPorts]
);
  typedef logic [BankBits-1:0] bank_t;
  typedef logic [$clog2(MemPorts)-1:0] port_t;

  logic [Banks-1:0] busy;
  port_t winner[Banks];

  always_comb begin
    busy  = '0;
    gnt_o = '0;
    for (int unsigned b = 0; b < Banks; b++) winner[b] = '0;
    for (int unsigned p = 0; p < MemPorts; p++) begin
      if (req_i[p].valid && !busy[bank_of(req_i[p].addr)]) begin
        busy[bank_of(req_i[p].addr)]   = 1'b1;
        winner[bank_of(req_i[p].addr)] = port_t'(p);
        gnt_o[p]                       = 1'b1;
      end
    end
  end

  word_t bank_rdata[Banks];
  for (genvar b = 0; b < int'(Banks); b++) begin : gen_bank
    mem_req_t req;
    always_comb begin
      req = '0;
      if (busy[b]) req = req_i[winner[b]];
    end

    eddy_ram_1p #(
        .Words(BankWords),
        .Width(WordBits)
    ) u_ram (
        .clk_i,
        .en_i   (busy[b]),
        .we_i   (req.we),
        .mask_i (req.mask),
        .addr_i (req.addr[BankAddrBits:1]),
        .wdata_i(req.data),
        .rdata_o(bank_rdata[b])
    );
  end

  for (genvar p = 0; p < int'(MemPorts); p++) begin : gen_port
    bank_t bank_q;
    always_ff @(posedge clk_i) begin
      if (gnt_o[p] && !req_i[p].we) bank_q <= bank_of(req_i[p].addr);
    end
    assign rdata_o[p] = bank_rdata[bank_q];
  end

  // The sweep counts on it.
  `EDDY_ASSERT(SweepPairGranted,
               gnt_o[MemSweepA] == req_i[MemSweepA].valid && gnt_o[MemSweepB] == req_i[MemSweepB].valid)
endmodule
