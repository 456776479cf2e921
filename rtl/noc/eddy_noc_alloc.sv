// SPDX-License-Identifier: Apache-2.0
/// Allocator of a router: at each output, the inputs that ask for it take turns.
///
/// Combinational. An input asks for one output at most, so it is granted once at most.
module eddy_noc_alloc
  import eddy_noc_pkg::*;
(
    input  logic                       clk_i,
    input  logic                       rst_ni,
    input  ports_t [NumPorts-1:0]      req_i,   // by input: the output that it asks for
    output ports_t                     gnt_o,   // by input
    output ports_t                     send_o,  // by output: a flit leaves
    output logic   [NumPorts-1:0][2:0] from_o   // by output: the input that it comes from
);
  ports_t [NumPorts-1:0] req, gnt;  // by output

  always_comb begin
    req = '0;
    if (req_i != '0) begin
      for (int unsigned o = 0; o < NumPorts; o++) begin
        for (int unsigned i = 0; i < NumPorts; i++) req[o][i] = req_i[i][o];
      end
    end
  end

  for (genvar o = 0; o < NumPorts; o++) begin : gen_output
    eddy_arb_rr #(
        .N(NumPorts)
    ) u_arb (
        .clk_i,
        .rst_ni,
        .req_i  (req[o]),
        .adv_i  (1'b1),
        .gnt_o  (gnt[o]),
        .index_o(from_o[o])
    );
    assign send_o[o] = req[o] != '0;
  end

  always_comb begin
    gnt_o = '0;
    for (int unsigned o = 0; o < NumPorts; o++) gnt_o |= gnt[o];
  end
endmodule
