// SPDX-License-Identifier: Apache-2.0
/// Delta unit: which lanes have moved by at least their threshold, what they send, and the references afterwards.
///
/// Combinational. With `send_delta_i` a lane sends the difference to its reference, and the reference follows; without,
/// it sends the value itself, as if its reference were 0. What is not sent stays in value - reference, so nothing is
/// ever lost. Values and references are signed (extend unsigned ones by a zero); their difference must fit in Width.
module eddy_delta #(
    parameter int unsigned Lanes = 4,
    parameter int unsigned Width = 16,
    parameter int unsigned ThetaWidth = Width
) (
    input  logic                             send_delta_i,
    input  logic [Lanes-1:0][     Width-1:0] value_i,
    input  logic [Lanes-1:0][     Width-1:0] reference_i,
    input  logic [Lanes-1:0][ThetaWidth-1:0] theta_i,
    output logic [Lanes-1:0]                 fire_o,
    output logic [Lanes-1:0][     Width-1:0] sent_o,        // difference or value
    output logic [Lanes-1:0][     Width-1:0] reference_o
);
  localparam int unsigned Wide = ((Width > ThetaWidth) ? Width : ThetaWidth) + 1;

  if (Lanes == 0 || Width < 2 || ThetaWidth == 0) begin : gen_check
    $error("eddy_delta: Lanes and ThetaWidth must not be 0, Width not below 2");
  end

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      logic [Width-1:0] base;
      logic signed [Wide-1:0] diff;
      logic [Wide-1:0] size;
      base = send_delta_i ? reference_i[l] : '0;
      diff = Wide'($signed(value_i[l])) - Wide'($signed(base));
      size = (diff < 0) ? $unsigned(-diff) : $unsigned(diff);
      fire_o[l] = diff != 0 && size >= Wide'(theta_i[l]);
      sent_o[l] = diff[Width-1:0];
      reference_o[l] = fire_o[l] ? value_i[l] : reference_i[l];
    end
  end
endmodule
