// SPDX-License-Identifier: Apache-2.0
/// Keeps the first error until the host clears it; of several in one cycle the lowest index.
module eddy_host_error
  import eddy_pkg::*, eddy_host_pkg::*;
#(
    parameter int unsigned Sources = 4
) (
    input  logic                      clk_i,
    input  logic                      rst_ni,
    input  logic                      clear_i,
    input  host_error_t [Sources-1:0] error_i,
    output host_error_t               first_o,
    output logic                      recorded_o  // pulse
);
  host_error_t found;
  always_comb begin
    found = '0;
    for (int unsigned i = Sources; i > 0; i--) begin
      if (error_i[i-1].valid) found = error_i[i-1];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_o <= '0;
    else if (clear_i) first_o <= '0;
    else if (found.valid && !first_o.valid) first_o <= found;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) recorded_o <= 1'b0;
    else recorded_o <= found.valid && !first_o.valid && !clear_i;
  end
endmodule
