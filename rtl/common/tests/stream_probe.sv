// SPDX-License-Identifier: Apache-2.0
/// The cells that carry a stream, side by side: FIFOs of four depths, and the register slice.
module stream_probe #(
    localparam int unsigned Lanes = 5,
    localparam int unsigned Fifos = Lanes - 1
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic [Lanes-1:0] valid_i,
    output logic [Lanes-1:0] ready_o,
    input  logic [     15:0] data_i [Lanes],
    output logic [Lanes-1:0] valid_o,
    input  logic [Lanes-1:0] ready_i,
    output logic [     15:0] data_o [Lanes],
    output logic [      3:0] count_o[Fifos]
);
  localparam int unsigned Depths[Fifos] = '{1, 3, 4, 8};

  for (genvar i = 0; i < Fifos; i++) begin : gen_fifo
    logic [$clog2(Depths[i]+1)-1:0] count;
    eddy_fifo #(
        .data_t(logic [15:0]),
        .Depth (Depths[i])
    ) u_fifo (
        .clk_i,
        .rst_ni,
        .valid_i(valid_i[i]),
        .ready_o(ready_o[i]),
        .data_i (data_i[i]),
        .valid_o(valid_o[i]),
        .ready_i(ready_i[i]),
        .data_o (data_o[i]),
        .count_o(count)
    );
    assign count_o[i] = 4'(count);
  end

  eddy_slice #(
      .data_t(logic [15:0])
  ) u_slice (
      .clk_i,
      .rst_ni,
      .valid_i(valid_i[Fifos]),
      .ready_o(ready_o[Fifos]),
      .data_i (data_i[Fifos]),
      .valid_o(valid_o[Fifos]),
      .ready_i(ready_i[Fifos]),
      .data_o (data_o[Fifos])
  );
endmodule
